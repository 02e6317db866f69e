//! The user's source files: swapped for a candidate's while it is evaluated, and brought back.
//!
//! # How
//!
//! ```text
//!                    main.py      .main.py.weco-1a2b3c4d.0
//! before             original     –
//! written            original     candidate                   a new file beside it
//! swapped            candidate    original                    the two names exchanged, atomically
//! restored           original     candidate                   exchanged back
//! done               original     –
//! ```
//!
//! The user's file is never rewritten, only renamed: what comes back is the same inode, with its
//! permissions, owner, hard links and extended attributes, and nothing has to be flushed for it to
//! be safe. An exchange cannot lose what someone saves at the same instant: whatever was at the path is
//! then at the other name. Where the file system knows no exchange, three renames do the same, with
//! an instant in which the path is missing.
//!
//! # When something else happened
//!
//! `settle` looks at what is on disk under these names, compares it with the original and the
//! candidate, and brings the user's file back from wherever it is; the same code restores after every
//! evaluation and recovers after a crash, so it needs no record of how far a swap had come. Text that is
//! neither the original nor the candidate is someone's work. It stays in place if it is closer to the
//! original (the user saved), and is otherwise moved to a kept place (a formatter ran); an [`Edit`] says
//! so. Text is removed only if it is known to be the original's or the candidate's, which are stored.
//!
//! # Where
//!
//! Only the listed paths are written. Directories are opened one component at a time without following
//! symbolic links, and files are reached through the directory opened, so that no link made meanwhile
//! can send a write elsewhere.
//!
//! # Times
//!
//! Python trusts a cached `.pyc` if the source's size and modification time *in whole seconds* are those
//! it was compiled from: two candidates of one size within a second would run the first one's code
//! twice. Every Python candidate therefore gets a whole second of its own, later than all before and
//! than the original's, and the original comes back with the time it had. `make`, Cargo and the like
//! compare times by order: for other files each candidate, and the original when it comes back, is
//! as new as the clock says, so that nothing built from one version passes for another.

mod apply;
mod choose;
mod closeness;
mod dir;
mod edit;
mod error;
mod keep;
mod settle;
mod source;
mod stamp;
mod swap;
mod tree;

pub use edit::Edit;
pub use error::{RestoreError, WorkspaceError};
pub use source::{SourceText, is_aside};
pub use swap::{Replacement, Swapped};

use std::path::{Path, PathBuf};

use weco_core::run::{Files, RunId};

use choose::{After, Case};
use dir::Dir;
use source::Source;

/// The sources of one run. Runs that share a source must not be evaluated at the same time: that is
/// the caller's to see to.
#[derive(Debug)]
pub struct Workspace {
    root: PathBuf,
    sources: Vec<Source>,
}

impl Workspace {
    /// The sources of `run` in the directory `root`. Nothing is written, and the files need not
    /// exist: [`Self::recover`] may be about to bring them back.
    ///
    /// # Errors
    /// A path that is not plainly relative, leads out of `root` (through a symbolic link, say), or is
    /// the same file as another; a `root` that is no directory.
    pub fn new(root: &Path, run: RunId, sources: Vec<SourceText>) -> Result<Self, WorkspaceError> {
        let root = root.canonicalize().map_err(|error| WorkspaceError::io("find", root, error))?;
        let sources = source::resolve_all(&root, run, sources)?;
        Ok(Self { root, sources })
    }

    /// The same sources with the same originals in a copy of the directory: whatever is there is written over.
    ///
    /// # Errors
    /// As [`Self::new`], or if a source cannot be written.
    pub(crate) fn elsewhere(&self, root: &Path, run: RunId) -> Result<Self, WorkspaceError> {
        let text = |source: &Source| SourceText {
            path: source.path.clone(),
            original: source.original.clone(),
            mode: source.mode,
        };
        let copy = Self::new(root, run, self.sources.iter().map(text).collect())?;
        copy.write_originals()?;
        Ok(copy)
    }

    /// Writes the originals where something else is. For a workspace that is nobody's but the run's.
    ///
    /// # Errors
    /// The first source that cannot be written.
    pub(crate) fn write_originals(&self) -> Result<(), WorkspaceError> {
        for source in &self.sources {
            let place = source.absolute(&self.root);
            if std::fs::read(&place).is_ok_and(|found| found == *source.original) {
                continue;
            }
            std::fs::write(&place, &source.original)
                .map_err(|error| source.io("write", &self.root, error))?;
        }
        Ok(())
    }

