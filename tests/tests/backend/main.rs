//! Runs that a backend evaluates: the program's answers become results, reports and errors.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails loudly")]

#[path = "../common/mod.rs"]
mod common;

mod check;
mod evaluations;
mod interruptions;
mod outages;
#[cfg(feature = "backends")]
mod real;
mod refusals;
mod site;
mod wizard;
