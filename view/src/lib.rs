//! What is known of a run, folded from its updates, and how it is written.
//!
//! ```text
//! RunUpdate ──> RunView (pure fold) ──> whatever shows runs
//!    └────────> plain::Printer ───────> lines: the client's standard output, the daemon's run logs
//! ```
//!
//! Everything is a function of the updates (and the time, where one is asked for); all text in a view is safe
//! for a terminal.

pub mod format;
pub mod plain;

#[cfg(any(test, feature = "fixture"))]
pub mod fixture;

mod facts;
mod fold;
mod node;
mod read;
mod review;
mod spending;
mod timing;

pub use facts::{End, Origin, Outage, Run, Warning};
pub use fold::RunView;
pub use node::{Evaluation, Exit, Node, Revision, State};
pub use spending::Account;

#[cfg(test)]
mod tests;
