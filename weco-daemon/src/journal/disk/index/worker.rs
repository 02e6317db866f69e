//! The index thread.

use std::collections::HashMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use sled::Batch;
use weco_core::run::RunId;

use super::database::{Database, key};
use super::{Catalogued, Grown, Message, OpenError, Span};
use crate::journal::disk::frame::Key;
use crate::journal::disk::{quiet, scan};

/// Events that may be unflushed: what a start after a crash has to index again, in milliseconds.
const MAX_UNFLUSHED: usize = 4096;

/// Events per batch: enough to share its cost, and some 100 KB of memory.
const BATCH: usize = 256;

/// How long a database that is still open is tried again, well within the usual deadline.
const LOCK_PATIENCE: Duration = Duration::from_secs(8);
/// Time between two tries.
const LOCK_PAUSE: Duration = Duration::from_millis(20);

type Opened = Result<HashMap<RunId, Catalogued>, OpenError>;

/// Starts the thread. It opens the database, tells `opened` what came of it, and then serves
/// `messages` until it is told to close, its callers are gone, or sled fails or panics.
pub(super) fn spawn(
    path: PathBuf,
    messages: Receiver<Message>,
    grown: Grown,
    opened: SyncSender<Opened>,
) -> io::Result<()> {
    let work = move || {
        quiet::let_timers_wait();
        let outcome = catch_unwind(AssertUnwindSafe(|| run(&path, &messages, grown.clone(), &opened)));
        match outcome {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the journal's index failed"),
            Err(_) => tracing::warn!("the journal's index panicked"),
        }
    };
    thread::Builder::new().name("journal-index".to_owned()).spawn(work).map(drop)
}

fn run(
    path: &Path,
    messages: &Receiver<Message>,
    grown: Grown,
    opened: &SyncSender<Opened>,
) -> sled::Result<()> {
    let database = match open(path) {
        Ok((database, catalogue)) => {
            // Nobody waits any more when the deadline has passed.
            if opened.send(Ok(catalogue)).is_err() {
                return Ok(());
            }
            database
        }
        Err(error) => {
            let _ = opened.send(Err(error));
            return Ok(());
        }
    };
    let closing = Worker::new(database, grown).serve(messages)?;
    // The database is closed before the answer, so that it can be opened again at once.
    if let Some(reply) = closing {
        let _ = reply.send(());
    }
    Ok(())
}

/// Opens the database once nobody has it open any more. The journal's own lock keeps others out, but
/// what sled has yet to free of a database that this process just closed may hold it for a moment.
fn open(path: &Path) -> Result<(Database, HashMap<RunId, Catalogued>), OpenError> {
    let started = Instant::now();
    loop {
        match Database::open(path) {
            Err(OpenError::Refused(refusal)) if refusal.is_in_use() && started.elapsed() < LOCK_PATIENCE => {
                quiet::sleep(LOCK_PAUSE);
            }
            result => return result,
        }
    }
}

struct Worker {
    database: Database,
    grown: Grown,
    /// Events and states read but not yet given to sled.
    events: Batch,
    count: usize,
    states: Vec<(RunId, Catalogued)>,
    /// Events given to sled since the last flush.
    unflushed: usize,
    /// Whether a run ended since the last flush: then a start may begin to skip its file.
    ended: bool,
}

impl Worker {
    fn new(database: Database, grown: Grown) -> Self {
        let (events, states) = (Batch::default(), Vec::new());
        Self { database, grown, events, count: 0, states, unflushed: 0, ended: false }
    }

    /// Serves until closed; returns who waits for that.
    fn serve(mut self, messages: &Receiver<Message>) -> sled::Result<Option<SyncSender<()>>> {
        while let Some(message) = self.next(messages)? {
            match message {
                Message::Grown(run) => self.catch_up(run)?,
                Message::Remove(runs) => self.remove(&runs)?,
                Message::Fetch { run, from, reply } => {
                    self.catch_up(run)?;
                    self.apply()?;
                    let _ = reply.send(self.database.fetch(run, from)?);
                }
                Message::Flush { reply } => {
                    self.catch_up_all()?;
                    self.flush()?;
                    let _ = reply.send(());
                }
                Message::Close { reply } => {
                    self.catch_up_all()?;
                    self.flush()?;
                    return Ok(Some(reply));
                }
            }
        }
        self.catch_up_all()?;
        self.flush()?;
        Ok(None)
    }

    /// Indexes what waits of a run.
    fn catch_up(&mut self, run: RunId) -> sled::Result<()> {
        match self.grown.take(run) {
            Some(span) => self.add(run, &span),
            None => Ok(()),
        }
    }

    fn catch_up_all(&mut self) -> sled::Result<()> {
        let waiting = self.grown.take_all();
        waiting.iter().try_for_each(|(run, span)| self.add(*run, span))
    }

    /// The next message. Before it waits for one, it gives sled what was collected.
    fn next(&mut self, messages: &Receiver<Message>) -> sled::Result<Option<Message>> {
        if let Ok(message) = messages.try_recv() {
            return Ok(Some(message));
        }
        self.apply()?;
        if self.ended {
            self.flush()?;
        }
        Ok(messages.recv().ok())
    }

    /// Indexes a part of a run's file.
    fn add(&mut self, run: RunId, span: &Span) -> sled::Result<()> {
        let mut frames = match scan::frames(&span.path, span.from, span.catalogued.len) {
            Ok(frames) => frames,
            // It was removed meanwhile: the message that says so is on its way.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => {
                skip(run, &error.to_string());
                return Ok(());
            }
        };
        while frames.at() < span.catalogued.len {
            match frames.next() {
                Ok(Some(frame)) => {
                    if let Key::Event(seq) = frame.key {
                        self.events.insert(&key(run, seq), frames.payload());
                        self.count += 1;
                    }
                }
                Ok(None) => {
                    skip(run, "its file cannot be read");
                    return Ok(());
                }
                Err(error) => {
                    skip(run, &error.to_string());
                    return Ok(());
                }
            }
            if self.count >= BATCH {
                self.apply()?;
            }
        }
        self.states.push((run, span.catalogued.clone()));
        self.ended |= span.catalogued.ended;
        Ok(())
    }

    fn remove(&mut self, runs: &[(RunId, PathBuf)]) -> sled::Result<()> {
        self.apply()?;
        runs.iter().try_for_each(|(run, _)| self.database.remove(*run))?;
        self.flush()?;
        for (_, tombstone) in runs {
            if let Err(error) = std::fs::remove_file(tombstone) {
                tracing::debug!(%error, path = %tombstone.display(), "left for the next start to remove");
            }
        }
        Ok(())
    }

    /// Gives sled what was collected, without flushing it.
    fn give(&mut self) -> sled::Result<()> {
        if self.count > 0 || !self.states.is_empty() {
            self.database.add(std::mem::take(&mut self.events), &self.states)?;
            self.states.clear();
            self.unflushed += std::mem::take(&mut self.count);
        }
        Ok(())
    }

    /// Gives sled what was collected, and flushes it from time to time.
    fn apply(&mut self) -> sled::Result<()> {
        self.give()?;
        if self.unflushed >= MAX_UNFLUSHED { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> sled::Result<()> {
        self.give()?;
        self.database.flush()?;
        (self.unflushed, self.ended) = (0, false);
        Ok(())
    }
}

/// Leaves a run to the next start, which reads its file in full.
fn skip(run: RunId, why: &str) {
    tracing::warn!(%run, why, "a run was not indexed");
}
