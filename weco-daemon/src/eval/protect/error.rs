//! Why something cannot be protected.

use std::io;
use std::path::{Path, PathBuf};

use super::MAX_FILES;
use crate::os::exhausted::is_exhausted;

/// Why something cannot be protected.
#[derive(Debug, thiserror::Error)]
pub enum ProtectError {
    /// There is nothing there, or it cannot be read.
    #[error("cannot protect {}: {}", path.display(), reason(error))]
    Unreadable {
        /// What.
        path: PathBuf,
        /// The system's word.
        error: io::Error,
    },
    /// There are too many files.
    #[error("cannot protect more than {MAX_FILES} files, and with {} there are more", path.display())]
    TooMany {
        /// The path in which they became too many.
        path: PathBuf,
    },
    /// The run itself writes there.
    #[error("cannot protect {path}: the run itself writes {}", own.display())]
    Own {
        /// As the user named it.
        path: String,
        /// A source, or the log directory.
        own: PathBuf,
    },
    /// Nobody needs to know any more.
    #[error("the protected files were not looked at to the end")]
    Stopped,
}

impl ProtectError {
    pub(crate) fn unreadable(path: &Path, error: io::Error) -> Self {
        Self::Unreadable { path: path.to_owned(), error }
    }

    /// Whether the same may work later: the machine is out of something, nothing is wrong with the files.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Unreadable { error, .. } if is_exhausted(error))
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "name files and directories that exist and can be read",
            Self::TooMany { .. } => "protect fewer: the evaluation's own files rather than all of its data",
            Self::Stopped => "",
            Self::Own { .. } => "name what the evaluation only reads, such as --protect eval.py data",
        }
    }

    /// What it is about, which is not as it was; itself if it says nothing about that.
    pub(super) fn into_path(self) -> Result<PathBuf, Self> {
        match self {
            Self::Stopped => Err(self),
            Self::Unreadable { .. } if self.may_pass() => Err(self),
            Self::Unreadable { path, .. } | Self::TooMany { path } => Ok(path),
            Self::Own { path, .. } => Ok(path.into()),
        }
    }
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or directory".to_owned(),
        _ => error.to_string(),
    }
}
