//! What the store thread publishes and readers see.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use weco_core::run::RunId;

use crate::journal::{JournalError, RunEntry};

/// What is acknowledged of a run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Meta {
    /// The last sequence number.
    pub(super) last_seq: u64,
    /// Whether the run is over.
    pub(super) ended: bool,
    /// Where the next frame of its file begins.
    pub(super) len: u64,
    /// Why events after the last are missing, if they are.
    pub(super) damage: Option<Arc<str>>,
}

/// All runs; written by the store thread alone.
#[derive(Debug, Default)]
pub(super) struct Shared {
    runs: RwLock<BTreeMap<RunId, Meta>>,
    closed: AtomicBool,
}

impl Shared {
    pub(super) fn new(runs: BTreeMap<RunId, Meta>) -> Self {
        Self { runs: RwLock::new(runs), closed: AtomicBool::new(false) }
    }

    /// A run's state.
    pub(super) fn get(&self, run: RunId) -> Option<Meta> {
        self.runs.read().unwrap_or_else(PoisonError::into_inner).get(&run).cloned()
    }

    /// Publishes new states.
    pub(super) fn publish(&self, states: impl IntoIterator<Item = (RunId, Meta)>) {
        self.runs.write().unwrap_or_else(PoisonError::into_inner).extend(states);
    }

    /// Forgets a run.
    pub(super) fn forget(&self, run: RunId) {
        self.runs.write().unwrap_or_else(PoisonError::into_inner).remove(&run);
    }

    /// All runs as they are listed.
    pub(super) fn list(&self) -> Vec<RunEntry> {
        let runs = self.runs.read().unwrap_or_else(PoisonError::into_inner);
        let entry =
            |(id, meta): (&RunId, &Meta)| RunEntry { id: *id, last_seq: meta.last_seq, ended: meta.ended };
        runs.iter().map(entry).collect()
    }

    /// Lets every later read fail.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// Fails once closed.
    pub(super) fn check_open(&self) -> Result<(), JournalError> {
        if self.closed.load(Ordering::Acquire) { Err(JournalError::Closed) } else { Ok(()) }
    }
}
