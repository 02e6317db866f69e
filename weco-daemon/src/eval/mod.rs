//! Evaluating a candidate: its files swapped in, the command run in its own process group, its
//! output captured within bounds, the originals restored.
//!
//! [`evaluate`] does all of it and restores on every path, also when its future is dropped. The parts
//! know nothing of each other: [`workspace`] keeps the user's files, [`process`] runs and ends
//! commands, [`capture`] bounds what they print.

pub mod capture;
mod evaluate;
pub mod process;
pub mod workspace;

pub use evaluate::{EvalError, Evaluated, Evaluation, evaluate};

#[cfg(test)]
mod tests;
