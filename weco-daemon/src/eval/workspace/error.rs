//! What can go wrong with the user's files.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use super::edit::Edit;
use crate::os::exhausted::is_exhausted;

/// Something could not be done to the sources. Unless it says otherwise, they are as they were.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    /// A version names a file that is no source of the run.
    #[error("'{path}' is not one of the run's sources, so it is not written")]
    UnknownPath {
        /// The file.
        path: String,
    },
    /// A source's path is absolute, has `..` in it, or is empty.
    #[error("'{path}' is not a plain relative path; name sources relative to the run's directory")]
    BadPath {
        /// The path.
        path: String,
    },
    /// A source's path leads out of the run's directory.
    #[error("'{path}' is {}, outside the run's directory", target.display())]
    Outside {
        /// The path.
        path: String,
        /// Where it leads.
        target: PathBuf,
    },
    /// Two sources are the same file.
    #[error("'{first}' and '{second}' are the same file; name it once")]
    Duplicate {
        /// The one.
        first: String,
        /// The other.
        second: String,
    },
    /// A source is not there.
    #[error("{} is gone; put it back and resume the run", .0.display())]
    Missing(PathBuf),
    /// A source, or a directory on the way to it, is something else now.
    #[error("{} is {what} now; put the file back and resume the run", path.display())]
    Replaced {
        /// The source or directory.
        path: PathBuf,
        /// What is there, with its article.
        what: &'static str,
    },
    /// The user edited sources. Store the edits durably, adopt them, and try again.
    #[error("{} was edited during the run", names(.0))]
    Edited(Vec<Edit>),
    /// An interrupted evaluation left its files: recover first.
    #[error("{} is left of an interrupted evaluation; it must be recovered first", .0.display())]
    Unrecovered(PathBuf),
    /// The disk, or the user's share of it, is full.
    #[error("cannot {action} {}: the disk is full; free some space", path.display())]
    Full {
        /// What was being done.
        action: &'static str,
        /// To what.
        path: PathBuf,
    },
    /// The system refused.
    #[error("cannot {action} {}: {error}", path.display())]
    Io {
        /// What was being done.
        action: &'static str,
        /// To what.
        path: PathBuf,
        /// The system's words.
        error: io::Error,
    },
    /// Taking back what was begun failed as well.
    #[error("{cause}; and then {restore}")]
    NotRolledBack {
        /// What failed first.
        cause: Box<WorkspaceError>,
        /// What could not be brought back.
        restore: RestoreError,
    },
}

impl WorkspaceError {
    pub(super) fn io(action: &'static str, path: impl Into<PathBuf>, error: io::Error) -> Self {
        let path = path.into();
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                Self::Full { action, path }
            }
            _ => Self::Io { action, path, error },
        }
    }

    /// Whether the same may work later: the machine is out of something, nothing is wrong with the run itself.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Full { .. } => true,
            Self::Io { error, .. } => is_exhausted(error),
            Self::NotRolledBack { cause, .. } => cause.may_pass(),
            _ => false,
        }
    }
}

fn names(edits: &[Edit]) -> String {
    let names: Vec<&str> = edits.iter().map(Edit::path).collect();
    names.join(", ")
}

/// Some sources could not be brought back. The next [`recover`](super::Workspace::recover) tries again.
#[derive(Debug, Default, thiserror::Error)]
#[error("sources could not be restored: {}", describe(.failures))]
pub struct RestoreError {
    /// What was found and kept, as if all had gone well.
    pub edits: Vec<Edit>,
    /// What failed; not empty.
    pub failures: Vec<WorkspaceError>,
}

impl RestoreError {
    pub(super) fn into_result(self) -> Result<Vec<Edit>, Self> {
        if self.failures.is_empty() { Ok(self.edits) } else { Err(self) }
    }
}

impl From<WorkspaceError> for RestoreError {
    fn from(failure: WorkspaceError) -> Self {
        Self { edits: Vec::new(), failures: vec![failure] }
    }
}

fn describe(failures: &[WorkspaceError]) -> String {
    let words: Vec<String> = failures.iter().map(ToString::to_string).collect();
    words.join("; ")
}
