//! Putting a version in the sources' place, and taking it back.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use weco_core::run::Files;

use super::choose::{After, Case};
use super::dir::{Dir, NewFile};
use super::edit::Edit;
use super::error::{RestoreError, WorkspaceError};
use super::settle::{Place, settle};
use super::{Workspace, tree};

/// A candidate's text in a source's place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replacement {
    /// The source's absolute path, free of links.
    pub place: PathBuf,
    /// What the user has there.
    pub original: Arc<[u8]>,
    /// What is there during the evaluation.
    pub candidate: Box<[u8]>,
}

/// A version is in the sources' place. Dropping this restores them, as [`Self::restore`] does.
#[derive(Debug)]
#[must_use = "dropping it restores the sources at once"]
pub struct Swapped<'w> {
    pub(super) workspace: &'w mut Workspace,
    root: Dir,
    /// For each source.
    pub(super) held: Vec<Held>,
    kept: PathBuf,
    done: bool,
}

#[derive(Debug)]
pub(super) struct Held {
    pub(super) dir: Dir,
    /// The text in the source's place; none if that is the original.
    pub(super) candidate: Option<Box<[u8]>>,
}

impl Workspace {
    /// Puts those of `files` that differ from what is there in the sources' place; sources without a
    /// file in `files` stay. What an evaluation makes of the sources and must not be lost is moved to
    /// `kept`.
    ///
    /// # Errors
    /// - [`WorkspaceError::Edited`]: the user edited sources; nothing was done.
    /// - [`WorkspaceError::UnknownPath`]: nothing was done.
    /// - Any other: the sources are as they were, or it is [`WorkspaceError::NotRolledBack`].
    pub fn swap_in(&mut self, files: &Files, kept: &Path) -> Result<Swapped<'_>, WorkspaceError> {
        self.swap(files, kept, false)
    }

    pub(super) fn swap(
        &mut self,
        files: &Files,
        kept: &Path,
        durable: bool,
    ) -> Result<Swapped<'_>, WorkspaceError> {
        self.refuse_unknown(files)?;
        let root = self.open_root()?;
        let held = self.look(&root)?;
        let mut swapped = Swapped { workspace: self, root, held, kept: kept.to_owned(), done: false };
        // All are written before any is exchanged: a full disk is found before a source is touched.
        let swap = swapped.write(files, durable).and_then(|()| swapped.exchange());
        match swap {
            Ok(()) => Ok(swapped),
            Err(error) => Err(swapped.roll_back(error)),
        }
    }

    /// Opens each source's directory, and refuses if a source is not as it was last seen.
    fn look(&mut self, root: &Dir) -> Result<Vec<Held>, WorkspaceError> {
        let mut held = Vec::with_capacity(self.sources.len());
        let mut edits = Vec::new();
        for source in &mut self.sources {
            let dir = tree::open_parent(root, &self.root, source)?;
            for name in [&source.aside, &source.spare] {
                if dir.exists(name).map_err(|error| source.io("look beside", &self.root, error))? {
                    return Err(WorkspaceError::Unrecovered(
                        source.absolute(&self.root).with_file_name(name),
                    ));
                }
            }
            let seen = source.read_regular(&dir, &self.root)?;
            source.mode = seen.mode;
            source.stamps.saw_original(seen.mtime);
            if seen.content != *source.original {
                edits.push(Edit::in_place(&self.root, source, seen.content));
            }
            held.push(Held { dir, candidate: None });
        }
        if edits.is_empty() { Ok(held) } else { Err(WorkspaceError::Edited(edits)) }
    }
}

impl Swapped<'_> {
    /// Brings the user's files back and reports what else was found.
    ///
    /// # Errors
    /// [`RestoreError`]: the sources that could not be brought back. The others are.
    pub fn restore(mut self) -> Result<Vec<Edit>, RestoreError> {
        self.settle_all().into_result()
    }

    fn write(&mut self, files: &Files, durable: bool) -> Result<(), WorkspaceError> {
        let root = &self.workspace.root;
        for (source, held) in self.workspace.sources.iter_mut().zip(&mut self.held) {
            let changed = files.get(&source.path).map(String::as_bytes);
            let Some(text) = changed.filter(|text| **text != *source.original) else { continue };
            held.candidate = Some(text.into());
            let mtime = source.stamps.next();
            let new = NewFile { content: text, mode: source.mode, mtime, durable };
            let written = held.dir.create(&source.aside, &new);
            written.map_err(|error| source.io("write a new version beside", root, error))?;
        }
        Ok(())
    }

    fn exchange(&mut self) -> Result<(), WorkspaceError> {
        let root = &self.workspace.root;
        for (source, held) in self.workspace.sources.iter().zip(&self.held) {
            if held.candidate.is_some() {
                let exchanged = held.dir.exchange(&source.aside, &source.name, &source.spare);
                exchanged.map_err(|error| source.io("replace", root, error))?;
            }
        }
        Ok(())
    }

    pub(super) fn roll_back(mut self, cause: WorkspaceError) -> WorkspaceError {
        let report = self.settle_all();
        log(&report.edits);
        if report.failures.is_empty() {
            return cause;
        }
        WorkspaceError::NotRolledBack { cause: Box::new(cause), restore: report }
    }

    /// Nothing is left to restore.
    pub(super) fn forget(&mut self) {
        self.done = true;
    }

    fn settle_all(&mut self) -> RestoreError {
        self.done = true;
        let mut report = RestoreError::default();
        let workspace = &mut *self.workspace;
        if self.root.is_removed() {
            match remake(&workspace.root) {
                Ok(root) => self.root = root,
                Err(error) => return error.into(),
            }
        }
        let place = Place { root: &self.root, root_path: &workspace.root, kept: &self.kept };
        for (source, held) in workspace.sources.iter_mut().zip(&self.held) {
            let case = Case { candidate: held.candidate.as_deref(), after: After::Evaluation };
            settle(&place, source, &case, Some(&held.dir), &mut report);
        }
        report
    }
}

/// The run's directory itself was removed.
fn remake(root: &Path) -> Result<Dir, WorkspaceError> {
    let made = fs::create_dir_all(root).or_else(|error| match error.kind() {
        ErrorKind::AlreadyExists => Ok(()),
        _ => Err(error),
    });
    made.and_then(|()| Dir::open(root)).map_err(|error| WorkspaceError::io("restore", root, error))
}

impl Drop for Swapped<'_> {
    fn drop(&mut self) {
        if self.done {
            return;
        }
        let report = self.settle_all();
        log(&report.edits);
        for failure in report.failures {
            tracing::error!(error = %failure, "a source could not be restored");
        }
    }
}

fn log(edits: &[Edit]) {
    for edit in edits {
        tracing::warn!("{}", edit.message());
    }
}
