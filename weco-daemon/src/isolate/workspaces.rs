//! Where workspaces are, and how they come and go.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use weco_core::run::{RunId, RunSpec};

use super::error::IsolateError;
use super::{WorkspacesConfig, copy, survey, worktree};
use crate::run::working_tree;

/// What the names of those that are about to go begin with.
const GOING: &str = "going-";

/// Digits of a run's id in a path: sockets below a TMPDIR leave about 100 bytes for all of it, and of the runs that
/// are live at a time no two begin alike in so many.
const ID_DIGITS: usize = 12;

/// All workspaces of a daemon.
#[derive(Debug)]
pub struct Workspaces {
    root: PathBuf,
    config: WorkspacesConfig,
    /// Held while a worktree is registered or forgotten: git reads the others' registrations, which must be whole.
    registering: Mutex<()>,
}

/// What a run's workspaces are copies of.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// The top of the user's repository, or the run's directory outside of one.
    top: PathBuf,
    /// The run's directory, relative to it.
    below: PathBuf,
    /// What is no part of it: the run's own records, and the daemon's.
    aside: Vec<PathBuf>,
}

/// A workspace.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    origin: Origin,
    slot: PathBuf,
}

impl Workspaces {
    /// Workspaces below `root`, which need not exist.
    pub fn new(root: PathBuf, config: WorkspacesConfig) -> Self {
        Self { root, config, registering: Mutex::default() }
    }

    /// What the workspaces of a run are copies of.
    pub(crate) fn origin(&self, spec: &RunSpec) -> Origin {
        let directory = Path::new(&spec.directory);
        let directory = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
        let top = working_tree(&directory);
        let below = directory.strip_prefix(&top).unwrap_or(Path::new("")).to_owned();
        let state = self.root.parent().unwrap_or(&self.root);
        let aside = [Path::new(&spec.log_dir), state]
            .map(|path| path.canonicalize().unwrap_or_else(|_| path.to_owned()));
        Origin { top, below, aside: aside.into() }
    }

    /// Whether workspaces of `origin` can be made in which versions of `sources` can be put in their place, as far as
    /// that can be told without making one.
    ///
    /// # Errors
    /// [`IsolateError::NotCopied`], [`IsolateError::Large`], or what cannot be looked into.
    pub(crate) fn check<'a>(
        &self,
        origin: &Origin,
        sources: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), IsolateError> {
        for file in sources {
            if let Some(path) = self.not_copied(origin, file) {
                return Err(IsolateError::NotCopied { file: file.to_owned(), path });
            }
        }
        survey::survey(&origin.top, &self.config, &origin.aside).map(drop)
    }

    /// What of a source's path, or of where a link in it leads, workspaces have no copy of.
    fn not_copied(&self, origin: &Origin, source: &str) -> Option<PathBuf> {
        let path = origin.top.join(&origin.below).join(source);
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        let is_no_copy = |part: &&Path| {
            self.config.shares(part)
                || self.config.omits(part)
                || origin.aside.iter().any(|aside| *aside == origin.top.join(part))
        };
        [path, real].iter().find_map(|path| {
            let below = path.strip_prefix(&origin.top).ok()?;
            let mut parts = below.ancestors().filter(|part| !part.as_os_str().is_empty());
            parts.find(is_no_copy).map(Path::to_owned)
        })
    }

    /// Makes the workspace of a run's slot, in place of what is there. Blocks.
    ///
    /// # Errors
    /// [`IsolateError`]; nothing is left of it then.
    pub(crate) fn make(
        &self,
        run: RunId,
        slot: u32,
        origin: &Origin,
        is_stopped: &dyn Fn() -> bool,
    ) -> Result<Made, IsolateError> {
        let made = Made { origin: origin.clone(), slot: self.place(run).join(slot.to_string()) };
        self.remove(&made.slot);
        let filled = self.fill(&made, is_stopped);
        filled.inspect_err(|_| self.remove(&made.slot))?;
        Ok(made)
    }

    fn fill(&self, made: &Made, is_stopped: &dyn Fn() -> bool) -> Result<(), IsolateError> {
        let Origin { top, aside, .. } = &made.origin;
        let (tree, tmp) = (made.tree(), made.tmp());
        private(&made.slot).and_then(|()| private(&tmp)).map_err(IsolateError::io("make", &made.slot))?;
        let parts = survey::survey(top, &self.config, aside)?;
        if !(top.join(".git").exists() && self.register(top, &tree)) {
            private(&tree).map_err(IsolateError::io("make", &tree))?;
        }
        copy::copy(top, &tree, &parts, is_stopped)
    }

    fn register(&self, top: &Path, tree: &Path) -> bool {
        let _one_at_a_time = self.one_at_a_time();
        worktree::register(top, tree)
    }

    /// Makes the repository forget the worktrees of a run's workspaces in `place`.
    fn unregister_all(&self, place: &Path) {
        fs::read_dir(place).into_iter().flatten().flatten().for_each(|slot| self.unregister(&slot.path()));
    }

    fn unregister(&self, slot: &Path) {
        let _one_at_a_time = self.one_at_a_time();
        worktree::unregister(&slot.join("tree"));
    }

    fn one_at_a_time(&self) -> MutexGuard<'_, ()> {
        self.registering.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes all workspaces of a run. Returns at once: what is large goes on a thread of its own.
    pub(crate) fn discard(&self, run: RunId) {
        let place = self.place(run);
        self.unregister_all(&place);
        self.remove(&place);
    }

    /// Removes the workspaces of all runs that do not go on, and what a dead daemon was about to remove.
    pub(crate) fn sweep(&self, goes_on: impl Fn(&str) -> bool) {
        for place in fs::read_dir(&self.root).into_iter().flatten().flatten() {
            let name = place.file_name().to_string_lossy().into_owned();
            if name.starts_with(GOING) {
                remove_later(place.path());
            } else if !goes_on(&name) {
                self.unregister_all(&place.path());
                self.remove(&place.path());
            }
        }
    }

    /// What the workspaces of a run are found under.
    pub(crate) fn name(run: RunId) -> String {
        let mut name = run.0.simple().to_string();
        name.truncate(ID_DIGITS);
        name
    }

    fn place(&self, run: RunId) -> PathBuf {
        self.root.join(Self::name(run))
    }

    /// Takes `path` out of the way and removes it.
    fn remove(&self, path: &Path) {
        self.unregister(path);
        let going = self.root.join(format!("{GOING}{}", uuid::Uuid::new_v4().simple()));
        match fs::rename(path, &going) {
            Ok(()) => remove_later(going),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => tracing::warn!(path = %path.display(), %error, "a workspace cannot be removed"),
        }
    }
}

