//! Files in one directory, reached through the directory itself: whatever is renamed or linked
//! on the way to it meanwhile, these are the files meant. No symbolic link is followed.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{
    AtFlags, CWD, FileType, Mode, OFlags, RenameFlags, Stat, Timespec, Timestamps, UTIME_OMIT, fchmod, fstat,
    fsync, futimens, mkdirat, openat, renameat, renameat_with, statat, unlinkat, utimensat,
};
use rustix::io::Errno;

use super::stamp::Mtime;

/// Larger files than this are not read: no source is (200 KB), so they are someone else's.
const READ_LIMIT: u64 = 8 << 20;

/// An open directory.
#[derive(Debug)]
pub(super) struct Dir(OwnedFd);

/// What is under a name.
#[derive(Debug)]
pub(super) enum Found {
    Missing,
    File(Seen),
    /// Anything else, with its article.
    Other(&'static str),
}

/// A regular file that was read.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) content: Vec<u8>,
    pub(super) mode: u32,
    pub(super) mtime: Mtime,
}

/// What a new file is to be.
pub(super) struct NewFile<'a> {
    pub(super) content: &'a [u8],
    pub(super) mode: u32,
    pub(super) mtime: Mtime,
    /// Whether it must survive a power cut.
    pub(super) durable: bool,
}

const OPEN_DIR: OFlags = OFlags::DIRECTORY.union(OFlags::RDONLY).union(OFlags::CLOEXEC);

