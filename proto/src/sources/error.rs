//! What can be wrong with a list of source files.

use std::io;
use std::path::PathBuf;

use super::{MAX_FILE_BYTES, MAX_FILES, MAX_TOTAL_BYTES, did_you_mean};
use crate::text_file::{KB, kilobytes};

/// The first thing wrong with a list of source files. Paths are as the user wrote them.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The list is empty.
    #[error("No source files provided.")]
    None,
    /// More than [`MAX_FILES`].
    #[error("Too many files: {0} provided, maximum is {MAX_FILES}.")]
    TooMany(usize),
    /// The working directory itself cannot be used.
    #[error("Cannot use the working directory '{}': {reason}.", .directory.display())]
    Directory {
        /// Which.
        directory: PathBuf,
        /// Why.
        reason: io::Error,
    },
    /// No such file.
    #[error("Source file '{path}' not found.{}", did_you_mean(.similar))]
    NotFound {
        /// As the user wrote it.
        path: String,
        /// Files there with nearly that name, nearest first.
        similar: Vec<String>,
    },
    /// A directory.
    #[error("'{0}' is a directory, not a file.")]
    IsDirectory(String),
    /// A device, pipe or socket.
    #[error("'{0}' is not a regular file.")]
    Special(String),
    /// It, or a directory on the way to it, cannot be read.
    #[error("Cannot read '{0}' — permission denied.")]
    Unreadable(String),
    /// It cannot be read for another reason.
    #[error("Cannot read '{path}': {reason}.")]
    Io {
        /// As the user wrote it.
        path: String,
        /// Why.
        reason: io::Error,
    },
    /// It is read-only.
    #[error("Cannot write '{path}' — {reason}.")]
    Unwritable {
        /// As the user wrote it.
        path: String,
        /// Why.
        reason: String,
    },
    /// It could not be replaced, because its directory is read-only.
    #[error("Cannot replace '{path}' — its directory '{}': {reason}.", .directory.display())]
    DirectoryUnwritable {
        /// As the user wrote it.
        path: String,
        /// The directory that holds it.
        directory: PathBuf,
        /// Why.
        reason: String,
    },
    /// Not UTF-8, or with NUL bytes; or its path is not UTF-8.
    #[error("'{0}' doesn't appear to be a valid text file.")]
    NotText(String),
    /// Symbolic links resolved, it is not under the working directory.
    #[error("Source file '{path}' is outside the working directory '{}'.", .directory.display())]
    Outside {
        /// As the user wrote it.
        path: String,
        /// The working directory.
        directory: PathBuf,
    },
    /// The same file twice: by one name, by two spellings, or by a link.
    #[error("Duplicate file path: '{0}'.")]
    Duplicate(String),
    /// More than [`MAX_FILE_BYTES`].
    #[error(
        "File '{path}' ({}KB) exceeds the {}KB per-file size limit.", kilobytes(*.bytes), MAX_FILE_BYTES / KB
    )]
    TooLarge {
        /// As the user wrote it.
        path: String,
        /// Its length.
        bytes: u64,
    },
    /// More than [`MAX_TOTAL_BYTES`] together.
    #[error(
        "Total source size ({}KB) exceeds the {}KB limit.", kilobytes(*.bytes), MAX_TOTAL_BYTES / KB
    )]
    TotalTooLarge {
        /// The sum of the lengths.
        bytes: u64,
    },
}

impl SourceError {
    /// What to do next, where the message alone does not say it.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::None => "name the file to improve: -s model.py",
            Self::TooMany(_) | Self::TotalTooLarge { .. } => "name only the files that are to be rewritten",
            Self::Directory { .. } => "change to the project's directory",
            // The suggestion is the next step.
            Self::NotFound { similar, .. } if !similar.is_empty() => return None,
            Self::NotFound { .. } => "give its path relative to the current directory",
            Self::IsDirectory(_) => "name the files in it: --sources a.py b.py",
            Self::Special(_) | Self::NotText(_) => "sources are regular files of UTF-8 text",
            Self::Outside { .. } => "run weco from a directory that contains all the sources",
            Self::Duplicate(_) => "name each file once",
            Self::TooLarge { .. } => "move the part that is to be improved into a file of its own",
            Self::Unwritable { .. } | Self::DirectoryUnwritable { .. } => {
                "sources are swapped in place for each evaluation: make the file and its directory writable"
            }
            Self::Unreadable(_) | Self::Io { .. } => "make the file readable for you",
        })
    }
}
