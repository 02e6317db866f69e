//! What callers ask of the store thread.

use std::sync::Arc;

use tokio::sync::oneshot;
use weco_core::event::Event;
use weco_core::run::RunId;

use super::frame::{self, Key};
use super::shared::Meta;
use crate::blobs::Blob;
use crate::journal::api::{check_order, ended_after, summary_after};
use crate::journal::{Durability, JournalError};

/// Where an answer goes. Nobody may be waiting for it any more.
pub(super) type Reply = oneshot::Sender<Result<(), JournalError>>;

/// One request.
#[derive(Debug)]
pub(super) enum Request {
    /// Record an entry.
    Append(Entry, Durability, Reply),
    /// Make a run's incoming file, flushed and complete, the run's own.
    TakeIn(RunId, Meta, Reply),
    /// Remove runs.
    Remove(Vec<RunId>, Reply),
    /// Show that the thread is alive.
    Answer(Reply),
    /// Flush and stop.
    Close(Reply),
}

/// Events with their contents, ready to be written.
#[derive(Debug)]
pub(super) struct Entry {
    /// The run.
    pub(super) run: RunId,
    /// The frames, contents before the events that name them.
    pub(super) frames: Arc<[u8]>,
    /// The events, from which the run's state follows.
    events: Vec<Event>,
}

impl Entry {
    /// Encodes events and contents.
    ///
    /// # Errors
    /// Events that are not numbered one after the other.
    pub(super) fn new(run: RunId, events: Vec<Event>, blobs: &[&Blob]) -> Result<Self, JournalError> {
        check_order(run, events.first().map_or(1, |event| event.seq), &events)?;
        let mut frames = Vec::new();
        for blob in blobs {
            let packed = blob.pack();
            frame::write(
                &mut frames,
                Key::Blob { id: blob.id(), compressed: packed.compressed },
                &packed.bytes,
            );
        }
        for event in &events {
            let json = serde_json::to_vec(event).map_err(|error| JournalError::Io {
                action: format!("encode event {} of run {run}", event.seq),
                message: error.to_string(),
            })?;
            frame::write(&mut frames, Key::Event(event.seq), &json);
        }
        Ok(Self { run, frames: frames.into(), events })
    }

    /// The run's state after this.
    ///
    /// # Errors
    /// The run is damaged, or goes on with another event.
    pub(super) fn follow(&self, known: &Meta) -> Result<Meta, JournalError> {
        if let Some(damage) = &known.damage {
            return Err(JournalError::Damaged(damage.to_string()));
        }
        let expected = known.last_seq + 1;
        if let Some(first) = self.events.first().filter(|first| first.seq != expected) {
            return Err(JournalError::OutOfOrder { run: self.run, expected, got: first.seq });
        }
        let mut next = known.clone();
        next.len += self.frames.len() as u64;
        for event in &self.events {
            next.last_seq = event.seq;
            next.ended = ended_after(&event.kind, next.ended);
            next.summary = summary_after(event, next.summary.take());
        }
        Ok(next)
    }
}
