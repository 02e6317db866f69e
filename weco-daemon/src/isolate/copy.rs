//! Making a workspace's tree.

use std::fs::{self, FileTimes};
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use super::error::IsolateError;
use super::survey::{Kind, Part};

/// What the owner of a directory needs to work in it.
const OWNER_ALL: u32 = 0o700;

/// Makes `parts` of `top` in `tree`, which exists. Asks `is_stopped` before each.
///
/// # Errors
/// The first part that cannot be made. What was made before stays.
pub(super) fn copy(
    top: &Path,
    tree: &Path,
    parts: &[Part],
    is_stopped: &dyn Fn() -> bool,
) -> Result<(), IsolateError> {
    for Part { path, kind } in parts {
        if is_stopped() {
            return Err(IsolateError::Stopped);
        }
        let (from, to) = (top.join(path), tree.join(path));
        let made = match kind {
            Kind::Directory => directory(&from, &to),
            Kind::File => file(&from, &to),
            Kind::Link => link(&from, &to, top, tree),
            Kind::Shared => symlink(&from, &to),
        };
        match made {
            // A file that was removed since it was seen: the user works there.
            Err(error) if error.kind() == io::ErrorKind::NotFound && !from.exists() => {}
            made => made.map_err(IsolateError::io("copy", &from))?,
        }
    }
    Ok(())
}

fn directory(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    let mode = fs::metadata(from)?.permissions().mode() & 0o7777;
    // It is to be filled, and removed some time.
    fs::set_permissions(to, fs::Permissions::from_mode(mode | OWNER_ALL))
}

/// With its times: `make`, Cargo and Python compare them.
fn file(from: &Path, to: &Path) -> io::Result<()> {
    reflink_copy::reflink_or_copy(from, to)?;
    let metadata = fs::metadata(from)?;
    let mode = metadata.permissions().mode() & 0o7777;
    fs::set_permissions(to, fs::Permissions::from_mode(mode | 0o200))?;
    let times = FileTimes::new().set_modified(metadata.modified()?);
    fs::File::options().write(true).open(to)?.set_times(times)?;
    if mode & 0o200 == 0 { fs::set_permissions(to, fs::Permissions::from_mode(mode)) } else { Ok(()) }
}

/// A link stays a link. One that names a place in the user's directory absolutely would lead back there: it names the
/// same place in the workspace.
fn link(from: &Path, to: &Path, top: &Path, tree: &Path) -> io::Result<()> {
    let target = fs::read_link(from)?;
    let inside = target.strip_prefix(top).ok().map(|inside| tree.join(inside));
    symlink(inside.unwrap_or(target), to)
}
