//! Logs of runs that nobody watches: `weco-run-<run-id>.log`, the lines that an attached client would have
//! printed, with what the evaluations printed.
//!
//! ```text
//!  registry ──follow──▶ Logs ──▶ follow: detached? log there? nobody watches for 2 s?
//!                                   │ then, for as long as the run is live
//!                                   ▼
//!   Feed (what is recorded) ──▶ keep ──spawn_blocking──▶ Writer: journal ▶ Printer ▶ LogFile
//! ```
//!
//! **What the journal says is what the log says.** Its lines are a function of the recorded events (between them
//! stand a few of momentary news, such as what the run waits for). So nothing has to be remembered of how far a log
//! has come: whoever takes it up prints the run from the beginning and compares each line with what the file
//! has. Lines that are there already are passed over; where the file ends, even in the middle of a line that a killed
//! daemon left, writing begins; from a line that differs on, the file is cut and written anew. After a restart or a
//! resumption there are no gaps and no doubled lines, and who follows the file sees it only grow.
//!
//! **A log that was moved or deleted** is created anew before the next batch is written, and goes on where the old
//! one stopped. Its first line says after which event, so that it can be taken up in its turn. Text that others add
//! to a log is not kept when it is taken up again.
//!
//! **A full or failing disk** keeps the log behind, never the run: what could not be written is kept (at most a batch)
//! and nothing more is read from the journal until it is written. So nothing is missing once there is room.
//!
//! **Whose file it is** is settled in `place`: created exclusively, never through a link, for its owner alone; what
//! is there already must be such a file. Otherwise the run is warned and goes on without a log.

mod file;
mod follow;
mod keep;
mod logs;
mod place;
#[cfg(test)]
mod tests;
mod writer;

pub(crate) use follow::Followed;
pub use logs::Logs;
