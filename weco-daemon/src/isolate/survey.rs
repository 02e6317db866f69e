//! What a workspace is made of, found out before any of it is made.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::WorkspacesConfig;
use super::error::{IsolateError, bytes};

/// How many of the largest entries an error names.
const NAMED: usize = 3;

/// What is made of one entry of the user's directory, in the order in which it is to be made.
#[derive(Debug)]
pub(super) struct Part {
    /// Relative to the top.
    pub(super) path: PathBuf,
    pub(super) kind: Kind,
}

/// How an entry gets into a workspace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Directory,
    File,
    Link,
    /// By a link to the original.
    Shared,
}

/// What a workspace of `top` holds: everything but `aside`, repositories' own directories, what is neither a file, a
/// directory nor a link, and what the configuration leaves out.
///
/// # Errors
/// [`IsolateError::Large`], and what cannot be looked into.
pub(super) fn survey(
    top: &Path,
    config: &WorkspacesConfig,
    aside: &[PathBuf],
) -> Result<Vec<Part>, IsolateError> {
    let (mut parts, mut sizes) = (Vec::new(), BTreeMap::<PathBuf, u64>::new());
    let mut walk = WalkDir::new(top).min_depth(1).sort_by_file_name().into_iter();
    while let Some(entry) = walk.next() {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(top).to_owned();
            let source = error.into_io_error().unwrap_or_else(|| std::io::ErrorKind::Other.into());
            IsolateError::Io { action: "look into", path, source }
        })?;
        let path = entry.path().strip_prefix(top).unwrap_or(entry.path()).to_owned();
        let is_directory = entry.file_type().is_dir();
        if is_left_out(&entry, &path, config, aside) {
            if is_directory {
                walk.skip_current_dir();
            }
            continue;
        }
        let kind = if config.shares(&path) {
            if is_directory {
                walk.skip_current_dir();
            }
            Kind::Shared
        } else if is_directory {
            Kind::Directory
        } else if entry.file_type().is_symlink() {
            Kind::Link
        } else {
            let size = entry.metadata().map_or(0, |metadata| metadata.len());
            let below_top: PathBuf = path.components().take(1).collect();
            *sizes.entry(below_top).or_default() += size;
            Kind::File
        };
        parts.push(Part { path, kind });
    }
    let size = sizes.values().sum();
    if size > config.max_bytes() {
        let (top, limit) = (top.to_owned(), config.max_bytes());
        return Err(IsolateError::Large { top, size, limit, largest: largest(sizes) });
    }
    Ok(parts)
}

fn is_left_out(entry: &DirEntry, path: &Path, config: &WorkspacesConfig, aside: &[PathBuf]) -> bool {
    let kind = entry.file_type();
    entry.file_name() == ".git"
        || !(kind.is_file() || kind.is_dir() || kind.is_symlink())
        || config.omits(path)
        || aside.iter().any(|aside| aside == entry.path())
}

fn largest(sizes: BTreeMap<PathBuf, u64>) -> String {
    let mut sizes: Vec<_> = sizes.into_iter().collect();
    sizes.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    let named = sizes.iter().take(NAMED).map(|(path, size)| format!("{} ({})", path.display(), bytes(*size)));
    named.collect::<Vec<_>>().join(", ")
}