impl Dir {
    /// Opens a directory by its path, following links.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(openat(CWD, path, OPEN_DIR, Mode::empty())?))
    }

    /// Opens a directory in this one.
    pub(super) fn child(&self, name: &Path) -> io::Result<Self> {
        Ok(Self(openat(&self.0, name, OPEN_DIR | OFlags::NOFOLLOW, Mode::empty())?))
    }

    pub(super) fn make_child(&self, name: &Path) -> io::Result<()> {
        Ok(mkdirat(&self.0, name, Mode::from_raw_mode(0o777))?)
    }

    /// Another handle to the same directory.
    pub(super) fn again(&self) -> io::Result<Self> {
        Ok(Self(self.0.try_clone()?))
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (fstat(&self.0), fstat(&other.0)) {
            (Ok(one), Ok(two)) => (one.st_dev, one.st_ino) == (two.st_dev, two.st_ino),
            _ => false,
        }
    }

    /// Whether it was removed: nothing can be made in it any more.
    pub(super) fn is_removed(&self) -> bool {
        fstat(&self.0).is_ok_and(|stat| stat.st_nlink == 0)
    }

    pub(super) fn sync(&self) -> io::Result<()> {
        Ok(fsync(&self.0)?)
    }

    pub(super) fn sync_file(&self, name: &str) -> io::Result<()> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        Ok(fsync(openat(&self.0, name, flags, Mode::empty())?)?)
    }

    /// What is under `name`, with its content if that is a regular file of reasonable size.
    pub(super) fn read(&self, name: &str) -> io::Result<Found> {
        // NONBLOCK: opening a FIFO must not wait for a writer.
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
        let file = match openat(&self.0, name, flags, Mode::empty()) {
            Ok(file) => file,
            Err(Errno::NOENT) => return Ok(Found::Missing),
            Err(Errno::LOOP | Errno::NXIO | Errno::ACCESS) => return self.describe(name),
            Err(error) => return Err(error.into()),
        };
        let stat = fstat(&file)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Ok(Found::Other(kind(&stat)));
        }
        let mut content = Vec::with_capacity(usize::try_from(stat.st_size).unwrap_or(0).min(1 << 20));
        File::from(file).take(READ_LIMIT + 1).read_to_end(&mut content)?;
        if content.len() as u64 > READ_LIMIT {
            return Ok(Found::Other("a file of more than 8 MiB"));
        }
        Ok(Found::File(Seen { content, mode: stat.st_mode & 0o7777, mtime: mtime(&stat) }))
    }

    fn describe(&self, name: &str) -> io::Result<Found> {
        match statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Found::Other(kind(&stat))),
            Err(Errno::NOENT) => Ok(Found::Missing),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn exists(&self, name: &str) -> io::Result<bool> {
        match statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(_) => Ok(true),
            Err(Errno::NOENT) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes a file that must not exist yet. If that fails, nothing is left of it.
    pub(super) fn create(&self, name: &str, new: &NewFile<'_>) -> io::Result<()> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&self.0, name, flags, Mode::from_raw_mode(0o600))?;
        fill(file, new).inspect_err(|_| {
            let _ = self.remove(name);
        })
    }

    pub(super) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        Ok(renameat(&self.0, from, &self.0, to)?)
    }

    /// Renames into another directory.
    pub(super) fn rename_into(&self, from: &str, dir: &Self, to: &str) -> io::Result<()> {
        Ok(renameat(&self.0, from, &dir.0, to)?)
    }

    /// Renames to a path outside.
    pub(super) fn rename_to_path(&self, from: &Path, to: &Path) -> io::Result<()> {
        Ok(renameat(&self.0, from, CWD, to)?)
    }

    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        Ok(unlinkat(&self.0, name, AtFlags::empty())?)
    }

    /// Like [`Self::rename`], for a name that may not be UTF-8.
    pub(super) fn rename_path(&self, from: &Path, to: &Path) -> io::Result<()> {
        Ok(renameat(&self.0, from, &self.0, to)?)
    }

    /// Like [`Self::remove`], for a name that may not be UTF-8.
    pub(super) fn remove_path(&self, name: &Path) -> io::Result<()> {
        Ok(unlinkat(&self.0, name, AtFlags::empty())?)
    }

    /// Opens a regular file for copying it elsewhere.
    pub(super) fn open_file(&self, name: &Path) -> io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let file = openat(&self.0, name, flags, Mode::empty())?;
        match FileType::from_raw_mode(fstat(&file)?.st_mode) {
            FileType::RegularFile => Ok(file.into()),
            _ => Err(ErrorKind::InvalidInput.into()),
        }
    }

    pub(super) fn set_mtime(&self, name: &str, mtime: Mtime) -> io::Result<()> {
        Ok(utimensat(&self.0, name, &times(mtime), AtFlags::SYMLINK_NOFOLLOW)?)
    }

    /// Exchanges what is under two names, at once. `spare` is a free name for file systems that
    /// cannot.
    pub(super) fn exchange(&self, one: &str, two: &str, spare: &str) -> io::Result<()> {
        match renameat_with(&self.0, one, &self.0, two, RenameFlags::EXCHANGE) {
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => self.exchange_by_turns(one, two, spare),
            result => Ok(result?),
        }
    }

    /// Exchanges with three renames. Between them `spare` holds what was under `two`: if it is still
    /// there later, this was interrupted.
    pub(super) fn exchange_by_turns(&self, one: &str, two: &str, spare: &str) -> io::Result<()> {
        self.rename(two, spare)?;
        self.rename(one, two).inspect_err(|_| drop(self.rename(spare, two)))?;
        self.rename(spare, one)
    }
}

fn fill(file: OwnedFd, new: &NewFile<'_>) -> io::Result<()> {
    let mut file = File::from(file);
    file.write_all(new.content)?;
    fchmod(&file, Mode::from_raw_mode(new.mode))?;
    futimens(&file, &times(new.mtime))?;
    if new.durable { file.sync_all() } else { Ok(()) }
}

fn times(mtime: Mtime) -> Timestamps {
    let keep = Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT };
    let seconds = i64::try_from(mtime.as_secs()).unwrap_or(i64::MAX);
    Timestamps {
        last_access: keep,
        last_modification: Timespec { tv_sec: seconds, tv_nsec: mtime.subsec_nanos().into() },
    }
}

fn mtime(stat: &Stat) -> Mtime {
    let nanos = u32::try_from(stat.st_mtime_nsec).unwrap_or(0);
    Mtime::new(u64::try_from(stat.st_mtime).unwrap_or(0), nanos)
}

fn kind(stat: &Stat) -> &'static str {
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => "an unreadable file",
        FileType::Directory => "a directory",
        FileType::Symlink => "a symbolic link",
        FileType::Fifo => "a FIFO",
        FileType::Socket => "a socket",
        _ => "a device",
    }
}
