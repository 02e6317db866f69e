//! The dashboard over the real daemon: who is answered, where it is served, and with `--features browser` every view
//! and action in a real browser (which needs what `tests/src/browser.rs` says).

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

#[path = "../common/mod.rs"]
mod common;

mod attacks;
#[cfg(feature = "browser")]
mod page;
mod place;
mod support;
