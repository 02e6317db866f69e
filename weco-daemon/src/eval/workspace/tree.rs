//! The directories on the way to a source, one component at a time and never through a link.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use super::dir::Dir;
use super::edit::Edit;
use super::error::{RestoreError, WorkspaceError};
use super::keep;
use super::settle::Place;
use super::source::Source;

/// Opens the directory of a source.
pub(super) fn open_parent(root: &Dir, root_path: &Path, source: &Source) -> Result<Dir, WorkspaceError> {
    let mut dir = again(root, root_path)?;
    let mut walked = root_path.to_owned();
    for part in &source.parent {
        walked.push(part);
        dir = dir.child(Path::new(part)).map_err(|error| cannot_enter(&walked, error))?;
    }
    Ok(dir)
}

/// Opens the directory of a source, making what is missing. Something else in its way is moved to the
/// kept place and reported.
pub(super) fn rebuild_parent(
    place: &Place<'_>,
    source: &Source,
    report: &mut RestoreError,
) -> Result<Dir, WorkspaceError> {
    let mut dir = again(place.root, place.root_path)?;
    let mut walked = PathBuf::new();
    for part in &source.parent {
        walked.push(part);
        let part = Path::new(part);
        let here = || place.root_path.join(&walked);
        let next = match dir.child(part) {
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) if is_no_directory(&error) => {
                let kept_at = keep::move_away(place, &dir, part, &walked)?;
                let what = "no longer in a directory of its own";
                report.edits.push(Edit::Moved { path: source.path.clone(), kept_at, what });
                None
            }
            opened => Some(opened),
        };
        let next = next.unwrap_or_else(|| dir.make_child(part).and_then(|()| dir.child(part)));
        dir = next.map_err(|error| WorkspaceError::io("open", here(), error))?;
    }
    Ok(dir)
}

fn again(root: &Dir, root_path: &Path) -> Result<Dir, WorkspaceError> {
    root.again().map_err(|error| WorkspaceError::io("open", root_path, error))
}

fn cannot_enter(path: &Path, error: io::Error) -> WorkspaceError {
    if error.kind() == ErrorKind::NotFound {
        return WorkspaceError::Missing(path.to_owned());
    }
    if is_no_directory(&error) {
        return WorkspaceError::Replaced { path: path.to_owned(), what: "no directory" };
    }
    WorkspaceError::io("open", path, error)
}

/// Also said of a symbolic link, which is not followed.
fn is_no_directory(error: &io::Error) -> bool {
    let errno = error.raw_os_error().map(Errno::from_raw_os_error);
    matches!(errno, Some(Errno::NOTDIR | Errno::LOOP))
}
