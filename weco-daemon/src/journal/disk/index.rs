//! sled, behind a thread of its own that may fail, panic or hang without harm to anybody else.
//!
//! Tree `events`: run id (16 bytes) ++ sequence number (8, big-endian) → the event's JSON, the same
//! bytes as in the run's file. Tree `runs`: run id → [`Catalogued`] as JSON.

mod database;
mod worker;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use weco_core::run::RunId;
use weco_core::summary::Summary;

pub(super) use database::Refusal;

/// What the index knows of a run.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Catalogued {
    /// The last sequence number.
    pub(super) last_seq: u64,
    /// Whether the run is over.
    pub(super) ended: bool,
    /// The length of its file. A file of the same length has not been appended to since.
    pub(super) len: u64,
    /// The run in short; since format 2.
    #[serde(default, serialize_with = "write_shared", deserialize_with = "read_shared")]
    pub(super) summary: Option<Arc<Summary>>,
}

fn write_shared<S: Serializer>(summary: &Option<Arc<Summary>>, serializer: S) -> Result<S::Ok, S::Error> {
    summary.as_deref().serialize(serializer)
}

fn read_shared<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Arc<Summary>>, D::Error> {
    Ok(Option::deserialize(deserializer)?.map(Arc::new))
}

/// Events of one run, by sequence number.
pub(super) type Events = Vec<(u64, Vec<u8>)>;

/// A part of a run's file that is not indexed yet.
#[derive(Clone, Debug)]
pub(super) struct Span {
    /// The run's file.
    pub(super) path: PathBuf,
    /// Where the part begins; it reaches to `catalogued.len`.
    pub(super) from: u64,
    /// How the run stands at the part's end.
    pub(super) catalogued: Catalogued,
}

/// Bytes by which a run's file may grow before it is indexed, unless the run ends, the journal closes, or the commit
/// log starts over. Small batches cost sled several times what they hold, on cores that evaluations need; what is
/// not indexed yet is in the run's file and in the commit log too.
const LAG: u64 = 512 << 10;

/// A part of a run's file that waits to be indexed.
#[derive(Clone, Debug)]
struct Waiting {
    span: Span,
    /// Whether the thread was told of it.
    told: bool,
}

/// What waits to be indexed. One part per run, however often the run is appended to: an index that
/// is slow, or hangs, costs no more memory than there are runs.
#[derive(Clone, Debug, Default)]
struct Grown(Arc<Mutex<HashMap<RunId, Waiting>>>);

impl Grown {
    fn lock(&self) -> MutexGuard<'_, HashMap<RunId, Waiting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a part; tells whether the thread is to be told that the run's is due.
    fn add(&self, run: RunId, span: &Span) -> bool {
        let mut parts = self.lock();
        let waiting = parts.entry(run).or_insert_with(|| Waiting { span: span.clone(), told: false });
        waiting.span.catalogued = span.catalogued.clone();
        let due = span.catalogued.ended || span.catalogued.len - waiting.span.from >= LAG;
        due && !std::mem::replace(&mut waiting.told, true)
    }

    /// The runs whose parts the thread was not told of: from now on they are all due.
    fn hasten(&self) -> Vec<RunId> {
        let mut parts = self.lock();
        let tell = |(run, waiting): (&RunId, &mut Waiting)| {
            (!std::mem::replace(&mut waiting.told, true)).then_some(*run)
        };
        parts.iter_mut().filter_map(tell).collect()
    }

    /// Takes a run's part.
    fn take(&self, run: RunId) -> Option<Span> {
        self.lock().remove(&run).map(|waiting| waiting.span)
    }

    /// Takes every run's part.
    fn take_all(&self) -> Vec<(RunId, Span)> {
        self.lock().drain().map(|(run, waiting)| (run, waiting.span)).collect()
    }
}

/// What the index thread is asked.
#[derive(Debug)]
enum Message {
    /// Index what waits of a run.
    Grown(RunId),
    /// Remove runs, durably, and then these files.
    Remove(Vec<(RunId, PathBuf)>),
    /// The run's events from a sequence number up to the first gap.
    Fetch { run: RunId, from: u64, reply: SyncSender<Events> },
    /// Index all that waits, and flush.
    Flush { reply: SyncSender<()> },
    /// The same, and stop.
    Close { reply: SyncSender<()> },
}

/// The way to the index thread.
#[derive(Debug)]
pub(super) struct Index {
    messages: Sender<Message>,
    grown: Grown,
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
        let (messages, receiver) = channel();
        let (opened, answer) = sync_channel(1);
        let grown = Grown::default();
        let started = worker::spawn(path.to_owned(), receiver, grown.clone(), opened);
        started.map_err(|error| OpenError::Refused(Refusal(error)))?;
        match answer.recv_timeout(deadline) {
            Ok(result) => Ok((Self { messages, grown }, result?)),
            Err(RecvTimeoutError::Timeout) => {
                Err(OpenError::Damaged(format!("it did not open within {} s", deadline.as_secs_f32())))
            }
            Err(RecvTimeoutError::Disconnected) => Err(OpenError::Damaged("opening it panicked".to_owned())),
        }
    }

    /// Has a part of a run's file indexed, some time.
    pub(super) fn add(&self, run: RunId, span: &Span) {
        if self.grown.add(run, span) {
            self.send(Message::Grown(run));
        }
    }

    /// Has everything that waits indexed, without waiting for that.
    pub(super) fn catch_up(&self) {
        for run in self.grown.hasten() {
            self.send(Message::Grown(run));
        }
    }

    /// Has runs removed, and then their tombstones.
    pub(super) fn remove(&self, runs: Vec<(RunId, PathBuf)>) {
        for (run, _) in &runs {
            // A part of the removed file must not be taken for one of a later file of the same run.
            self.grown.take(*run);
        }
        self.send(Message::Remove(runs));
    }

    /// The run's events from a sequence number on, as far as the index has them within `deadline`.
    pub(super) fn fetch(&self, run: RunId, from: u64, deadline: Duration) -> Events {
        self.ask(deadline, |reply| Message::Fetch { run, from, reply }).unwrap_or_default()
    }

    /// Indexes and flushes everything, waiting at most `deadline`; tells whether that is done.
    pub(super) fn flush(&self, deadline: Duration) -> bool {
        self.ask(deadline, |reply| Message::Flush { reply }).is_some()
    }

    /// Flushes and stops the thread, waiting at most `deadline`.
    pub(super) fn close(&self, deadline: Duration) {
        if self.ask(deadline, |reply| Message::Close { reply }).is_none() {
            tracing::warn!(
                "the journal's index is not complete; the next start catches up from the runs' files"
            );
        }
    }

    /// The thread has said why if it is gone; the next start catches up.
    fn send(&self, message: Message) {
        let _ = self.messages.send(message);
    }

    fn ask<T>(&self, deadline: Duration, message: impl FnOnce(SyncSender<T>) -> Message) -> Option<T> {
        let (reply, answer): (_, Receiver<T>) = sync_channel(1);
        self.messages.send(message(reply)).ok()?;
        answer.recv_timeout(deadline).ok()
    }
}
