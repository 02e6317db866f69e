use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::{Flock, FlockArg, OFlag};
use nix::unistd::geteuid;

use super::{Keys, KeysFileError};
use crate::private_dir::create_private_dir;

/// Largest file, in bytes: room for a key of the largest size for each provider, and for comments.
const LIMIT: u64 = 64 * 1024;

/// Where the keys of model providers are kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeysFile {
    path: PathBuf,
}

impl KeysFile {
    /// The keys file of the configuration directory `directory`. Nothing is created by naming it.
    pub fn in_dir(directory: &Path) -> Self {
        Self { path: directory.join("keys.toml") }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads it; one that is not there has no keys.
    ///
    /// # Errors
    /// If it could be anybody else's, is open to others, or cannot be read or understood.
    pub fn load(&self) -> Result<Keys, KeysFileError> {
        let file = match self.open() {
            Ok(file) => file,
            Err(KeysFileError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                return Ok(Keys::none(&self.path));
            }
            Err(error) => return Err(error),
        };
        let mut bytes = Vec::new();
        file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(KeysFileError::reading(&self.path))?;
        if bytes.len() as u64 > LIMIT {
            return Err(KeysFileError::TooLarge { path: self.path.clone(), limit: LIMIT });
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let line = 1 + error.as_bytes()[..valid].iter().filter(|byte| **byte == b'\n').count();
            KeysFileError::Malformed { path: self.path.clone(), line }
        })?;
        Keys::parse(&self.path, &text)
    }

    /// Keeps `key` for `provider`, whose id must be known. The keys then, and whether one was replaced.
    ///
    /// # Errors
    /// As [`Self::load`]; also if it cannot be written. Then it is as before.
    pub fn set(&self, provider: &str, key: &str) -> Result<(Keys, bool), KeysFileError> {
        let directory = self.directory();
        create_private_dir(directory).map_err(KeysFileError::writing(&self.path))?;
        let _turn = self.take_turn()?;
        let mut keys = self.load()?;
        let replaced = keys.set(provider, key);
        self.write(&keys)?;
        Ok((keys, replaced))
    }

    /// Forgets the key of `provider`. The keys then, and whether there was one.
    ///
    /// # Errors
    /// As [`Self::set`].
    pub fn remove(&self, provider: &str) -> Result<(Keys, bool), KeysFileError> {
        let mut keys = self.load()?;
        if !keys.remove(provider) {
            return Ok((keys, false));
        }
        let _turn = self.take_turn()?;
        // It may have changed while we waited.
        keys = self.load()?;
        let removed = keys.remove(provider);
        self.write(&keys)?;
        Ok((keys, removed))
    }

    fn directory(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("/"))
    }

    /// Opens and judges the same file: what is checked is what is read.
    fn open(&self) -> Result<File, KeysFileError> {
        let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
        let opened = OpenOptions::new().read(true).custom_flags(flags.bits()).open(&self.path);
        let file = opened.map_err(|error| match error.raw_os_error() {
            Some(code) if code == nix::errno::Errno::ELOOP as i32 => KeysFileError::Link(self.path.clone()),
            _ => KeysFileError::reading(&self.path)(error),
        })?;
        let found = file.metadata().map_err(KeysFileError::reading(&self.path))?;
        let (path, mode) = (self.path.clone(), found.mode() & 0o777);
        if !found.is_file() {
            Err(KeysFileError::NotAFile(path))
        } else if found.uid() != geteuid().as_raw() {
            Err(KeysFileError::ForeignOwner { path, owner: found.uid() })
        } else if mode & 0o077 != 0 {
            Err(KeysFileError::Exposed { path, mode })
        } else {
            Ok(file)
        }
    }

    /// One change at a time: two that read before either writes would lose one of them. The directory is
    /// locked, because the file itself is replaced.
    fn take_turn(&self) -> Result<Flock<File>, KeysFileError> {
        let directory = File::open(self.directory()).map_err(KeysFileError::writing(&self.path))?;
        Flock::lock(directory, FlockArg::LockExclusive)
            .map_err(|(_, errno)| KeysFileError::writing(&self.path)(errno.into()))
    }

    fn write(&self, keys: &Keys) -> Result<(), KeysFileError> {
        replace(&self.path, self.directory(), keys.text().as_bytes())
            .map_err(KeysFileError::writing(&self.path))
    }
}

/// Puts a file with `content` in the place of `path`, durably, or leaves all as it was. Nobody else can read
/// it at any time.
fn replace(path: &Path, directory: &Path, content: &[u8]) -> io::Result<()> {
    // Created with mode 0600, and removed if anything fails.
    let mut fresh = tempfile::Builder::new().prefix(".keys-").tempfile_in(directory)?;
    fresh.write_all(content)?;
    fresh.as_file().sync_all()?;
    fresh.persist(path).map_err(|error| error.error)?;
    File::open(directory)?.sync_all()
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
