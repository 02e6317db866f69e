//! The journal on disk.
//!
//! ```text
//!  append ──▶ bounded channel ──▶ store thread ─1─▶ mirror/<run>.run   written
//!                                              ─2─▶ commit.log         written, one fdatasync
//!                                              ─3─▶ acknowledge
//!                                              ─4─▶ index thread ─▶ sled, flushed lazily
//!  read, blob ◀── cache of offsets ◀── mirror/<run>.run
//! ```
//!
//! Three copies, each with its own work:
//!
//! - **Mirrors** are the record: per run one append-only file of checked frames, events and the
//!   contents they name. They are read from, and a run is removed by removing its file.
//! - **The commit log** makes them durable: whatever is waiting, of however many runs, is written
//!   to one preallocated file and flushed once. A mirror's own fdatasync would cost one flush per
//!   run, and each would also have to commit the file's growth. When the log is full the mirrors
//!   are flushed and it starts over. After a power cut it is replayed.
//! - **sled** is the index: the catalogue, with a summary of every run, that lets a start skip the
//!   files of runs that are over, and a second copy of every event from which a damaged mirror is
//!   repaired. A thread of its own follows the mirrors, behind the acknowledgement, because sled on
//!   a full disk fails for good or hangs: then the journal goes on without it and the next start
//!   catches up.
//!
//! A run from elsewhere is written to a file of its own, `mirror/<run>.incoming`, and becomes one of the mirrors by
//! being renamed: however large it is, it is there as a whole or not at all.

mod cache;
mod commit_log;
mod files;
mod format;
mod frame;
mod index;
mod intake;
mod journal;
mod layout;
mod quiet;
mod recover;
mod request;
mod scan;
mod shared;
mod store;
#[cfg(test)]
mod tests;

pub use journal::{DiskJournal, Opened, Options};
