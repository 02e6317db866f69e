//! Why a command could not be started.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use crate::os::exhausted::is_exhausted;

/// The command could not be started; nothing runs.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The run's directory is gone, or is none.
    #[error("cannot evaluate: the directory {} does not exist any more; put it back and resume the run", .0.display())]
    NoDirectory(PathBuf),
    /// No more files may be open.
    #[error(
        "cannot evaluate: too many open files ({0}); raise the daemon's limit (ulimit -n) or end other runs"
    )]
    TooManyFiles(io::Error),
    /// No more processes may run, or there is no memory for one.
    #[error("cannot evaluate: no further process can be started ({0}); end other programs")]
    TooManyProcesses(io::Error),
    /// The command or the environment is longer than the system allows.
    #[error("cannot evaluate: the command and its environment are too long for this system ({0})")]
    TooLong(io::Error),
    /// Anything else, such as a NUL in the command.
    #[error("cannot evaluate: /bin/sh in {} could not be started: {error}", directory.display())]
    Other {
        /// Where it was to run.
        directory: PathBuf,
        /// The system's words.
        error: io::Error,
    },
}

impl StartError {
    /// Whether the same may work later: the machine is out of something, nothing is wrong with the command.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::TooManyFiles(_) | Self::TooManyProcesses(_) => true,
            Self::Other { error, .. } => is_exhausted(error),
            Self::NoDirectory(_) | Self::TooLong(_) => false,
        }
    }

    /// Says what a failed start in `directory` means.
    pub(crate) fn new(directory: &Path, error: io::Error) -> Self {
        match error.raw_os_error().map(Errno::from_raw_os_error) {
            Some(Errno::MFILE | Errno::NFILE) => Self::TooManyFiles(error),
            Some(Errno::AGAIN | Errno::NOMEM) => Self::TooManyProcesses(error),
            Some(Errno::TOOBIG) => Self::TooLong(error),
            _ if error.kind() == ErrorKind::NotFound && !directory.is_dir() => {
                Self::NoDirectory(directory.to_owned())
            }
            _ if error.kind() == ErrorKind::NotADirectory => Self::NoDirectory(directory.to_owned()),
            _ => Self::Other { directory: directory.to_owned(), error },
        }
    }
}
