//! A run as lines, for agents and logs: stable, complete, without escape sequences.

mod printer;
mod report;
mod review;

pub use printer::{Printer, is_momentary, reconnected, reconnecting};

#[cfg(test)]
mod tests;
