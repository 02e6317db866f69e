//! A run as lines, for agents and logs: stable, complete, without escape sequences.

mod follow;
mod printer;

pub use follow::{follow, follow_from};
pub use printer::{Printer, reconnected, reconnecting};

#[cfg(test)]
mod tests;
