//! Where the journal keeps what.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use uuid::Uuid;
use weco_core::run::RunId;

use crate::journal::JournalError;

/// Ending of a run's file.
const RUN: &str = "run";
/// Ending of the file of a run that is being removed.
const REMOVED: &str = "removed";
/// Ending of the file of a run that is being taken in from elsewhere.
const INCOMING: &str = "incoming";

/// The paths below the journal's directory.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    root: PathBuf,
}

/// How long a lock that is taken is tried again, and how often.
const LOCK_WAIT: Duration = Duration::from_millis(500);
const LOCK_PAUSE: Duration = Duration::from_millis(5);

impl Layout {
    /// Creates what is missing, for the user alone.
    pub(super) fn create(root: &Path) -> Result<Self, JournalError> {
        let layout = Self { root: root.to_owned() };
        for dir in [root, &layout.mirrors()] {
            let made = DirBuilder::new().mode(0o700).recursive(true).create(dir);
            made.map_err(|error| JournalError::io("create", dir, &error))?;
        }
        Ok(layout)
    }

    /// The journal's directory.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Directory of the runs' files.
    pub(super) fn mirrors(&self) -> PathBuf {
        self.root.join("mirror")
    }

    /// A run's file.
    pub(super) fn mirror(&self, run: RunId) -> PathBuf {
        self.mirrors().join(format!("{run}.{RUN}"))
    }

    /// What a run's file is called while its removal is completed.
    pub(super) fn tombstone(&self, run: RunId) -> PathBuf {
        self.mirrors().join(format!("{run}.{REMOVED}"))
    }

    /// What a run's file is called until all of it is there, if it comes from elsewhere.
    pub(super) fn incoming(&self, run: RunId) -> PathBuf {
        self.mirrors().join(format!("{run}.{INCOMING}"))
    }

    /// The commit log.
    pub(super) fn commit_log(&self) -> PathBuf {
        self.root.join("commit.log")
    }

    /// The directory of sled's current database, and of the one to begin if that is damaged. A new
    /// database never gets an old one's name: a thread that hangs while it opens the old one would
    /// go on in the new one.
    pub(super) fn indexes(&self) -> Result<(PathBuf, PathBuf), JournalError> {
        let failed = |error: io::Error| JournalError::io("read", &self.root, &error);
        let mut current: u32 = 1;
        for entry in fs::read_dir(&self.root).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            let number = name.to_str().and_then(|name| name.strip_prefix("sled-")?.parse().ok());
            current = current.max(number.unwrap_or(1));
        }
        let dir = |number: u32| self.root.join(format!("sled-{number}"));
        Ok((dir(current), dir(current.saturating_add(1))))
    }

    /// Takes the journal for this process until the file is dropped.
    ///
    /// A process that its last owner was just starting holds the lock too until it runs its own program: an
    /// instant, which is waited out.
    pub(super) fn lock(&self) -> Result<File, JournalError> {
        let path = self.root.join("lock");
        let file = private().write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(|error| JournalError::io("open", &path, &error))?;
        let until = Instant::now() + LOCK_WAIT;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if Instant::now() < until => thread::sleep(LOCK_PAUSE),
                Err(TryLockError::WouldBlock) => {
                    return Err(JournalError::InUse(self.root.display().to_string()));
                }
                Err(TryLockError::Error(error)) => return Err(JournalError::io("lock", &path, &error)),
            }
        }
    }

    /// Every run that has a file, and every run whose removal is not complete. What was left of one that was being
    /// taken in goes.
    pub(super) fn list(&self) -> Result<(Vec<RunId>, Vec<RunId>), JournalError> {
        let dir = self.mirrors();
        let list = || -> io::Result<_> {
            let (mut present, mut removed) = (Vec::new(), Vec::new());
            for entry in fs::read_dir(&dir)? {
                let path = PathBuf::from(entry?.file_name());
                let stem = path.file_stem().and_then(|stem| stem.to_str());
                let Some(run) = stem.and_then(|stem| Uuid::try_parse(stem).ok()).map(RunId) else { continue };
                match path.extension().and_then(|ending| ending.to_str()) {
                    Some(RUN) => present.push(run),
                    Some(REMOVED) => removed.push(run),
                    Some(INCOMING) => fs::remove_file(self.incoming(run))?,
                    _ => {}
                }
            }
            Ok((present, removed))
        };
        list().map_err(|error| JournalError::io("read", &dir, &error))
    }
}

/// Options for files that only the user may read.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

/// Makes a directory's entries durable.
pub(super) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// The first of `<path>.<what>-1`, `-2`, … that does not exist yet.
pub(super) fn aside(path: &Path, what: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut names = (1u32..).map(|n| path.with_file_name(format!("{name}.{what}-{n}")));
    names.find(|candidate| !candidate.exists()).unwrap_or_else(|| path.to_owned())
}
