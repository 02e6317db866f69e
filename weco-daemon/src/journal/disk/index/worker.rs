//! The index thread.

use std::collections::HashMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender};
use std::thread;

use sled::Batch;
use weco_core::run::RunId;

use super::database::{Database, key};
use super::{Addition, Catalogued, Message, OpenError};
use crate::journal::disk::frame::Key;
use crate::journal::disk::quiet;
use crate::journal::disk::scan;

/// Events that may be unflushed: what a start after a crash has to index again, in milliseconds.
const MAX_UNFLUSHED: usize = 4096;

/// Events per batch while catching up.
const CATCH_UP_BATCH: usize = 256;

type Opened = Result<HashMap<RunId, Catalogued>, OpenError>;

/// Starts the thread. It opens the database, tells `opened` what came of it, and then serves
/// `messages` until it is told to close, its callers are gone, or sled fails or panics.
pub(super) fn spawn(
    path: PathBuf,
    messages: Receiver<Message>,
    opened: SyncSender<Opened>,
) -> io::Result<()> {
    let work = move || {
        quiet::let_timers_wait();
        let outcome = catch_unwind(AssertUnwindSafe(|| run(&path, &messages, &opened)));
        match outcome {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the journal's index failed"),
            Err(_) => tracing::warn!("the journal's index panicked"),
        }
    };
    thread::Builder::new().name("journal-index".to_owned()).spawn(work).map(drop)
}

fn run(path: &Path, messages: &Receiver<Message>, opened: &SyncSender<Opened>) -> Result<(), Failure> {
    let database = match Database::open(path) {
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
    let closing = Worker { database, unflushed: 0 }.serve(messages)?;
    // The database is closed before the answer, so that it can be opened again at once.
    if let Some(reply) = closing {
        let _ = reply.send(());
    }
    Ok(())
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Sled(#[from] sled::Error),
    #[error(transparent)]
    File(#[from] io::Error),
}

struct Worker {
    database: Database,
    unflushed: usize,
}

impl Worker {
    /// Serves until closed; returns who waits for that.
    fn serve(mut self, messages: &Receiver<Message>) -> Result<Option<SyncSender<()>>, Failure> {
        while let Ok(message) = messages.recv() {
            match message {
                Message::Add(additions) => self.add(&additions)?,
                Message::CatchUp { run, path, from, catalogued } => {
                    self.catch_up(run, &path, from, catalogued)?
                }
                Message::Remove { run, tombstone } => {
                    self.database.remove(run)?;
                    self.flush()?;
                    if let Err(error) = std::fs::remove_file(&tombstone) {
                        tracing::debug!(%error, path = %tombstone.display(), "left for the next start to remove");
                    }
                }
                Message::Fetch { run, from, reply } => {
                    let _ = reply.send(self.database.fetch(run, from)?);
                }
                Message::Close { reply } => {
                    self.flush()?;
                    return Ok(Some(reply));
                }
            }
        }
        self.flush()?;
        Ok(None)
    }

    fn add(&mut self, additions: &[Addition]) -> Result<(), Failure> {
        let mut batch = Batch::default();
        for addition in additions {
            for (seq, place) in &addition.events {
                batch.insert(&key(addition.run, *seq), &addition.frames[place.clone()]);
            }
            self.unflushed += addition.events.len();
        }
        let states: Vec<_> = additions.iter().map(|addition| (addition.run, addition.catalogued)).collect();
        self.database.add(batch, &states)?;
        // The end of a run is when a start may begin to skip its file.
        if self.unflushed >= MAX_UNFLUSHED || states.iter().any(|(_, state)| state.ended) {
            self.flush()?;
        }
        Ok(())
    }

    fn catch_up(&mut self, run: RunId, path: &Path, from: u64, state: Catalogued) -> Result<(), Failure> {
        let mut frames = scan::frames(path, 0, state.len)?;
        let mut batch = Batch::default();
        let mut waiting = 0;
        while let Some(frame) = frames.next()? {
            let Key::Event(seq) = frame.key else { continue };
            if seq >= from {
                batch.insert(&key(run, seq), frames.payload());
                waiting += 1;
            }
            if waiting == CATCH_UP_BATCH {
                self.database.add(std::mem::take(&mut batch), &[])?;
                self.unflushed += std::mem::take(&mut waiting);
            }
        }
        self.database.add(batch, &[(run, state)])?;
        self.unflushed += waiting;
        if self.unflushed >= MAX_UNFLUSHED { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Failure> {
        self.database.flush()?;
        self.unflushed = 0;
        Ok(())
    }
}
