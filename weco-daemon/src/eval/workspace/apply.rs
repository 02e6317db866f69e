//! Making a version the user's own.

use std::path::Path;

use weco_core::run::Files;

use super::dir::Found;
use super::edit::Edit;
use super::error::WorkspaceError;
use super::swap::Swapped;
use super::{Workspace, source::Source};

impl Workspace {
    /// Writes a version over the sources, durably, keeping their modes; returns the paths of those
    /// that changed. All are written or none, unless the machine fails in between: then
    /// [`recover`](Self::recover) takes back what was written.
    ///
    /// # Errors
    /// - [`WorkspaceError::Edited`]: the user edited sources; nothing was written.
    /// - Any other: the sources are as they were, or it is [`WorkspaceError::NotRolledBack`].
    pub fn apply(&mut self, files: &Files, kept: &Path) -> Result<Vec<String>, WorkspaceError> {
        let swapped = self.swap(files, kept, true)?;
        swapped.commit()
    }
}

impl Swapped<'_> {
    /// Lets the version stay and removes the originals, once nobody else has touched them.
    pub(super) fn commit(mut self) -> Result<Vec<String>, WorkspaceError> {
        let committed = self.edited_meanwhile().and_then(|()| self.remove_originals());
        if let Err(error) = committed {
            return Err(self.roll_back(error));
        }
        self.forget();
        let mut written = Vec::new();
        for (source, held) in self.workspace.sources.iter_mut().zip(&mut self.held) {
            let Some(text) = held.candidate.take() else { continue };
            source.original = text.into();
            written.push(source.path.clone());
        }
        Ok(written)
    }

    /// Refuses if the user saved a source in the instant between the look at it and the exchange.
    fn edited_meanwhile(&self) -> Result<(), WorkspaceError> {
        let root = &self.workspace.root;
        let mut edits = Vec::new();
        for (source, held) in self.workspace.sources.iter().zip(&self.held) {
            if held.candidate.is_none() {
                continue;
            }
            match held.dir.read(&source.aside).map_err(|error| source.io("read", root, error))? {
                Found::File(seen) if seen.content == *source.original => {}
                Found::File(seen) => edits.push(Edit::in_place(root, source, seen.content)),
                Found::Other(what) => return Err(replaced(source, root, what)),
                Found::Missing => return Err(WorkspaceError::Missing(source.absolute(root))),
            }
        }
        if edits.is_empty() { Ok(()) } else { Err(WorkspaceError::Edited(edits)) }
    }

    /// The exchanges and removals of one directory become durable together and in order.
    fn remove_originals(&self) -> Result<(), WorkspaceError> {
        let swapped = || {
            let all = self.workspace.sources.iter().zip(&self.held);
            all.filter(|(_, held)| held.candidate.is_some())
        };
        let root = &self.workspace.root;
        for (source, held) in swapped() {
            held.dir.remove(&source.aside).map_err(|error| source.io("clean up beside", root, error))?;
        }
        for (source, held) in swapped() {
            held.dir.sync().map_err(|error| source.io("flush", root, error))?;
        }
        Ok(())
    }
}

fn replaced(source: &Source, root: &Path, what: &'static str) -> WorkspaceError {
    WorkspaceError::Replaced { path: source.absolute(root), what }
}
