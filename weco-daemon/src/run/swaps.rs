//! A run that begins while another one's candidate is in the sources' place must not take that for the
//! user's code.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use weco_proto::sources::{self, SourceError, SourceFile};

use crate::eval::protect::{Hash, Originals};
use crate::eval::workspace::{Edit, Replacement, Workspace, WorkspaceError};

/// What may be in the sources' place right now, in all runs.
#[derive(Debug, Default)]
pub struct Swaps {
    current: Mutex<Vec<Arc<[Replacement]>>>,
}

/// An evaluation that may have replaced sources, until dropped.
#[derive(Debug)]
pub(super) struct Swap<'s> {
    swaps: &'s Swaps,
    replacements: Arc<[Replacement]>,
}

impl Swaps {
    /// To be called before the first source is touched; the answer is to be dropped when all are back.
    pub(super) fn note(&self, replacements: Vec<Replacement>) -> Swap<'_> {
        let replacements: Arc<[Replacement]> = replacements.into();
        self.lock().push(Arc::clone(&replacements));
        Swap { swaps: self, replacements }
    }

    /// The sources as the user has them, as [`sources::validate`] finds them.
    ///
    /// # Errors
    /// The first thing that is wrong with them.
    pub fn read_sources(&self, directory: &Path, names: &[String]) -> Result<Vec<SourceFile>, SourceError> {
        // Held while reading: no swap can begin or be forgotten in between.
        let current = self.lock();
        let mut files = sources::validate(directory, names)?;
        for file in &mut files {
            let candidate = |replacement: &&Replacement| {
                replacement.place == file.absolute && *replacement.candidate == *file.text.as_bytes()
            };
            if let Some(replacement) = current.iter().flat_map(|swap| swap.iter()).find(candidate) {
                file.text = String::from_utf8(replacement.original.to_vec())
                    .map_err(|_| SourceError::NotText(file.path.clone()))?;
            }
        }
        Ok(files)
    }

    /// The user's edits in a run's workspace: what other runs evaluate there right now is none.
    ///
    /// # Errors
    /// As for [`Workspace::check`].
    pub(super) fn check(&self, workspace: &Workspace) -> Result<Vec<Edit>, WorkspaceError> {
        let current = self.lock();
        let mut edits = workspace.check()?;
        edits.retain(|edit| {
            let Edit::InPlace { kept_at, content, .. } = edit else { return true };
            let is_it = |other: &Replacement| other.place == *kept_at && *other.candidate == **content;
            !current.iter().flat_map(|swap| swap.iter()).any(is_it)
        });
        Ok(edits)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<[Replacement]>>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Originals for Swaps {
    fn original(&self, path: &Path, found: &Hash, is_there: &dyn Fn() -> bool) -> Option<Hash> {
        // Held while looking again: no swap can begin or be forgotten in between.
        let current = self.lock();
        if !is_there() {
            return None;
        }
        let of = |replacement: &&Replacement| {
            replacement.place.file_name() == path.file_name()
                && path.canonicalize().is_ok_and(|path| path == replacement.place)
                && blake3::hash(&replacement.candidate) == *found
        };
        let replacement = current.iter().flat_map(|swap| swap.iter()).find(of);
        Some(replacement.map_or(*found, |replacement| *blake3::hash(&replacement.original).as_bytes()))
    }
}

impl Drop for Swap<'_> {
    fn drop(&mut self) {
        self.swaps.lock().retain(|other| !Arc::ptr_eq(other, &self.replacements));
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;
    use crate::eval::protect::{Guard, Looking};

    #[test]
    fn a_candidate_in_place_is_not_the_users_code() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        let text = |swaps: &Swaps| swaps.read_sources(&root, &["a.py".to_owned()]).unwrap().remove(0).text;
        let swaps = Swaps::default();
        let swap = swaps.note(vec![Replacement {
            place: root.join("a.py"),
            original: b"original".as_slice().into(),
            candidate: b"candidate".as_slice().into(),
        }]);
        for (on_disk, read) in [("original", "original"), ("candidate", "original"), ("edited", "edited")] {
            fs::write(root.join("a.py"), on_disk).unwrap();
            assert_eq!(text(&swaps), read);
        }
        drop(swap);
        fs::write(root.join("a.py"), "candidate").unwrap();
        assert_eq!(text(&swaps), "candidate", "nothing is swapped any more");
    }

    #[test]
    fn what_is_protected_is_the_users_code_and_not_a_candidate() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        let (file, aside) = (root.join("src/a.py"), root.join("src/.a.py.weco-1a2b3c4d.0"));
        fs::create_dir(root.join("src")).unwrap();
        let swaps = Swaps::default();
        let looking = Looking { originals: &swaps, is_stopped: &|| false };
        let take = || Guard::take(&root, &["src"], looking).unwrap();
        fs::write(&file, "original").unwrap();
        let mut before = take();

        let swap = swaps.note(vec![Replacement {
            place: file.clone(),
            original: b"original".as_slice().into(),
            candidate: b"candidate".as_slice().into(),
        }]);
        fs::rename(&file, &aside).unwrap();
        fs::write(&file, "candidate").unwrap();
        let mut during = take();
        assert_eq!(during.record(), before.record());
        for guard in [&mut before, &mut during] {
            assert_eq!(guard.changed(looking).unwrap(), Vec::<PathBuf>::new());
        }
        fs::rename(&aside, &file).unwrap();
        drop(swap);
        assert_eq!(during.changed(looking).unwrap(), Vec::<PathBuf>::new());
        fs::write(&file, "candidate").unwrap();
        for guard in [&mut before, &mut during] {
            assert_eq!(
                guard.changed(looking).unwrap(),
                std::slice::from_ref(&file),
                "nothing is swapped any more"
            );
        }
        fs::write(root.join("src/.weco-new"), "").unwrap();
        assert_eq!(during.changed(looking).unwrap().len(), 2);
    }
}
