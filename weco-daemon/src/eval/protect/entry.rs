//! One protected file: what it was, and whether it still is.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io::{self, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::{Hash, Looking, ProtectError};

/// A file that changed its status less than this before it was looked at, in seconds, may change again without its
/// times telling: file systems keep them only so fine.
const TIMES_SETTLE: i64 = 2;

/// Reads of a file that others replace all the time, before what was read last counts.
const READS: u32 = 20;

/// Bytes that are read of a file at once.
const PIECE: u64 = 1 << 20;

/// A file as it is found.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) path: PathBuf,
    /// Of the link, if it is one.
    pub(super) metadata: Metadata,
}

impl Look {
    pub(super) fn at(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), metadata: path.symlink_metadata()? })
    }

    pub(super) fn is_directory(&self) -> bool {
        self.metadata.is_dir()
    }

    pub(super) fn is_link(&self) -> bool {
        self.metadata.is_symlink()
    }

    /// What the user has there, whatever an evaluation put in its place.
    fn read(&self, looking: Looking<'_>) -> Result<Known, ProtectError> {
        let mut look = Self { path: self.path.clone(), metadata: self.metadata.clone() };
        let mut reads = 1;
        loop {
            // Before it is read: what changes it afterwards changes the mark.
            let mark = look.settled_mark();
            let found = look.hash(looking.is_stopped)?;
            let is_there = || Self::at(&look.path).is_ok_and(|now| now.mark() == look.mark());
            match looking.originals.original(&look.path, &found, &is_there) {
                Some(hash) => return Ok(Known { hash, mark: mark.filter(|_| hash == found) }),
                None if reads == READS => return Ok(Known { hash: found, mark: None }),
                None => {
                    (look, reads) = (Self::at(&self.path).map_err(|error| self.unreadable(error))?, reads + 1)
                }
            }
        }
    }

    /// Of a file its content's; of a link where it points; of anything else, which may never end, only its kind.
    fn hash(&self, is_stopped: &dyn Fn() -> bool) -> Result<Hash, ProtectError> {
        let unreadable = |error| self.unreadable(error);
        let mut hasher = blake3::Hasher::new();
        if self.metadata.is_file() {
            let mut file = fs::File::open(&self.path).map_err(unreadable)?;
            while io::copy(&mut (&mut file).take(PIECE), &mut hasher).map_err(unreadable)? > 0 {
                if is_stopped() {
                    return Err(ProtectError::Stopped);
                }
            }
        } else if self.is_link() {
            hasher.update(b"link to ");
            hasher.update(fs::read_link(&self.path).map_err(unreadable)?.as_os_str().as_bytes());
        } else {
            hasher.update(format!("special file {:o}", self.metadata.mode()).as_bytes());
        }
        Ok(*hasher.finalize().as_bytes())
    }

    fn unreadable(&self, error: io::Error) -> ProtectError {
        ProtectError::unreadable(&self.path, error)
    }

    /// What tells one state of a file from another without reading it.
    fn mark(&self) -> Mark {
        let it = &self.metadata;
        // The time of the last status change: unlike that of the last write, no program can set it.
        let changed = (it.ctime(), it.ctime_nsec());
        Mark { size: it.size(), inode: it.ino(), device: it.dev(), changed }
    }

    /// The mark; none if the file changed too lately for that to tell.
    fn settled_mark(&self) -> Option<Mark> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
        let is_settled = self.metadata.ctime() + TIMES_SETTLE < i64::try_from(now).ok()?;
        is_settled.then(|| self.mark())
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Mark {
    size: u64,
    inode: u64,
    device: u64,
    changed: (i64, i64),
}

/// What a file was when the run began.
#[derive(Debug)]
pub(super) struct Known {
    hash: Hash,
    mark: Option<Mark>,
}

impl Known {
    pub(super) fn read(look: &Look, looking: Looking<'_>) -> Result<Self, ProtectError> {
        look.read(looking)
    }

    /// Whether the file is the same. One that cannot be read is not, unless that may pass.
    pub(super) fn is_still(&mut self, look: &Look, looking: Looking<'_>) -> Result<bool, ProtectError> {
        let mark = look.settled_mark();
        if mark.is_some() && mark == self.mark {
            return Ok(true);
        }
        self.mark = None;
        match look.read(looking) {
            Ok(now) if now.hash == self.hash => self.mark = now.mark,
            Ok(_) => return Ok(false),
            Err(error) => return error.into_path().map(|_| false),
        }
        Ok(true)
    }
}

/// Each file's hash in hexadecimal, a space and its path, relative to `directory` if it is in there, ended by a NUL byte.
pub(super) fn to_record(files: &BTreeMap<PathBuf, Known>, directory: &Path) -> Vec<u8> {
    let mut record = Vec::new();
    for (path, known) in files {
        record.extend_from_slice(blake3::Hash::from_bytes(known.hash).to_hex().as_bytes());
        record.push(b' ');
        let path = path.strip_prefix(directory).unwrap_or(path);
        record.extend_from_slice(path.as_os_str().as_bytes());
        record.push(0);
    }
    record
}

/// Reads what [`to_record`] wrote.
pub(super) fn from_record(record: &[u8], directory: &Path) -> BTreeMap<PathBuf, Known> {
    let files = record.split(|byte| *byte == 0).filter_map(|entry| {
        let at = entry.iter().position(|byte| *byte == b' ')?;
        let hash = blake3::Hash::from_hex(&entry[..at]).ok()?;
        let path = directory.join(OsString::from_vec(entry[at + 1..].to_vec()));
        Some((path, Known { hash: *hash.as_bytes(), mark: None }))
    });
    files.collect()
}
