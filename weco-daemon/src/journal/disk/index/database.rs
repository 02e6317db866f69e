//! The database itself. Everything here may panic on damaged files.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use sled::{Batch, Db, Mode, Tree};
use uuid::Uuid;
use weco_core::run::RunId;

use super::{Catalogued, Events, OpenError};

/// Memory for pages, in bytes. The index is written once and hardly read.
const CACHE: u64 = 4 << 20;

/// The key of a database that was created here, in the default tree.
const MARK: &[u8] = b"weco";

/// An error of the operating system, which says nothing about the database's health.
#[derive(Debug)]
pub(in crate::journal::disk) struct Refusal(pub(in crate::journal::disk) io::Error);

/// The open database.
pub(super) struct Database {
    db: Db,
    events: Tree,
    runs: Tree,
}

impl Database {
    /// Opens the database and reads the whole catalogue.
    pub(super) fn open(path: &Path) -> Result<(Self, HashMap<RunId, Catalogued>), OpenError> {
        let existed = path.join("db").exists();
        // Without a flush interval sled has no flushing thread.
        let config = sled::Config::new().path(path).mode(Mode::HighThroughput).cache_capacity(CACHE);
        let db = config.flush_every_ms(None).open().map_err(judge)?;
        let events = db.open_tree("events").map_err(judge)?;
        let runs = db.open_tree("runs").map_err(judge)?;
        let database = Self { db, events, runs };
        database.check_mark(existed)?;
        let catalogue = database.catalogue()?;
        Ok((database, catalogue))
    }

    /// Finds the mark that every database gets when it is created: where the whole file is damaged,
    /// sled opens without a word and is empty.
    fn check_mark(&self, existed: bool) -> Result<(), OpenError> {
        let marked = self.db.get(MARK).map_err(judge)?.is_some();
        match (existed, marked) {
            (_, true) => Ok(()),
            (true, false) => Err(OpenError::Damaged("it has lost its content".to_owned())),
            (false, false) => {
                self.db.insert(MARK, &[]).map_err(judge)?;
                self.flush().map_err(judge)
            }
        }
    }

    fn catalogue(&self) -> Result<HashMap<RunId, Catalogued>, OpenError> {
        let senseless = || OpenError::Damaged("its catalogue makes no sense".to_owned());
        let mut catalogue = HashMap::new();
        // An iterator over a damaged tree yields errors for ever: the first ends this.
        for item in &self.runs {
            let (key, value) = item.map_err(judge)?;
            let run = Uuid::from_slice(&key).map_err(|_| senseless())?;
            catalogue.insert(RunId(run), serde_json::from_slice(&value).map_err(|_| senseless())?);
        }
        Ok(catalogue)
    }

    /// Adds events and states of runs. Events come first, so that a state that survives a crash
    /// never promises events that did not.
    pub(super) fn add(&self, events: Batch, states: &[(RunId, Catalogued)]) -> sled::Result<()> {
        self.events.apply_batch(events)?;
        let mut batch = Batch::default();
        for (run, state) in states {
            if let Ok(json) = serde_json::to_vec(state) {
                batch.insert(run.0.as_bytes(), json);
            }
        }
        self.runs.apply_batch(batch)
    }

    /// The run's events from a sequence number up to the first gap.
    pub(super) fn fetch(&self, run: RunId, from: u64) -> sled::Result<Events> {
        let mut found = Events::new();
        for (seq, item) in (from..).zip(self.events.range(key(run, from)..=key(run, u64::MAX))) {
            let (at, value) = item?;
            if at[..] != key(run, seq) {
                break;
            }
            found.push((seq, value.to_vec()));
        }
        Ok(found)
    }

    /// Removes a run.
    pub(super) fn remove(&self, run: RunId) -> sled::Result<()> {
        let mut batch = Batch::default();
        for item in self.events.range(key(run, 0)..=key(run, u64::MAX)) {
            batch.remove(item?.0);
        }
        // The state goes first: without it the run's file, if there is one, is read in full.
        self.runs.remove(run.0.as_bytes())?;
        self.events.apply_batch(batch)
    }

    /// Makes everything durable.
    pub(super) fn flush(&self) -> sled::Result<()> {
        self.db.flush().map(drop)
    }
}

/// Where an event is: runs in the order of their ids, events in theirs.
pub(super) fn key(run: RunId, seq: u64) -> [u8; 24] {
    let mut key = [0; 24];
    key[..16].copy_from_slice(run.0.as_bytes());
    key[16..].copy_from_slice(&seq.to_be_bytes());
    key
}

/// Tells a refusal of the operating system from damage.
fn judge(error: sled::Error) -> OpenError {
    use io::ErrorKind::{
        FileTooLarge, OutOfMemory, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull,
        WouldBlock,
    };
    /// Too many open files: of this process, of the machine.
    const HANDLES: [i32; 2] = [24, 23];
    match error {
        sled::Error::Io(error)
            if error.raw_os_error().is_some_and(|code| HANDLES.contains(&code))
                || matches!(
                    error.kind(),
                    FileTooLarge
                        | OutOfMemory
                        | PermissionDenied
                        | QuotaExceeded
                        | ReadOnlyFilesystem
                        | StorageFull
                        | WouldBlock
                ) =>
        {
            OpenError::Refused(Refusal(error))
        }
        error => OpenError::Damaged(error.to_string()),
    }
}
