//! Several steps at once, each in a workspace of its own.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails loudly")]

#[path = "../common/mod.rs"]
mod common;

mod beside;
mod check;
mod crash;
mod devices;
mod overlap;
mod protect;
mod refusals;
mod site;
mod spoilt;
mod stop;
