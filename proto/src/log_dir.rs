//! The directory for a run's artifacts: checked before the run exists, created only with it.

use std::io;
use std::path::{Path, PathBuf};

use nix::errno::Errno;

use crate::access;

/// A directory that artifacts cannot go to. Paths are as the user wrote them.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LogDirError {
    /// It is not there and cannot be made.
    #[error("Cannot create log directory '{path}' — {reason}.")]
    CannotCreate {
        /// As the user wrote it.
        path: String,
        /// Why.
        reason: String,
    },
    /// It is there and nothing can be put into it.
    #[error("Log directory '{0}' is not writable.")]
    NotWritable(String),
    /// Something else has its name.
    #[error("Log directory '{0}' is not a directory.")]
    NotADirectory(String),
    /// Not a path at all.
    #[error("The log directory's path is empty.")]
    Empty,
}

impl LogDirError {
    /// What to do next.
    pub fn hint(&self) -> &'static str {
        "name another place with --log-dir"
    }
}

/// Checks that `log_dir` (absolute, or relative to `directory`) is a directory that we can write to, or
/// that it can be created. Creates nothing. The result is absolute.
///
/// # Errors
/// What stands in the way.
pub fn check_log_dir(directory: &Path, log_dir: &str) -> Result<PathBuf, LogDirError> {
    if log_dir.is_empty() {
        return Err(LogDirError::Empty);
    }
    let path = directory.join(log_dir);
    match path.metadata() {
        Ok(found) if !found.is_dir() => Err(LogDirError::NotADirectory(log_dir.to_owned())),
        Ok(_) if access::can_change_entries(&path).is_err() => {
            Err(LogDirError::NotWritable(log_dir.to_owned()))
        }
        Ok(_) => Ok(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => match check_creatable(&path) {
            Ok(()) => Ok(path),
            Err(reason) => Err(LogDirError::CannotCreate { path: log_dir.to_owned(), reason }),
        },
        Err(error) => {
            let reason = error
                .raw_os_error()
                .map_or_else(|| error.to_string(), |raw| access::reason(Errno::from_raw(raw)));
            Err(LogDirError::CannotCreate { path: log_dir.to_owned(), reason })
        }
    }
}

/// Whether the nearest ancestor that exists lets us create a directory in it; otherwise why not.
fn check_creatable(path: &Path) -> Result<(), String> {
    for ancestor in path.ancestors() {
        match ancestor.symlink_metadata() {
            Ok(found) if found.is_symlink() && !ancestor.exists() => {
                return Err(format!("'{}' is a broken symbolic link", ancestor.display()));
            }
            Ok(_) if !ancestor.is_dir() => {
                return Err(format!("'{}' is not a directory", ancestor.display()));
            }
            Ok(_) => return access::can_change_entries(ancestor).map_err(access::reason),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.to_string()),
        }
    }
    Err(access::reason(Errno::ENOENT))
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;
    use crate::access::testing::unprivileged;

    #[test]
    fn what_exists_or_can_be_created_is_fine_and_nothing_is_created() {
        let here = tempfile::tempdir().unwrap();
        for name in [".", ".runs", "a/b/c"] {
            assert_eq!(check_log_dir(here.path(), name).unwrap(), here.path().join(name));
        }
        assert_eq!(fs::read_dir(here.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_cannot_be_a_directory_is_refused() {
        let here = tempfile::tempdir().unwrap();
        fs::write(here.path().join("file"), "").unwrap();
        symlink("/absent/place", here.path().join("broken")).unwrap();
        let message = |name| check_log_dir(here.path(), name).unwrap_err().to_string();
        assert_eq!(message(""), "The log directory's path is empty.");
        assert_eq!(message("file"), "Log directory 'file' is not a directory.");
        assert_eq!(message("file/x"), "Cannot create log directory 'file/x' — not a directory.");
        assert!(message("broken").ends_with("broken' is a broken symbolic link."), "{}", message("broken"));
        assert!(message("broken/x").ends_with("broken' is a broken symbolic link."));
    }

    #[test]
    fn permissions_are_respected() {
        let here = tempfile::tempdir().unwrap();
        fs::set_permissions(here.path(), Permissions::from_mode(0o555)).unwrap();
        let [inside, itself] = unprivileged(|| {
            ["logs/x", "."].map(|name| check_log_dir(here.path(), name).unwrap_err().to_string())
        });
        assert_eq!(inside, "Cannot create log directory 'logs/x' — permission denied.");
        assert_eq!(itself, "Log directory '.' is not writable.");
    }
}
