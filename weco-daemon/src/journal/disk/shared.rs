//! What the store thread publishes and readers see.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use weco_core::run::RunId;
use weco_core::summary::Summary;

use super::index::Catalogued;
use crate::journal::{JournalError, RunEntry};

/// What is acknowledged of a run.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Meta {
    /// The last sequence number.
    pub(super) last_seq: u64,
    /// Whether the run is over.
    pub(super) ended: bool,
    /// Where the next frame of its file begins.
    pub(super) len: u64,
    /// The run in short, if its events say enough for that.
    pub(super) summary: Option<Arc<Summary>>,
    /// Why events after the last are missing, if they are.
    pub(super) damage: Option<Arc<str>>,
}

impl Meta {
    /// What the index is to know.
    pub(super) fn catalogued(&self) -> Catalogued {
        let summary = self.summary.clone();
        Catalogued { last_seq: self.last_seq, ended: self.ended, len: self.len, summary }
    }

    fn entry((id, meta): (&RunId, &Self)) -> RunEntry {
        RunEntry { id: *id, last_seq: meta.last_seq, ended: meta.ended, summary: meta.summary.clone() }
    }
}

impl From<Catalogued> for Meta {
    fn from(known: Catalogued) -> Self {
        let Catalogued { last_seq, ended, len, summary } = known;
        Self { last_seq, ended, len, summary, damage: None }
    }
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

    /// Forgets runs.
    pub(super) fn forget(&self, gone: &[RunId]) {
        let mut runs = self.runs.write().unwrap_or_else(PoisonError::into_inner);
        for run in gone {
            runs.remove(run);
        }
    }

    /// All runs as they are listed.
    pub(super) fn list(&self) -> Vec<RunEntry> {
        let runs = self.runs.read().unwrap_or_else(PoisonError::into_inner);
        runs.iter().map(Meta::entry).collect()
    }

    /// At most `limit` runs whose ids are in a range.
    pub(super) fn list_in(&self, ids: RangeInclusive<RunId>, limit: usize) -> Vec<RunEntry> {
        // Of a range that ends before it begins, a map makes a panic.
        if ids.is_empty() {
            return Vec::new();
        }
        let runs = self.runs.read().unwrap_or_else(PoisonError::into_inner);
        runs.range(ids).take(limit).map(Meta::entry).collect()
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
