//! A journal that fails on demand.

use std::ops::RangeInclusive;
use std::sync::Mutex;

use futures_util::future::BoxFuture;
use tokio::sync::Notify;
use weco_core::event::Event;
use weco_core::run::{BlobId, RunId};
use weco_daemon::blobs::Blob;
use weco_daemon::journal::{Durability, Journal, JournalError, MemoryJournal, RunEntry};

/// What the next append does instead of its work.
#[derive(Clone, Copy)]
pub(crate) enum Fault {
    None,
    Full,
    Panic,
}

/// A journal in memory that fails on demand.
pub(crate) struct Faulty {
    inner: MemoryJournal,
    fault: Mutex<Fault>,
    /// Told when an append has failed.
    pub(crate) failed: Notify,
}

impl Faulty {
    /// Fails at nothing yet.
    pub(crate) fn new() -> Self {
        Self { inner: MemoryJournal::default(), fault: Mutex::new(Fault::None), failed: Notify::new() }
    }

    pub(crate) fn set(&self, fault: Fault) {
        *self.fault.lock().unwrap() = fault;
    }
}

impl Journal for Faulty {
    fn append(
        &self,
        run: RunId,
        events: Vec<Event>,
        blobs: Vec<Blob>,
        durability: Durability,
    ) -> BoxFuture<'_, Result<(), JournalError>> {
        let fault = *self.fault.lock().unwrap();
        match fault {
            Fault::None => self.inner.append(run, events, blobs, durability),
            Fault::Full => {
                self.failed.notify_one();
                Box::pin(async { Err(JournalError::Full { path: "/journal".to_owned() }) })
            }
            Fault::Panic => {
                self.set(Fault::None);
                panic!("the journal is on fire")
            }
        }
    }

    fn read(&self, run: RunId, from: u64, limit: usize) -> Result<Vec<Event>, JournalError> {
        self.inner.read(run, from, limit)
    }

    fn blob(&self, run: RunId, id: BlobId) -> Result<Option<Vec<u8>>, JournalError> {
        self.inner.blob(run, id)
    }

    fn runs_in(&self, ids: RangeInclusive<RunId>, limit: usize) -> Result<Vec<RunEntry>, JournalError> {
        self.inner.runs_in(ids, limit)
    }

    fn runs(&self) -> Result<Vec<RunEntry>, JournalError> {
        self.inner.runs()
    }

    fn remove(&self, runs: Vec<RunId>) -> BoxFuture<'_, Result<(), JournalError>> {
        self.inner.remove(runs)
    }

    fn close(&self) -> BoxFuture<'_, Result<(), JournalError>> {
        self.inner.close()
    }
}
