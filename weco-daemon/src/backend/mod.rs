//! Evaluation backends: the Python program that talks to a service by its own SDK, and what it is asked.
//!
//! ```text
//! question.json ──> PYTHON PROGRAM ──> answer.json
//!                       └─ stdout, stderr: the target's and the SDK's own, captured like a command's
//! ```
//!
//! The program is unpacked once for each version of it. Of an evaluation it is what a shell command is of others: it
//! runs in the same place, with the same environment and limits, and is ended and found again the same way. Keys stay
//! in that environment.

mod answer;
mod call;
mod look;
mod program;
mod python;
mod question;

pub use answer::{Checked, Dataset, Fault, FaultKind, Listed, Split};
pub use call::{Asked, Call};
pub use look::{check, list};
pub use program::Bridge;
pub use question::Question;

#[cfg(test)]
mod tests;
