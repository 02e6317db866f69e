//! What callers ask of the store thread.

use std::sync::Arc;

use tokio::sync::oneshot;
use weco_core::event::Event;
use weco_core::run::RunId;

use super::frame::{self, Key};
use crate::blobs::Blob;
use crate::journal::api::{check_order, ended_after};
use crate::journal::{Durability, JournalError};

/// Where an answer goes. Nobody may be waiting for it any more.
pub(super) type Reply = oneshot::Sender<Result<(), JournalError>>;

/// One request.
#[derive(Debug)]
pub(super) enum Request {
    /// Record an entry.
    Append(Entry, Durability, Reply),
    /// Remove a run.
    Remove(RunId, Reply),
    /// Show that the thread is alive.
    Answer(Reply),
    /// Flush and stop.
    Close(Reply),
}

/// Events with their contents, ready to be written.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The run.
    pub(super) run: RunId,
    /// The frames, contents before the events that name them.
    pub(super) frames: Arc<[u8]>,
    /// The first and the last sequence number, if there are events.
    pub(super) events: Option<(u64, u64)>,
    /// What the events make of "the run is over": nothing, or a definite answer.
    ending: Ending,
}

#[derive(Clone, Copy, Debug)]
struct Ending {
    if_ended: bool,
    if_not: bool,
}

impl Entry {
    /// Encodes events and contents.
    ///
    /// # Errors
    /// Events that are not numbered one after the other.
    pub(super) fn new(run: RunId, events: &[Event], blobs: &[&Blob]) -> Result<Self, JournalError> {
        check_order(run, events.first().map_or(1, |event| event.seq), events)?;
        let mut frames = Vec::new();
        for blob in blobs {
            let packed = blob.pack();
            frame::write(
                &mut frames,
                Key::Blob { id: blob.id(), compressed: packed.compressed },
                &packed.bytes,
            );
        }
        for event in events {
            let json = serde_json::to_vec(event).map_err(|error| JournalError::Io {
                action: format!("encode event {} of run {run}", event.seq),
                message: error.to_string(),
            })?;
            frame::write(&mut frames, Key::Event(event.seq), &json);
        }
        let ended = |before| events.iter().fold(before, |ended, event| ended_after(&event.kind, ended));
        let ending = Ending { if_ended: ended(true), if_not: ended(false) };
        let events = events.first().zip(events.last()).map(|(first, last)| (first.seq, last.seq));
        Ok(Self { run, frames: frames.into(), events, ending })
    }

    /// Whether the run is over after this, given whether it was before.
    pub(super) fn ended_after(&self, ended: bool) -> bool {
        if ended { self.ending.if_ended } else { self.ending.if_not }
    }
}
