//! The runs' files, as the store thread writes them.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use weco_core::run::RunId;

use super::layout::{Layout, private, sync_dir};
use crate::journal::JournalError;

/// Files kept open between appends: more than runs that are busy at once, far fewer than the usual
/// limit of 1,024 file handles.
const MAX_OPEN: usize = 256;

/// Writes the runs' files and knows which of them a power cut could still shorten.
#[derive(Debug)]
pub(super) struct Files {
    layout: Layout,
    open: HashMap<RunId, File>,
    unsynced: HashSet<RunId>,
    /// Whether a file was created or renamed since the directory was flushed.
    dir_changed: bool,
    /// Files with a rest of a failed write behind their end.
    untrimmed: HashSet<RunId>,
}

impl Files {
    pub(super) fn new(layout: Layout) -> Self {
        let (open, unsynced, untrimmed) = (HashMap::new(), HashSet::new(), HashSet::new());
        Self { layout, open, unsynced, dir_changed: false, untrimmed }
    }

    /// Writes `bytes` at `end`, the run's end so far. After a failure the file ends there again.
    pub(super) fn write(&mut self, run: RunId, end: u64, bytes: &[u8]) -> Result<(), JournalError> {
        if self.untrimmed.contains(&run) {
            self.cut(run, end)?;
        }
        let path = self.layout.mirror(run);
        let written = self.file(run).and_then(|file| file.write_all_at(bytes, end));
        self.unsynced.insert(run);
        written.map_err(|error| {
            self.take_back(run, end);
            JournalError::io("write", &path, &error)
        })
    }

    /// Cuts a run's file back to `end`, now or before it is next written to.
    pub(super) fn take_back(&mut self, run: RunId, end: u64) {
        self.untrimmed.insert(run);
        if let Err(error) = self.cut(run, end) {
            tracing::warn!(%run, %error, "a failed write is taken back later");
        }
    }

    fn cut(&mut self, run: RunId, end: u64) -> Result<(), JournalError> {
        let path = self.layout.mirror(run);
        let cut = self.file(run).and_then(|file| file.set_len(end));
        cut.map_err(|error| JournalError::io("shorten", &path, &error))?;
        self.untrimmed.remove(&run);
        Ok(())
    }

    /// Makes everything written so far durable.
    pub(super) fn sync(&mut self) -> Result<(), JournalError> {
        for run in self.unsynced.clone() {
            let path = self.layout.mirror(run);
            let synced = self.file(run).and_then(File::sync_data);
            synced.map_err(|error| JournalError::io("flush", &path, &error))?;
            self.unsynced.remove(&run);
        }
        self.sync_dir()
    }

    fn sync_dir(&mut self) -> Result<(), JournalError> {
        let dir = self.layout.mirrors();
        if self.dir_changed {
            sync_dir(&dir).map_err(|error| JournalError::io("flush", &dir, &error))?;
            self.dir_changed = false;
        }
        Ok(())
    }

    /// Makes a run's incoming file the run's own, durably. After a failure it is neither.
    pub(super) fn take_in(&mut self, run: RunId) -> Result<(), JournalError> {
        let path = self.layout.mirror(run);
        let failed = |error: io::Error| JournalError::io("write", &path, &error);
        let incoming = self.layout.incoming(run);
        fs::rename(&incoming, &path).map_err(failed).inspect_err(|_| self.leave(run))?;
        self.dir_changed = true;
        self.sync_dir().inspect_err(|_| {
            // Not acknowledged, so it must not be there at the next start.
            if let Err(error) = fs::remove_file(&path) {
                tracing::warn!(%run, %error, "a run that could not be taken in is left behind");
            }
        })
    }

    /// Removes a run's incoming file, which is not to be taken in. One that cannot be removed now goes at the next
    /// start.
    pub(super) fn leave(&self, run: RunId) {
        let _ = fs::remove_file(self.layout.incoming(run));
    }

    /// Renames runs' files to their tombstones, durably, up to the first failure. Tells how many.
    pub(super) fn bury(&mut self, runs: &[RunId]) -> (usize, Result<(), JournalError>) {
        let failure = runs.iter().enumerate().find_map(|(at, run)| Some((at, self.rename(*run).err()?)));
        let synced = self.sync_dir();
        failure.map_or((runs.len(), synced), |(buried, error)| (buried, Err(error)))
    }

    fn rename(&mut self, run: RunId) -> Result<(), JournalError> {
        let path = self.layout.mirror(run);
        self.open.remove(&run);
        match fs::rename(&path, self.layout.tombstone(run)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(JournalError::io("remove", &path, &error));
            }
            _ => self.dir_changed = true,
        }
        self.unsynced.remove(&run);
        self.untrimmed.remove(&run);
        Ok(())
    }

    fn file(&mut self, run: RunId) -> io::Result<&File> {
        if !self.open.contains_key(&run) {
            if self.open.len() >= MAX_OPEN
                && let Some(victim) = self.open.keys().next().copied()
            {
                self.open.remove(&victim);
            }
            let (file, created) = open_or_create(&self.layout.mirror(run))?;
            self.dir_changed |= created;
            self.open.insert(run, file);
        }
        self.open.get(&run).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// Opens a file for writing; tells whether it is new.
fn open_or_create(path: &Path) -> io::Result<(File, bool)> {
    match private().write(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Ok((private().write(true).create_new(true).open(path)?, true))
        }
        opened => Ok((opened?, false)),
    }
}
