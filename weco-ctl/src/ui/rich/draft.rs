//! Copies of a step's files, for the user's editor.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use tempfile::TempDir;
use weco_proto::sources::read_texts;
use weco_proto::v1::SourceText;

use crate::ui::Change;

/// Copies of a step's files in a directory of their own, under their own names. Gone when dropped.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) step: u32,
    /// How many revisions of the step there were.
    revisions: usize,
    directory: TempDir,
    /// The sources as they were, in the order in which they are opened: those that the step changed come first.
    files: Vec<SourceText>,
}

impl Draft {
    /// Writes the copies.
    ///
    /// # Errors
    /// If the temporary directory cannot be written.
    pub(super) fn new((step, revisions): (u32, usize), change: &Change) -> io::Result<Self> {
        let directory = tempfile::Builder::new().prefix("weco-review-").tempdir()?;
        let (changed, same): (Vec<_>, Vec<_>) =
            change.after.iter().partition(|file| !change.before.contains(file));
        let files: Vec<SourceText> = changed.into_iter().chain(same).cloned().collect();
        for file in &files {
            let path = directory.path().join(below(&file.path));
            fs::create_dir_all(path.parent().unwrap_or(directory.path()))?;
            fs::write(path, &file.text)?;
        }
        Ok(Self { step, revisions, directory, files })
    }

    /// The step and its number of revisions that the copies are of.
    pub(super) fn of(&self) -> (u32, usize) {
        (self.step, self.revisions)
    }

    /// Whether there is anything in the copies that nobody else has.
    pub(super) fn is_edited(&self) -> bool {
        !self.changed().is_ok_and(|changed| changed.is_empty())
    }

    /// Where the copies are.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        self.files.iter().map(|file| self.directory.path().join(below(&file.path))).collect()
    }

    /// The files that are not as they were.
    ///
    /// # Errors
    /// What is wrong with them, in one sentence.
    pub(super) fn changed(&self) -> Result<Vec<SourceText>, String> {
        let names: Vec<String> =
            self.files.iter().map(|file| below(&file.path).to_string_lossy().into_owned()).collect();
        let texts = read_texts(self.directory.path(), &names).map_err(|error| error.to_string())?;
        let edited = self.files.iter().zip(texts).filter(|(file, text)| file.text != *text);
        Ok(edited.map(|(file, text)| SourceText { path: file.path.clone(), text }).collect())
    }

    /// Leaves the copies where they are, if there is anything in them that nobody else has: the step and the place.
    pub(super) fn keep_if_edited(self) -> Option<(u32, PathBuf)> {
        self.is_edited().then(|| (self.step, self.directory.keep()))
    }
}

/// The path as one that does not lead out of a directory.
fn below(path: &str) -> PathBuf {
    Path::new(path).components().filter(|part| matches!(part, Component::Normal(_))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> SourceText {
        SourceText { path: path.into(), text: text.into() }
    }

    fn change() -> Change {
        Change {
            before: vec![source("a.py", "a\n"), source("lib/b.py", "b\n")],
            after: vec![source("a.py", "a\n"), source("lib/b.py", "b2\n")],
        }
    }

    #[test]
    fn only_what_was_edited_is_a_change() {
        let change = change();
        let draft = Draft::new((3, 0), &change).unwrap();
        let files = draft.files();
        assert!(files[0].ends_with("lib/b.py") && files[1].ends_with("a.py"), "{files:?}");
        assert_eq!(draft.changed(), Ok(vec![]));
        fs::write(&files[1], "a2\n").unwrap();
        assert_eq!(draft.changed(), Ok(vec![source("a.py", "a2\n")]));
        let (_, directory) = draft.keep_if_edited().unwrap();
        assert_eq!(fs::read_to_string(directory.join("a.py")).unwrap(), "a2\n");
        fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn what_cannot_be_a_source_is_said() {
        let change = change();
        let draft = Draft::new((3, 0), &change).unwrap();
        fs::write(&draft.files()[0], [0xff]).unwrap();
        assert!(draft.changed().unwrap_err().contains("valid text file"));
        fs::remove_file(&draft.files()[0]).unwrap();
        assert!(draft.changed().unwrap_err().contains("not found"));
        let path = draft.directory.path().to_owned();
        drop(draft);
        assert!(!path.exists());

        let unedited = Draft::new((3, 0), &change).unwrap();
        let path = unedited.directory.path().to_owned();
        assert_eq!(unedited.keep_if_edited(), None);
        assert!(!path.exists());
    }

    #[test]
    fn no_copy_is_written_elsewhere() {
        assert_eq!(below("../../etc/passwd"), Path::new("etc/passwd"));
        assert_eq!(below("/etc/passwd"), Path::new("etc/passwd"));
    }
}
