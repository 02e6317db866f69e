//! Every file that is protected.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::entry::Look;
use super::{MAX_FILES, ProtectError};

/// Looks at all files below `paths`, and at links without following them; only what the user named itself is looked at
/// through its links.
pub(super) fn walk(
    directory: &Path,
    paths: &[PathBuf],
    is_stopped: &dyn Fn() -> bool,
) -> Result<Vec<Look>, ProtectError> {
    let mut found = Vec::new();
    for path in paths {
        let named = normal(&directory.join(path));
        let look = at(&named)?;
        let mut left = vec![look];
        if left.iter().any(Look::is_link) {
            let target = named.canonicalize().map_err(|error| ProtectError::unreadable(&named, error))?;
            left.push(at(&target)?);
        }
        while let Some(look) = left.pop() {
            if is_stopped() {
                return Err(ProtectError::Stopped);
            }
            if look.is_directory() {
                left.extend(inside(&look.path)?);
            } else {
                found.push(look);
            }
            if found.len() + left.len() > MAX_FILES {
                return Err(ProtectError::TooMany { path: named });
            }
        }
    }
    // A file may be in several of the paths.
    found.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    found.dedup_by(|a, b| a.path == b.path);
    Ok(found)
}

/// Without `.` in between and a slash at the end, which would hide a link.
fn normal(path: &Path) -> PathBuf {
    path.components().collect()
}

fn at(path: &Path) -> Result<Look, ProtectError> {
    Look::at(path).map_err(|error| ProtectError::unreadable(path, error))
}

fn inside(directory: &Path) -> Result<Vec<Look>, ProtectError> {
    let unreadable = |error| ProtectError::unreadable(directory, error);
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        match Look::at(&path) {
            Ok(look) => found.push(look),
            // It was removed since it was listed: what an evaluation puts beside a source comes and goes.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(ProtectError::unreadable(&path, error)),
        }
    }
    Ok(found)
}
