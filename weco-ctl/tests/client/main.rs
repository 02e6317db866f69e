//! The program `weco`, run as users run it, against a daemon that is a fake.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bad_input;
mod complete;
mod daemon;
mod derive;
mod export;
mod following;
mod keys;
mod keys_typed;
mod look;
mod look_diff;
mod reconnecting;
mod review;
mod review_screen;
mod runs;
mod support;