impl Made {
    /// The copy's top.
    pub(crate) fn tree(&self) -> PathBuf {
        self.slot.join("tree")
    }

    /// What stands for the run's directory.
    pub(crate) fn directory(&self) -> PathBuf {
        self.tree().join(&self.origin.below)
    }

    /// What stands for `directory`, if that is in the user's tree.
    ///
    /// # Errors
    /// If that cannot be told: it is not there, or not to be looked at.
    pub(crate) fn instead_of(&self, directory: &Path) -> io::Result<Option<PathBuf>> {
        let directory = directory.canonicalize()?;
        Ok(directory.strip_prefix(&self.origin.top).ok().map(|below| self.tree().join(below)))
    }

    /// Where the copy of `path` is, if that is in the user's tree. A link itself has one, whatever it leads to.
    ///
    /// # Errors
    /// As for [`Self::instead_of`].
    pub(crate) fn stands_for(&self, path: &Path) -> io::Result<Option<PathBuf>> {
        // A path's last part may be `..`, or it may have none.
        match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) => Ok(self.instead_of(parent)?.map(|parent| parent.join(name))),
            _ => self.instead_of(path),
        }
    }

    /// The directory for temporary files.
    pub(crate) fn tmp(&self) -> PathBuf {
        self.slot.join("tmp")
    }

    /// Empties the directory for temporary files. Blocks.
    pub(crate) fn clear_tmp(&self) {
        let tmp = self.tmp();
        if fs::read_dir(&tmp).is_ok_and(|mut entries| entries.next().is_none()) {
            return;
        }
        let emptied = remove_all(&tmp).and_then(|()| private(&tmp));
        if let Err(error) = emptied {
            tracing::warn!(path = %tmp.display(), %error, "temporary files stay");
        }
    }
}

/// A directory for this user alone, with those above it.
fn private(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

fn remove_later(path: PathBuf) {
    let remove = move || {
        if let Err(error) = remove_all(&path) {
            tracing::warn!(path = %path.display(), %error, "a workspace cannot be removed");
        }
    };
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => drop(runtime.spawn_blocking(remove)),
        Err(_) => remove(),
    }
}

/// Removes a directory with all in it, also what an evaluation took the right to remove from.
fn remove_all(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        result => return result,
    }
    open_up(path)?;
    fs::remove_dir_all(path)
}

fn open_up(directory: &Path) -> io::Result<()> {
    fs::set_permissions(directory, fs::Permissions::from_mode(0o700))?;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            open_up(&entry.path())?;
        }
    }
    Ok(())
}
