//! Moving away what is not the run's, so that it is never lost.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::dir::Dir;
use super::error::WorkspaceError;
use super::settle::Place;

/// Moves what is at `name` in `dir` to the kept place, as `path` there, and returns where it is now. If
/// that cannot be (another file system, a full disk), it stays beside where it was, under a new name.
pub(super) fn move_away(
    place: &Place<'_>,
    dir: &Dir,
    name: &Path,
    path: &Path,
) -> Result<PathBuf, WorkspaceError> {
    match move_to(&place.kept.join(path), dir, name) {
        Ok(kept_at) => Ok(kept_at),
        Err(error) => {
            tracing::debug!(kept = %place.kept.display(), %error, "an edit cannot be moved there");
            set_beside(place, dir, name, path)
        }
    }
}

fn move_to(wanted: &Path, dir: &Dir, name: &Path) -> io::Result<PathBuf> {
    if let Some(parent) = wanted.parent() {
        fs::create_dir_all(parent)?;
    }
    let target = free_name(wanted)?;
    match dir.rename_to_path(name, &target) {
        Err(error) if error.kind() == ErrorKind::CrossesDevices => copy(dir, name, &target)?,
        result => result?,
    }
    Ok(target)
}

/// Copies a regular file durably before it is removed.
fn copy(dir: &Dir, name: &Path, target: &Path) -> io::Result<()> {
    let mut from = dir.open_file(name)?;
    let mut to = File::create_new(target)?;
    let copied = io::copy(&mut from, &mut to).and_then(|_| to.sync_all());
    copied.inspect_err(|_| drop(fs::remove_file(target)))?;
    dir.remove_path(name)
}

fn set_beside(place: &Place<'_>, dir: &Dir, name: &Path, path: &Path) -> Result<PathBuf, WorkspaceError> {
    let beside = place.root_path.join(path);
    let mut kept_name = beside.file_name().unwrap_or_default().to_owned();
    kept_name.push(".weco-kept");
    let moved = free_name(&beside.with_file_name(kept_name)).and_then(|target| {
        let free = Path::new(target.file_name().unwrap_or_default());
        dir.rename_path(name, free).map(|()| target.clone())
    });
    moved.map_err(|error| WorkspaceError::io("keep what was found at", beside, error))
}

/// `path`, or with the first number after it that makes it free.
fn free_name(path: &Path) -> io::Result<PathBuf> {
    let mut number = 0_u32;
    let mut free = path.to_owned();
    loop {
        match free.symlink_metadata() {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(free),
            Err(error) => return Err(error),
            Ok(_) => {
                number += 1;
                let mut name = path.as_os_str().to_owned();
                name.push(format!(".{number}"));
                free = name.into();
            }
        }
    }
}
