//! What a journal promises, whatever keeps it.

use std::io;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use weco_core::event::{Event, RunEvent};
use weco_core::run::{BlobId, RunId};
use weco_core::summary::Summary;

use super::intake::{Collected, Intake};
use crate::blobs::Blob;

/// Why the journal could not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum JournalError {
    /// The disk is full, or a quota is used up; nothing was recorded.
    #[error("no room to write {path}; free some space and try again")]
    Full {
        /// What could not be written.
        path: String,
    },
    /// The operating system refused; nothing was recorded.
    #[error("cannot {action}: {message}")]
    Io {
        /// What was being done, such as `write /…/mirror/….run`.
        action: String,
        /// The system's words.
        message: String,
    },
    /// What is stored does not make sense.
    #[error("the journal is damaged: {0}")]
    Damaged(String),
    /// Events that do not continue the run's; nothing was recorded.
    #[error("run {run} continues with event {expected}, not {got}")]
    OutOfOrder {
        /// The run.
        run: RunId,
        /// The sequence number that comes next.
        expected: u64,
        /// The one that was given.
        got: u64,
    },
    /// Another process has the journal open.
    #[error("another weco-daemon uses the state directory {0}; stop it first")]
    InUse(String),
    /// The journal was written by a newer version.
    #[error(
        "{path} was written by a newer weco-daemon (format {found}; this one knows up to {known}); update weco"
    )]
    TooNew {
        /// The file that says so.
        path: String,
        /// The format found.
        found: u32,
        /// The newest format this version reads.
        known: u32,
    },
    /// The store's thread has ended.
    #[error("the journal is closed")]
    Closed,
}

impl JournalError {
    /// Whether the same may work later: the system refused, for want of room or of something else.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Full { .. } | Self::Io { .. })
    }

    /// What a failed operation on `path` means: no room, or the system's own words.
    pub(super) fn io(verb: &str, path: &Path, error: &io::Error) -> Self {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        match error.kind() {
            StorageFull | QuotaExceeded | FileTooLarge => Self::Full { path: path.display().to_string() },
            _ => Self::Io { action: format!("{verb} {}", path.display()), message: error.to_string() },
        }
    }
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
#[derive(Clone, PartialEq, Debug)]
pub struct RunEntry {
    /// The run.
    pub id: RunId,
    /// The last sequence number recorded.
    pub last_seq: u64,
    /// Whether it has ended and was not resumed since.
    pub ended: bool,
    /// The run in short; none if its record is damaged from the start. Where a later part is, the
    /// summary says so as the reason of an end.
    pub summary: Option<Arc<Summary>>,
}

/// Whether a run is over after `event`, given whether it was before.
pub(super) fn ended_after(event: &RunEvent, ended: bool) -> bool {
    match event {
        RunEvent::Ended { .. } => true,
        RunEvent::Applied { .. }
        | RunEvent::Warned { .. }
        | RunEvent::SourceEdited { .. }
        | RunEvent::Instructed { .. } => ended,
        _ => false,
    }
}

/// A run's summary after one more event.
pub(super) fn summary_after(event: &Event, summary: Option<Arc<Summary>>) -> Option<Arc<Summary>> {
    let Some(mut summary) = summary else { return Summary::new(event).map(Arc::new) };
    Arc::make_mut(&mut summary).apply(event);
    Some(summary)
}

/// Checks that events number on from `next` without a gap, as [`Journal::append`] demands.
///
/// # Errors
/// [`JournalError::OutOfOrder`] at the first that does not.
pub(super) fn check_order(run: RunId, next: u64, events: &[Event]) -> Result<(), JournalError> {
    match (next..).zip(events).find(|(expected, event)| event.seq != *expected) {
        Some((expected, event)) => Err(JournalError::OutOfOrder { run, expected, got: event.seq }),
        None => Ok(()),
    }
}

/// The durable record of every run. Implementations pass one contract suite.
pub trait Journal: Send + Sync {
    /// Records events of one run, in order, and the contents that they name: all or nothing, and
    /// with one flush. A content the run already has is not stored again. Sequence numbers must
    /// continue the run's from 1, without a gap. Appending nothing does nothing.
    ///
    /// Dropping the future does not take the append back.
    fn append(
        &self,
        run: RunId,
        events: Vec<Event>,
        blobs: Vec<Blob>,
        durability: Durability,
    ) -> BoxFuture<'_, Result<(), JournalError>>;

    /// At most `limit` events of a run from sequence number `from` on, in order. An unknown run has none.
    /// Sees every append as soon as it is acknowledged.
    ///
    /// # Errors
    /// Any [`JournalError`].
    fn read(&self, run: RunId, from: u64, limit: usize) -> Result<Vec<Event>, JournalError>;

    /// A content recorded with one of the run's events; none if the run has no such content. What
    /// is returned has been checked against its name.
    ///
    /// # Errors
    /// Any [`JournalError`].
    fn blob(&self, run: RunId, id: BlobId) -> Result<Option<Vec<u8>>, JournalError>;

    /// All runs, in the order of their ids. Reads no file.
    ///
    /// # Errors
    /// Any [`JournalError`].
    fn runs(&self) -> Result<Vec<RunEntry>, JournalError>;

    /// At most `limit` of the runs whose ids are in a range, in the order of their ids. Costs what
    /// it lists, not what there is.
    ///
    /// # Errors
    /// Any [`JournalError`].
    fn runs_in(&self, ids: RangeInclusive<RunId>, limit: usize) -> Result<Vec<RunEntry>, JournalError>;

    /// Removes runs with all their events and contents, durably, with one flush. Unknown runs are
    /// no error. After a failure some may be removed and others not.
    fn remove(&self, runs: Vec<RunId>) -> BoxFuture<'_, Result<(), JournalError>>;

    /// Begins to take in a run that was recorded elsewhere, however large: nothing of it is seen before
    /// [`Intake::commit`], not even after a crash, and nothing is left of it if the intake is dropped.
    ///
    /// # Errors
    /// Any [`JournalError`]; [`JournalError::OutOfOrder`] if the run is here already or about to be.
    fn take_in(&self, run: RunId) -> Result<Box<dyn Intake + '_>, JournalError> {
        Ok(Box::new(Collected::new(self, run)))
    }

    /// Completes once whoever records has answered: proof that appends are served. A journal that
    /// records without a thread of its own has nothing to prove.
    fn answers(&self) -> BoxFuture<'_, Result<(), JournalError>> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// Flushes what is written and stops. Later calls answer [`JournalError::Closed`].
    fn close(&self) -> BoxFuture<'_, Result<(), JournalError>>;
}
