//! The durable record of every run: its events, and the contents they name.
//!
//! [`Journal`] is what the rest of the daemon sees. [`DiskJournal`] keeps the record on disk,
//! [`MemoryJournal`] in memory for tests; both pass one contract suite.

mod api;
#[cfg(test)]
mod contract;
mod disk;
mod intake;
mod memory;

pub use api::{Durability, Journal, JournalError, RunEntry};
pub use disk::{DiskJournal, Opened, Options};
pub use intake::Intake;
pub use memory::MemoryJournal;
