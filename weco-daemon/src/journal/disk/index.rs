//! sled, behind a thread of its own that may fail, panic or hang without harm to anybody else.
//!
//! Tree `events`: run id (16 bytes) ++ sequence number (8, big-endian) → the event's JSON, the same
//! bytes as in the run's file. Tree `runs`: run id → [`Catalogued`] as JSON.

mod database;
mod worker;

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use weco_core::run::RunId;

pub(super) use database::Refusal;

/// Messages that may wait. At 50 runs' commits a message, far more than a busy second has; when
/// sled falls further behind than this, the journal goes on without it.
const MAX_WAITING: usize = 4096;

/// What the index knows of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Catalogued {
    /// The last sequence number.
    pub(super) last_seq: u64,
    /// Whether the run is over.
    pub(super) ended: bool,
    /// The length of its file. A file of the same length has not been appended to since.
    pub(super) len: u64,
}

/// Events of one run, by sequence number.
pub(super) type Events = Vec<(u64, Vec<u8>)>;

/// What one append adds.
#[derive(Debug)]
pub(super) struct Addition {
    pub(super) run: RunId,
    pub(super) catalogued: Catalogued,
    pub(super) frames: Arc<[u8]>,
    pub(super) events: Vec<(u64, Range<usize>)>,
}

/// What the index thread is asked.
#[derive(Debug)]
pub(super) enum Message {
    /// Index what was just acknowledged.
    Add(Vec<Addition>),
    /// Index a run's file from an event on.
    CatchUp { run: RunId, path: PathBuf, from: u64, catalogued: Catalogued },
    /// Remove a run, durably, and then this file.
    Remove { run: RunId, tombstone: PathBuf },
    /// The run's events from a sequence number up to the first gap.
    Fetch { run: RunId, from: u64, reply: SyncSender<Events> },
    /// Flush and stop.
    Close { reply: SyncSender<()> },
}

/// The way to the index thread.
#[derive(Debug)]
pub(super) struct Index {
    /// None once the index is out of service.
    sender: Option<SyncSender<Message>>,
}

/// Why the index could not be opened.
#[derive(Debug)]
pub(super) enum OpenError {
    /// The operating system refused; trying a fresh database would not help.
    Refused(Refusal),
    /// The database is damaged, in these words.
    Damaged(String),
}

impl Index {
    /// Opens the database at `path`, which must answer within `deadline`.
    pub(super) fn open(
        path: &Path,
        deadline: Duration,
    ) -> Result<(Self, HashMap<RunId, Catalogued>), OpenError> {
        let (sender, receiver) = sync_channel(MAX_WAITING);
        let (opened, answer) = sync_channel(1);
        worker::spawn(path.to_owned(), receiver, opened)
            .map_err(|error| OpenError::Refused(Refusal(error)))?;
        match answer.recv_timeout(deadline) {
            Ok(result) => Ok((Self { sender: Some(sender) }, result?)),
            Err(RecvTimeoutError::Timeout) => {
                Err(OpenError::Damaged(format!("it did not open within {} s", deadline.as_secs_f32())))
            }
            Err(RecvTimeoutError::Disconnected) => Err(OpenError::Damaged("opening it panicked".to_owned())),
        }
    }

    /// Passes a message on, waiting for nothing.
    pub(super) fn send(&mut self, message: Message) {
        let Some(sender) = &self.sender else { return };
        if sender.try_send(message).is_err() {
            tracing::warn!("the journal's index is out of service until the next start; nothing is lost");
            self.sender = None;
        }
    }

    /// Passes a message on, waiting while many are queued. For use while starting.
    pub(super) fn send_patiently(&self, message: Message) {
        if let Some(sender) = &self.sender
            && sender.send(message).is_err()
        {
            tracing::warn!("the journal's index failed while it caught up; the next start tries again");
        }
    }

    /// The run's events from a sequence number on, as far as the index has them within `deadline`.
    pub(super) fn fetch(&self, run: RunId, from: u64, deadline: Duration) -> Events {
        self.ask(deadline, |reply| Message::Fetch { run, from, reply }).unwrap_or_default()
    }

    /// Flushes and stops the thread, waiting at most `deadline`.
    pub(super) fn close(&mut self, deadline: Duration) {
        if self.sender.is_some() && self.ask(deadline, |reply| Message::Close { reply }).is_none() {
            tracing::warn!("the journal's index was not flushed; the next start catches up");
        }
        self.sender = None;
    }

    fn ask<T>(&self, deadline: Duration, message: impl FnOnce(SyncSender<T>) -> Message) -> Option<T> {
        let (reply, answer): (_, Receiver<T>) = sync_channel(1);
        self.sender.as_ref()?.try_send(message(reply)).ok()?;
        answer.recv_timeout(deadline).ok()
    }
}
