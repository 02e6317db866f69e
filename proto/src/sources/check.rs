//! [`validate`]: from names to files that may be rewritten.

use std::collections::HashSet;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::{MAX_FILE_BYTES, MAX_FILES, MAX_TOTAL_BYTES, SourceError, similar_files};
use crate::access;
use crate::text_file::{TextFileError, read_text};

/// A source file as it is now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceFile {
    /// Relative to the working directory, `/`-separated, without `.`, `..` or symbolic links: a source
    /// named by a link is the file that the link leads to, so that swapping it leaves the link alone.
    pub path: String,
    /// The same file's absolute path, free of links.
    pub absolute: PathBuf,
    /// Its content.
    pub text: String,
    /// Its Unix permission bits (07777).
    pub mode: u32,
}

/// A file's identity, whatever its name: device and inode.
pub(super) type Identity = (u64, u64);

/// Finds, reads and checks the `sources` of a run in `directory`, in the user's order. Nothing is
/// created, and nothing can block: pipes and devices are refused unopened.
///
/// # Errors
/// The first thing that is wrong.
pub fn validate(directory: &Path, sources: &[String]) -> Result<Vec<SourceFile>, SourceError> {
    match sources.len() {
        0 => return Err(SourceError::None),
        count if count > MAX_FILES => return Err(SourceError::TooMany(count)),
        _ => {}
    }
    let base = working_directory(directory)?;
    let mut seen = HashSet::new();
    let mut files = Vec::with_capacity(sources.len());
    for source in sources {
        let (file, identity) = check(directory, &base, source)?;
        if !seen.insert(identity) {
            return Err(SourceError::Duplicate(source.clone()));
        }
        files.push(file);
    }
    let bytes = files.iter().map(|file| file.text.len() as u64).sum();
    if bytes > MAX_TOTAL_BYTES {
        return Err(SourceError::TotalTooLarge { bytes });
    }
    Ok(files)
}

fn working_directory(directory: &Path) -> Result<PathBuf, SourceError> {
    let base = directory.canonicalize().and_then(|base| {
        if base.is_dir() { Ok(base) } else { Err(io::Error::from(io::ErrorKind::NotADirectory)) }
    });
    base.map_err(|reason| SourceError::Directory { directory: directory.to_owned(), reason })
}

fn check(directory: &Path, base: &Path, source: &str) -> Result<(SourceFile, Identity), SourceError> {
    let absolute = resolve(directory, source)?;
    let Ok(relative) = absolute.strip_prefix(base) else {
        return Err(SourceError::Outside { path: source.to_owned(), directory: base.to_owned() });
    };
    // The name that a link leads to need not be UTF-8, though the user's is.
    let path = relative.to_str().ok_or_else(|| SourceError::NotText(source.to_owned()))?.to_owned();
    let (text, metadata) = read_text(&absolute, MAX_FILE_BYTES).map_err(|error| unreadable(source, error))?;
    check_replaceable(source, &absolute)?;
    let identity = (metadata.dev(), metadata.ino());
    Ok((SourceFile { path, absolute, text, mode: metadata.mode() & 0o7777 }, identity))
}

/// The absolute path that `source` leads to, all links followed.
pub(super) fn resolve(directory: &Path, source: &str) -> Result<PathBuf, SourceError> {
    let missing =
        || SourceError::NotFound { path: source.to_owned(), similar: similar_files(directory, source) };
    if source.is_empty() {
        return Err(missing());
    }
    directory.join(source).canonicalize().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => missing(),
        _ => unreadable(source, TextFileError::Io(error)),
    })
}

pub(super) fn unreadable(source: &str, error: TextFileError) -> SourceError {
    let path = source.to_owned();
    match error {
        TextFileError::Directory => SourceError::IsDirectory(path),
        TextFileError::Special => SourceError::Special(path),
        TextFileError::TooLarge { bytes } => SourceError::TooLarge { path, bytes },
        TextFileError::NotText => SourceError::NotText(path),
        TextFileError::Io(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            SourceError::Unreadable(path)
        }
        TextFileError::Io(reason) => SourceError::Io { path, reason },
    }
}

/// A swap renames a new file over the old one: the directory must allow that, and the file's own
/// permissions say whether its owner wants it changed.
fn check_replaceable(source: &str, absolute: &Path) -> Result<(), SourceError> {
    access::can_write(absolute).map_err(|errno| SourceError::Unwritable {
        path: source.to_owned(),
        reason: access::reason(errno),
    })?;
    let directory = absolute.parent().unwrap_or(absolute);
    access::can_change_entries(directory).map_err(|errno| SourceError::DirectoryUnwritable {
        path: source.to_owned(),
        directory: directory.to_owned(),
        reason: access::reason(errno),
    })
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
