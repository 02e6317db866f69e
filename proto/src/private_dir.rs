//! Directories that are nobody else's: the socket's, because whoever may open the socket may run
//! commands as us, and the state's, because it holds the user's code.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;

/// A directory that cannot be trusted, or not be made.
#[derive(Debug, thiserror::Error)]
pub enum PrivateDirError {
    /// A link could be pointed elsewhere between our check and our use.
    #[error("'{}' is a symbolic link, not a directory", .0.display())]
    Symlink(PathBuf),
    /// Something else is in its place.
    #[error("'{}' is not a directory", .0.display())]
    NotADirectory(PathBuf),
    /// Its owner could change what is in it.
    #[error("'{}' belongs to another user (uid {owner})", .path.display())]
    ForeignOwner {
        /// Which directory.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
    },
    /// Its permissions let others in.
    #[error("'{}' is open to other users (mode {mode:03o})", .path.display())]
    Exposed {
        /// Which directory.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It cannot be created or looked at.
    #[error("cannot use '{}' as a private directory: {source}", .path.display())]
    Io {
        /// Which directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl PrivateDirError {
    /// What to do next, where `variable` is the environment variable that names another place.
    pub fn hint(&self, variable: &str) -> String {
        match self {
            Self::Exposed { path, .. } => format!("chmod 700 '{}'", path.display()),
            _ => format!("set {variable} to a directory of your own"),
        }
    }
}

/// Makes sure that `path` is a directory of ours with mode 0700 (or less), creating it and its parents
/// if need be.
///
/// # Errors
/// If it is a symbolic link, belongs to someone else, lets others in, or cannot be created.
pub fn ensure_private_dir(path: &Path) -> Result<(), PrivateDirError> {
    // Losing a race for its creation is fine: whoever made it, it is checked.
    create_private_dir(path).map_err(|source| PrivateDirError::Io { path: path.to_owned(), source })?;
    check_private_dir(path)
}

/// Checks what [`ensure_private_dir`] ensures, and creates nothing.
///
/// # Errors
/// As there; also if it does not exist.
pub fn check_private_dir(path: &Path) -> Result<(), PrivateDirError> {
    // A trailing slash would make lstat follow a link.
    let path: PathBuf = path.components().collect();
    let found = match fs::symlink_metadata(&path) {
        Ok(found) => found,
        Err(source) => return Err(PrivateDirError::Io { path, source }),
    };
    let mode = found.mode() & 0o777;
    if found.is_symlink() {
        Err(PrivateDirError::Symlink(path))
    } else if !found.is_dir() {
        Err(PrivateDirError::NotADirectory(path))
    } else if found.uid() != geteuid().as_raw() {
        Err(PrivateDirError::ForeignOwner { path, owner: found.uid() })
    } else if mode & 0o077 != 0 {
        Err(PrivateDirError::Exposed { path, mode })
    } else {
        Ok(())
    }
}

/// Creates `path` and what is missing above it, all 0700 as the XDG specification asks. Whatever is
/// there already is left as it is.
///
/// # Errors
/// As [`fs::create_dir_all`].
pub fn create_private_dir(path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn creates_what_is_missing_for_us_alone() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a/b");
        assert!(check_private_dir(&path).is_err());
        ensure_private_dir(&path).unwrap();
        for made in [&path, path.parent().unwrap()] {
            assert_eq!(made.metadata().unwrap().mode() & 0o777, 0o700);
        }
        ensure_private_dir(&path).unwrap();
    }

    #[test]
    fn refuses_a_link_even_with_a_trailing_slash() {
        let home = tempfile::tempdir().unwrap();
        let link = home.path().join("link");
        symlink(home.path(), &link).unwrap();
        for path in [link.clone(), home.path().join("link/")] {
            assert!(matches!(ensure_private_dir(&path), Err(PrivateDirError::Symlink(_))));
        }
        symlink("/absent", home.path().join("broken")).unwrap();
        assert!(matches!(ensure_private_dir(&home.path().join("broken")), Err(PrivateDirError::Symlink(_))));
    }

    #[test]
    fn refuses_a_file_and_what_others_may_enter() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(matches!(ensure_private_dir(&file), Err(PrivateDirError::NotADirectory(_))));
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o750)).unwrap();
        let error = ensure_private_dir(home.path()).unwrap_err();
        assert!(error.to_string().ends_with("is open to other users (mode 750)"), "{error}");
        assert!(error.hint("WECO_RUNTIME_DIR").starts_with("chmod 700"));
    }

    #[test]
    fn refuses_a_directory_of_someone_else() {
        let home = tempfile::tempdir().unwrap();
        let path = if geteuid().is_root() {
            std::os::unix::fs::chown(home.path(), Some(65534), None).unwrap();
            home.path()
        } else {
            Path::new("/")
        };
        assert!(matches!(check_private_dir(path), Err(PrivateDirError::ForeignOwner { .. })));
    }
}
