//! Evaluating a candidate: its files swapped in, the command run in its own process group, its
//! output captured within bounds, the originals restored.
//!
//! [`evaluate`] does all of it and restores on every path, also when its future is dropped. The parts
//! know nothing of each other: [`workspace`] keeps the user's files, [`process`] runs and ends
//! commands, [`repeat()`] runs as many as it takes, or asks a [backend](crate::backend) in their place, [`capture`] bounds what they print, [`protect`] tells whether the
//! files that an evaluation depends on are as they were.

pub mod capture;
mod evaluate;
pub mod process;
pub mod protect;
mod repeat;
mod verdict;
pub mod workspace;

pub use evaluate::{EvalError, Evaluated, Version, evaluate};
pub use repeat::{CommandError, Measured, Measuring, repeat};

#[cfg(test)]
mod tests;
