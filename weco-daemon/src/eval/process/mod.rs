//! Running a command in its own process group, and leaving nothing of it behind.
//!
//! ```text
//! start ──> Running ──wait──┬─ the command exits ──> sweep: what it left behind is ended
//!             │             ├─ its time is up ─┐
//!             │             └─ stop asked ─────┴──> terminate: TERM, grace, KILL
//!             └─ one pipe for stdout and stderr, drained by a task of its own through all of it
//! ```
//!
//! What belongs to an evaluation is found in three ways: by its process group; by the variable
//! `WECO_EVAL`, which every descendant inherits, whatever sessions and groups it makes; and by being
//! the child of one of these. A process that cleared its environment *and* left the group *and*
//! lost its parent is not found, nor can one of another user be signalled.
//!
//! Listing all processes costs about 5 µs each, which a quick evaluation should not pay: after a
//! command that took less than a second and whose pipe was closed at once, only the processes that
//! started since are looked at. Nothing here polls while the command runs.

mod error;
mod leader;
mod leftover;
mod running;
mod start;
mod stop;
mod token;

pub use error::StartError;
pub use leftover::{Ended, kill_leftover};
pub use running::{End, Finished, Running};
pub(crate) use start::start;
pub use start::{Command, DEFAULT_GRACE};
pub use stop::{StopSignal, Stopper, stop_channel};
pub use token::Token;

#[cfg(test)]
mod tests;
