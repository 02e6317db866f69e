//! Where a user's units are, and how they get there: whole or not at all, and never through a link.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::unit::{SERVICE, SOCKET, Unit};
use crate::error::Error;

/// Units hold no secrets, and systemd warns of others than this.
const MODE: u32 = 0o644;

/// Where `systemctl --user enable` links the units from.
const WANTED: [(&str, &str); 2] = [("sockets.target.wants", SOCKET), ("default.target.wants", SERVICE)];

/// The directory of the user's own units.
#[derive(Clone, Debug)]
pub(crate) struct UnitFiles {
    directory: PathBuf,
}

/// What was there before: each unit's text, if it existed.
pub(crate) type Before = Vec<(&'static str, Option<Vec<u8>>)>;

impl UnitFiles {
    /// `$XDG_CONFIG_HOME/systemd/user`, else `~/.config/systemd/user`.
    pub(crate) fn from_env() -> Result<Self, Error> {
        let config = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        let home = || std::env::home_dir().filter(|home| home.is_absolute()).map(|home| home.join(".config"));
        let config = config.or_else(home).ok_or_else(|| {
            Error::failure("there is no home directory, so the place of your units is unknown")
                .hint("set HOME")
        })?;
        Ok(Self { directory: config.join("systemd/user") })
    }

    /// The directory.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// What is there now.
    ///
    /// # Errors
    /// If one is not a file of its own, such as a link, or cannot be read.
    pub(crate) fn read(&self) -> Result<Before, Error> {
        [SERVICE, SOCKET].into_iter().map(|name| Ok((name, self.read_one(name)?))).collect()
    }

    /// Whether the service's unit is there.
    pub(crate) fn is_installed(&self) -> bool {
        self.directory.join(SERVICE).is_file()
    }

    fn read_one(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let path = self.directory.join(name);
        let found = match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            found => found.map_err(|error| failed("look at", &path, &error))?,
        };
        if !found.is_file() {
            return Err(Error::failure(format!(
                "'{}' is not a file of its own; it is left alone",
                path.display()
            ))
            .hint(format!("rm '{}', then the same command again", path.display())));
        }
        fs::read(&path).map(Some).map_err(|error| failed("read", &path, &error))
    }

    /// Writes the units: all are on disk before the first takes its place.
    ///
    /// # Errors
    /// If one cannot be written; then the others are as before.
    pub(crate) fn place(&self, units: &[Unit]) -> Result<(), Error> {
        let before = self.read()?;
        let texts: Vec<_> =
            units.iter().map(|(name, text)| (*name, Some(text.clone().into_bytes()))).collect();
        self.put(&texts).inspect_err(|_| self.restore(&before))
    }

    /// Brings back what was there before, as far as that is possible.
    pub(crate) fn restore(&self, before: &Before) {
        // It follows a failure, which is what the user is told.
        let _ = self.put(before);
    }

    fn put(&self, units: &Before) -> Result<(), Error> {
        fs::create_dir_all(&self.directory).map_err(|error| failed("create", &self.directory, &error))?;
        let staged = units.iter().map(|(name, text)| {
            let path = self.directory.join(name);
            let file = text.as_deref().map(|text| stage(&self.directory, text)).transpose();
            file.map(|file| (path.clone(), file)).map_err(|error| failed("write", &path, &error))
        });
        for (path, file) in staged.collect::<Result<Vec<_>, Error>>()? {
            let put = match file {
                Some(file) => file.persist(&path).map(drop).map_err(|error| error.error),
                None => remove(&path).map(drop),
            };
            put.map_err(|error| failed("replace", &path, &error))?;
        }
        Ok(())
    }

    /// Removes the units and the links that enable them. Whether a unit was there.
    ///
    /// # Errors
    /// If one cannot be removed.
    pub(crate) fn remove(&self) -> Result<bool, Error> {
        for (target, name) in WANTED {
            let link = self.directory.join(target).join(name);
            remove(&link).map_err(|error| failed("remove", &link, &error))?;
        }
        let mut found = false;
        for name in [SERVICE, SOCKET] {
            let path = self.directory.join(name);
            found |= remove(&path).map_err(|error| failed("remove", &path, &error))?;
        }
        Ok(found)
    }
}

/// Writes a file beside its place.
fn stage(directory: &Path, text: &[u8]) -> io::Result<NamedTempFile> {
    // systemd takes no notice of names without a unit's ending.
    let mut file = tempfile::Builder::new().prefix(".weco-").suffix(".new").tempfile_in(directory)?;
    file.write_all(text)?;
    file.as_file().set_permissions(fs::Permissions::from_mode(MODE))?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Removes a file or a link, not what it leads to. Whether there was one.
fn remove(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

fn failed(verb: &str, path: &Path, error: &io::Error) -> Error {
    Error::failure(format!("cannot {verb} '{}': {error}", path.display()))
        .hint("weco daemon install --print writes the units to standard output instead")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn files(home: &Path) -> UnitFiles {
        UnitFiles { directory: home.join("systemd/user") }
    }

    fn units(text: &str) -> [Unit; 2] {
        [(SERVICE, text.to_owned()), (SOCKET, text.to_owned())]
    }

    #[test]
    fn units_are_placed_replaced_and_removed() {
        let home = tempfile::tempdir().unwrap();
        let files = files(home.path());
        assert!(!files.is_installed() && !files.remove().unwrap());
        for text in ["one", "two"] {
            files.place(&units(text)).unwrap();
            let path = files.directory().join(SERVICE);
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, MODE);
            assert_eq!(fs::read_dir(files.directory()).unwrap().count(), 2, "nothing is left beside them");
        }
        let link = files.directory().join("sockets.target.wants");
        fs::create_dir(&link).unwrap();
        symlink("../weco-daemon.socket", link.join(SOCKET)).unwrap();
        assert!(files.remove().unwrap() && !files.remove().unwrap());
        assert_eq!(fs::read_dir(link).unwrap().count(), 0);
    }

    #[test]
    fn a_link_is_neither_followed_nor_replaced() {
        let home = tempfile::tempdir().unwrap();
        let files = files(home.path());
        fs::create_dir_all(files.directory()).unwrap();
        let theirs = home.path().join("theirs");
        fs::write(&theirs, "mine").unwrap();
        symlink(&theirs, files.directory().join(SOCKET)).unwrap();
        let error = files.place(&units("new")).unwrap_err();
        assert!(error.message().contains("is not a file of its own"), "{}", error.message());
        assert!(!files.directory().join(SERVICE).exists(), "nothing is half-written");
        assert_eq!(fs::read_to_string(&theirs).unwrap(), "mine");
        files.remove().unwrap();
        assert!(theirs.exists());
    }

    #[test]
    fn what_was_there_comes_back() {
        let home = tempfile::tempdir().unwrap();
        let files = files(home.path());
        fs::create_dir_all(files.directory()).unwrap();
        fs::write(files.directory().join(SERVICE), "of old").unwrap();
        let before = files.read().unwrap();
        files.place(&units("new")).unwrap();
        files.restore(&before);
        assert_eq!(files.read().unwrap(), before);
        assert_eq!(before[1], (SOCKET, None));
    }
}
