//! The pure heart of weco: what can happen to a run, what is then true, and what is then to do.
//!
//! Nothing here does IO, reads a clock or draws randomness of its own: time and seeds come in as
//! arguments, effects go out as data. `weco-daemon` does what this crate decides.

pub mod decide;
pub mod effort;
pub mod event;
#[cfg(any(test, feature = "fixture"))]
pub mod fixture;
pub mod forms;
pub mod limits;
pub mod metric;
pub mod models;
pub mod parallel;
pub mod plan;
pub mod price;
pub mod prompt;
pub mod reply;
pub mod report;
pub mod run;
pub mod search;
pub mod spread;
pub mod state;
pub mod summary;
pub mod tree;
