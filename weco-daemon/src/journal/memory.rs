//! A journal in memory, for tests of what stands on one.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::{self, BoxFuture};
use weco_core::event::Event;
use weco_core::run::{BlobId, RunId};
use weco_core::summary::Summary;

use super::api::{Durability, Journal, JournalError, RunEntry, check_order, ended_after, summary_after};
use crate::blobs::Blob;

/// Keeps everything until it is dropped, and nothing longer.
#[derive(Default, Debug)]
pub struct MemoryJournal {
    runs: Mutex<Contents>,
}

#[derive(Default, Debug)]
struct Contents {
    closed: bool,
    runs: BTreeMap<RunId, Recorded>,
}

#[derive(Default, Debug)]
struct Recorded {
    events: Vec<Event>,
    blobs: HashMap<BlobId, Vec<u8>>,
    ended: bool,
    summary: Option<Arc<Summary>>,
}

impl MemoryJournal {
    /// An empty journal.
    pub fn new() -> Self {
        Self::default()
    }

    fn open(&self) -> Result<MutexGuard<'_, Contents>, JournalError> {
        let contents = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        if contents.closed { Err(JournalError::Closed) } else { Ok(contents) }
    }

    fn record(&self, run: RunId, events: Vec<Event>, blobs: Vec<Blob>) -> Result<(), JournalError> {
        let mut contents = self.open()?;
        let last = contents.runs.get(&run).map_or(0, |recorded| recorded.events.len() as u64);
        check_order(run, last + 1, &events)?;
        if events.is_empty() && blobs.is_empty() {
            return Ok(());
        }
        let recorded = contents.runs.entry(run).or_default();
        for event in events {
            recorded.ended = ended_after(&event.kind, recorded.ended);
            recorded.summary = summary_after(&event, recorded.summary.take());
            recorded.events.push(event);
        }
        recorded.blobs.extend(blobs.into_iter().map(|blob| (blob.id(), blob.bytes().to_vec())));
        Ok(())
    }
}

impl Journal for MemoryJournal {
    fn append(
        &self,
        run: RunId,
        events: Vec<Event>,
        blobs: Vec<Blob>,
        _: Durability,
    ) -> BoxFuture<'_, Result<(), JournalError>> {
        Box::pin(future::ready(self.record(run, events, blobs)))
    }

    fn read(&self, run: RunId, from: u64, limit: usize) -> Result<Vec<Event>, JournalError> {
        let skip = usize::try_from(from.saturating_sub(1)).unwrap_or(usize::MAX);
        let contents = self.open()?;
        let events = contents.runs.get(&run).map(|recorded| recorded.events.as_slice()).unwrap_or_default();
        Ok(events.iter().skip(skip).take(limit).cloned().collect())
    }

    fn blob(&self, run: RunId, id: BlobId) -> Result<Option<Vec<u8>>, JournalError> {
        Ok(self.open()?.runs.get(&run).and_then(|recorded| recorded.blobs.get(&id)).cloned())
    }

    fn runs(&self) -> Result<Vec<RunEntry>, JournalError> {
        Ok(self.open()?.runs.iter().map(entry).collect())
    }

    fn runs_in(&self, ids: RangeInclusive<RunId>, limit: usize) -> Result<Vec<RunEntry>, JournalError> {
        let contents = self.open()?;
        // Of a range that ends before it begins, a map makes a panic.
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        Ok(contents.runs.range(ids).take(limit).map(entry).collect())
    }

    fn remove(&self, runs: Vec<RunId>) -> BoxFuture<'_, Result<(), JournalError>> {
        let removed = self.open().map(|mut contents| contents.runs.retain(|run, _| !runs.contains(run)));
        Box::pin(future::ready(removed))
    }

    fn close(&self) -> BoxFuture<'_, Result<(), JournalError>> {
        let closed = self.open().map(|mut contents| contents.closed = true);
        Box::pin(future::ready(closed))
    }
}

fn entry((id, recorded): (&RunId, &Recorded)) -> RunEntry {
    let (last_seq, ended) = (recorded.events.len() as u64, recorded.ended);
    RunEntry { id: *id, last_seq, ended, summary: recorded.summary.clone() }
}

#[cfg(test)]
mod tests {
    crate::journal::contract::contract!((super::MemoryJournal::new(), ()));
}
