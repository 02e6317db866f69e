//! Opening a log without being tricked: its name can be guessed, and its directory may be everybody's.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;
use nix::unistd::geteuid;

use crate::error::{Failure, FailureKind};

/// For its owner alone: outputs of evaluations may say anything.
const MODE: u32 = 0o600;

/// Why a log cannot be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum LogError {
    /// Something is in its place that somebody else could read, or made.
    #[error("{} {why}, so no log is written there", .path.display())]
    Refused {
        /// Where the log would be.
        path: PathBuf,
        /// What is wrong with what is there.
        why: &'static str,
    },
    /// The operating system refuses.
    #[error("cannot {action} the log {}: {source}", .path.display())]
    Io {
        /// A verb.
        action: &'static str,
        /// Where the log is, or would be.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// An earlier follower of the same run has not finished yet.
    #[error("{} is still being written", .0.display())]
    Busy(PathBuf),
    /// The run's record cannot be read.
    #[error("cannot go on with the log {}: {failure}", .path.display())]
    Unreadable {
        /// Where the log is.
        path: PathBuf,
        /// Why.
        failure: Failure,
    },
}

impl LogError {
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }
}

impl From<LogError> for Failure {
    fn from(error: LogError) -> Self {
        let hint = match &error {
            LogError::Refused { .. } => "remove it, or leave out --daemon",
            _ => {
                "make its directory one that can be written, or stop the daemon and start it with WECO_LOG_DIR naming another"
            }
        };
        Self::new(FailureKind::System, error.to_string()).hint(hint)
    }
}

/// Which file a path means: device and inode.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Identity(u64, u64);

impl Identity {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self(metadata.dev(), metadata.ino())
    }

    /// Of whatever is at `path` itself, be it a link; none if nothing is.
    pub(super) fn at(path: &Path) -> io::Result<Option<(Self, u64)>> {
        match fs::symlink_metadata(path) {
            Ok(found) => Ok(Some((Self::of(&found), found.len()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A log that was opened.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) file: File,
    /// Whether it was created just now.
    pub(super) fresh: bool,
}

/// Opens the log at `path`, created if nothing is there.
///
/// # Errors
/// [`LogError::Refused`] or [`LogError::Io`].
pub(super) fn open(path: &Path) -> Result<Opened, LogError> {
    let mut options = OpenOptions::new();
    // Without waiting, should it be a pipe; it is refused once it is open.
    options.read(true).write(true).mode(MODE).custom_flags((OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK).bits());
    match options.clone().create_new(true).open(path) {
        Ok(file) => return Ok(Opened { file, fresh: true }),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(LogError::io("create", path)(error)),
    }
    let file = options.open(path).map_err(|error| not_opened(path, error))?;
    let metadata = file.metadata().map_err(LogError::io("look at", path))?;
    match objection(&metadata) {
        Some(why) => Err(LogError::Refused { path: path.to_owned(), why }),
        None => Ok(Opened { file, fresh: false }),
    }
}

/// Opening fails where a link, a directory, a socket or a stranger's file is.
fn not_opened(path: &Path, error: io::Error) -> LogError {
    let found = fs::symlink_metadata(path).ok();
    match found.as_ref().and_then(objection) {
        Some(why) => LogError::Refused { path: path.to_owned(), why },
        None => LogError::io("open", path)(error),
    }
}

/// What keeps a file from being used, if anything does.
fn objection(found: &Metadata) -> Option<&'static str> {
    if found.is_symlink() {
        Some("is a symbolic link")
    } else if !found.is_file() {
        Some("is not a regular file")
    } else if found.uid() != geteuid().as_raw() {
        Some("belongs to another user")
    } else if found.nlink() != 1 {
        Some("has another name elsewhere (a hard link)")
    } else if found.mode() & 0o077 != 0 {
        Some("is open to other users")
    } else {
        None
    }
}
