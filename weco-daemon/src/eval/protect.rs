//! Files that the evaluation depends on: whether they are still what they were when the run began.
//!
//! They are looked at, never written. What a file was is recorded as the hash of its content; while the daemon runs, a
//! file is read again only if its size, inode or times say that it may have changed.

mod entry;
mod error;
mod walk;

pub use error::ProtectError;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use entry::{Known, Look};

use super::workspace::is_aside;

/// Files that are protected at most: each is looked at before and after every evaluation.
pub const MAX_FILES: usize = 100_000;

/// Names that a message lists before it counts the rest.
const NAMED: usize = 5;

/// Of a file's content.
pub type Hash = [u8; 32];

/// Knows what the user has where an evaluation may have put something else.
pub trait Originals: Sync {
    /// The hash of what the user has at `path`, where `found` was read: that itself, unless it is a candidate that
    /// stands there for a while. None if what was read is not there any more, as far as `is_there` can tell.
    fn original(&self, path: &Path, found: &Hash, is_there: &dyn Fn() -> bool) -> Option<Hash>;
}

/// How files are looked at.
#[derive(Clone, Copy)]
pub struct Looking<'a> {
    /// Who knows what the user has.
    pub originals: &'a dyn Originals,
    /// Whether nobody needs to know any more: reading much data takes long.
    pub is_stopped: &'a dyn Fn() -> bool,
}

/// What must not change.
#[derive(Debug)]
pub struct Guard {
    /// Where relative paths start.
    directory: PathBuf,
    /// Files and directories as the user named them.
    paths: Vec<PathBuf>,
    files: BTreeMap<PathBuf, Known>,
}

impl Guard {
    /// Takes everything as the user has it now.
    ///
    /// # Errors
    /// [`ProtectError`]
    pub fn take(
        directory: &Path,
        paths: &[impl AsRef<Path>],
        looking: Looking<'_>,
    ) -> Result<Self, ProtectError> {
        let mut guard = Self { directory: directory.to_owned(), paths: owned(paths), files: BTreeMap::new() };
        for look in guard.look(looking)?.into_iter().filter(|look| !is_aside(&look.path)) {
            let known = Known::read(&look, looking)?;
            guard.files.insert(look.path, known);
        }
        Ok(guard)
    }

    /// What was taken when the run began, from its record.
    pub fn from_record(directory: &Path, paths: &[impl AsRef<Path>], record: &[u8]) -> Self {
        let files = entry::from_record(record, directory);
        Self { directory: directory.to_owned(), paths: owned(paths), files }
    }

    /// What is recorded of it.
    pub fn record(&self) -> Vec<u8> {
        entry::to_record(&self.files, &self.directory)
    }

    /// What is not as it was when the run began: files that differ, are gone, cannot be read or are new. Blocks.
    ///
    /// # Errors
    /// If nobody can say: [`ProtectError::Stopped`], or one that [may pass](ProtectError::may_pass).
    pub fn changed(&mut self, looking: Looking<'_>) -> Result<Vec<PathBuf>, ProtectError> {
        let now = match self.look(looking) {
            Ok(now) => now,
            Err(error) => return error.into_path().map(|path| vec![path]),
        };
        let mut changed = Vec::new();
        let mut seen = 0;
        for look in now {
            match self.files.get_mut(&look.path) {
                Some(known) => {
                    seen += 1;
                    if !known.is_still(&look, looking)? {
                        changed.push(look.path);
                    }
                }
                // Another run evaluates there.
                None if is_aside(&look.path) => {}
                None => changed.push(look.path),
            }
        }
        if seen < self.files.len() {
            let gone = self.files.keys().filter(|path| path.symlink_metadata().is_err());
            changed.extend(gone.cloned());
        }
        Ok(changed)
    }

    /// Names files for people: relative to the run's directory if they are in it, and not all if they are many.
    pub fn names(&self, files: &[PathBuf]) -> String {
        let name = |path: &PathBuf| path.strip_prefix(&self.directory).unwrap_or(path).display().to_string();
        let named: Vec<String> = files.iter().take(NAMED).map(name).collect();
        match files.len().saturating_sub(NAMED) {
            0 => named.join(", "),
            more => format!("{} and {more} more", named.join(", ")),
        }
    }

    fn look(&self, looking: Looking<'_>) -> Result<Vec<Look>, ProtectError> {
        walk::walk(&self.directory, &self.paths, looking.is_stopped)
    }
}

fn owned(paths: &[impl AsRef<Path>]) -> Vec<PathBuf> {
    paths.iter().map(|path| path.as_ref().to_owned()).collect()
}

/// Refuses paths that the run itself writes: `own` are its sources and its log directory, absolute.
///
/// # Errors
/// [`ProtectError::Own`]
pub fn refuse_own(directory: &Path, paths: &[String], own: &[PathBuf]) -> Result<(), ProtectError> {
    for path in paths {
        let absolute = directory.join(path);
        let resolved = absolute.canonicalize().map_err(|error| ProtectError::unreadable(&absolute, error))?;
        let is_in = |own: &&PathBuf| {
            let own = own.canonicalize().unwrap_or_else(|_| (*own).clone());
            own.starts_with(&resolved)
        };
        if let Some(own) = own.iter().find(is_in) {
            let own = own.strip_prefix(directory).unwrap_or(own).to_owned();
            return Err(ProtectError::Own { path: path.clone(), own });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