    /// The user's edits since the sources were last seen. Store their contents durably, then
    /// [`adopt`](Self::adopt) them.
    ///
    /// # Errors
    /// A source that is missing, is no regular file any more, or cannot be read.
    pub fn check(&self) -> Result<Vec<Edit>, WorkspaceError> {
        let root = self.open_root()?;
        let mut edits = Vec::new();
        for source in &self.sources {
            let dir = tree::open_parent(&root, &self.root, source)?;
            let seen = source.read_regular(&dir, &self.root)?;
            if seen.content != *source.original {
                edits.push(Edit::in_place(&self.root, source, seen.content));
            }
        }
        Ok(edits)
    }

    /// Whether a user's file is aside, because a version is in its place or was when a daemon died:
    /// [`Self::recover`] is due.
    ///
    /// # Errors
    /// If that cannot be found out.
    pub fn is_swapped(&self) -> Result<bool, WorkspaceError> {
        let root = self.open_root()?;
        for source in &self.sources {
            // A directory that is gone holds nothing.
            let Ok(dir) = tree::open_parent(&root, &self.root, source) else { continue };
            for name in [&source.aside, &source.spare] {
                if dir.exists(name).map_err(|error| source.io("look beside", &self.root, error))? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// What [`Self::swap_in`] would put in place of what.
    pub fn replacements(&self, files: &Files) -> Vec<Replacement> {
        let replacement = |source: &Source| {
            let candidate = files.get(&source.path)?.as_bytes();
            (*candidate != *source.original).then(|| Replacement {
                place: source.absolute(&self.root),
                original: source.original.clone(),
                candidate: candidate.into(),
            })
        };
        self.sources.iter().filter_map(replacement).collect()
    }

    /// Takes the user's edits as what is to be restored from now on. Those that were moved elsewhere
    /// change nothing.
    pub fn adopt(&mut self, edits: &[Edit]) {
        for edit in edits {
            let Edit::InPlace { path, content, .. } = edit else { continue };
            if let Some(source) = self.sources.iter_mut().find(|source| source.path == *path) {
                source.original = content.clone();
            }
        }
    }

    /// Brings the user's files back after a daemon died, whatever it was doing. `candidate` is the
    /// version that may be on disk, if known. To be called once no process of the evaluation is left. What
    /// it did is flushed; running it again, or when there is nothing to do, changes nothing.
    ///
    /// # Errors
    /// [`RestoreError`]: the sources that could not be brought back. The others are.
    pub fn recover(&mut self, candidate: Option<&Files>, kept: &Path) -> Result<Vec<Edit>, RestoreError> {
        let root = self.open_root().map_err(RestoreError::from)?;
        let mut report = RestoreError::default();
        for source in &mut self.sources {
            let text = candidate.and_then(|files| files.get(&source.path)).map(String::as_bytes);
            let place = settle::Place { root: &root, root_path: &self.root, kept };
            let case = Case { candidate: text, after: After::Crash };
            settle::settle(&place, source, &case, None, &mut report);
        }
        report.into_result()
    }

    /// Flushes the sources and their directories: after this a power cut cannot undo the last restore.
    ///
    /// # Errors
    /// [`WorkspaceError`] of the first that could not be flushed.
    pub fn sync(&self) -> Result<(), WorkspaceError> {
        let root = self.open_root()?;
        for source in &self.sources {
            let dir = tree::open_parent(&root, &self.root, source)?;
            let synced = dir.sync_file(&source.name).and_then(|()| dir.sync());
            synced.map_err(|error| source.io("flush", &self.root, error))?;
        }
        Ok(())
    }

    fn open_root(&self) -> Result<Dir, WorkspaceError> {
        Dir::open(&self.root).map_err(|error| WorkspaceError::io("open", &self.root, error))
    }

    /// Every name must be a source's.
    fn refuse_unknown(&self, files: &Files) -> Result<(), WorkspaceError> {
        let known = |path: &str| self.sources.iter().any(|source| source.path == path);
        match files.keys().find(|path| !known(path)) {
            Some(path) => Err(WorkspaceError::UnknownPath { path: path.clone() }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
