//! The durable record of every run.

use futures_util::future::BoxFuture;
use weco_core::event::Event;
use weco_core::run::RunId;

/// Why the journal could not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum JournalError {
    /// The disk is full; nothing was recorded.
    #[error("the disk that holds {path} is full")]
    Full {
        /// The directory that needs room.
        path: String,
    },
    /// The operating system refused; nothing was recorded.
    #[error("cannot {action}: {message}")]
    Io {
        /// What was being done, such as `write /…/mirror/….jsonl`.
        action: String,
        /// The system's words.
        message: String,
    },
    /// What is stored does not make sense.
    #[error("the journal is damaged: {0}")]
    Damaged(String),
    /// The store's thread has ended.
    #[error("the journal is closed")]
    Closed,
}

/// When an append counts as done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Durability {
    /// Once it would survive a power cut.
    Flushed,
    /// Once it would survive the daemon's death, but perhaps not the machine's. Flushed with the
    /// next flushed append.
    Written,
}

/// A run as the journal lists it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RunEntry {
    /// The run.
    pub id: RunId,
    /// The last sequence number recorded.
    pub last_seq: u64,
    /// Whether its last event is `Ended` or `Applied` (after an end).
    pub ended: bool,
}

/// The durable record of every run. Implementations pass one contract suite.
pub trait Journal: Send + Sync {
    /// Records events of one run, in order, all or none. Their sequence numbers must continue the
    /// run's, without a gap; anything else is refused as [`JournalError::Damaged`].
    fn append(
        &self,
        run: RunId,
        events: Vec<Event>,
        durability: Durability,
    ) -> BoxFuture<'_, Result<(), JournalError>>;

    /// At most `limit` events of a run from sequence number `from` on, in order. An unknown run has none.
    ///
    /// # Errors
    /// Any [`JournalError`].
    fn read(&self, run: RunId, from: u64, limit: usize) -> Result<Vec<Event>, JournalError>;

    /// All runs, in the order of their ids.
    ///
    /// # Errors
    /// Any [`JournalError`].
    fn runs(&self) -> Result<Vec<RunEntry>, JournalError>;

    /// Removes a run and all its events.
    fn remove(&self, run: RunId) -> BoxFuture<'_, Result<(), JournalError>>;

    /// Flushes what is written and stops. Later calls answer [`JournalError::Closed`].
    fn close(&self) -> BoxFuture<'_, Result<(), JournalError>>;
}
