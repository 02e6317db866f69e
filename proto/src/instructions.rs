//! Additional instructions for the model: a text, or the name of a file that holds it.

use std::io;
use std::path::Path;

use crate::sources::{did_you_mean, similar_files};
use crate::text_file::{KB, TextFileError, kilobytes, read_text};

/// Longest instructions, in bytes (200 KB of 1024): as long as the longest source file.
pub const MAX_INSTRUCTIONS_BYTES: u64 = 200 * KB;

/// File name extensions that mark a value as the name of a file, in any case.
const EXTENSIONS: [&str; 3] = ["txt", "md", "rst"];

/// Instructions that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InstructionsError {
    /// Nothing but white space.
    #[error("The additional instructions are empty.")]
    Empty,
    /// What stands for standard input elsewhere. Taken for the text it would silently replace what is meant.
    #[error("'-' is no instruction: standard input is not read.")]
    Dash,
    /// The file holds nothing but white space.
    #[error("The instructions file '{0}' is empty.")]
    EmptyFile(String),
    /// The value can only be the name of a file, and there is none.
    #[error("Instructions file '{path}' not found.{}", did_you_mean(.similar))]
    NotFound {
        /// As the user wrote it.
        path: String,
        /// Files there with nearly that name.
        similar: Vec<String>,
    },
    /// A directory, a pipe, a device.
    #[error("'{0}' is not a regular file.")]
    NotAFile(String),
    /// Not UTF-8, or with NUL bytes.
    #[error("'{0}' doesn't appear to be a valid text file.")]
    NotText(String),
    /// More than [`MAX_INSTRUCTIONS_BYTES`].
    #[error("The additional instructions ({}KB) exceed the {}KB limit.", kilobytes(*.0), MAX_INSTRUCTIONS_BYTES / KB)]
    TooLong(u64),
    /// The file cannot be read.
    #[error("Cannot read '{path}': {reason}.")]
    Io {
        /// As the user wrote it.
        path: String,
        /// Why.
        reason: io::Error,
    },
}

impl InstructionsError {
    /// What to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Dash => "give the text itself, such as \"$(cat)\", or a readable .txt, .md or .rst file",
            Self::Empty | Self::EmptyFile(_) => "say what to aim for, or leave -i out",
            Self::TooLong(_) => "keep what the model needs to know",
            _ => "name a readable .txt, .md or .rst file, or give the text itself",
        }
    }
}

/// The instructions that `value` gives in `directory`.
///
/// A value of one line that ends in `.txt`, `.md` or `.rst` is a file's name if that file exists or if
/// the value has no white space: a mistyped name is an error and never taken for the text, while a
/// sentence that happens to end in a file's name is a text.
///
/// # Errors
/// If the file cannot be used, or there is nothing in it.
pub fn read_instructions(directory: &Path, value: &str) -> Result<String, InstructionsError> {
    if value.trim().is_empty() {
        return Err(InstructionsError::Empty);
    }
    if value.trim() == "-" {
        return Err(InstructionsError::Dash);
    }
    let path = directory.join(value);
    if names_a_file(value) && (!value.contains(char::is_whitespace) || path.exists()) {
        return read_file(directory, value);
    }
    if value.len() as u64 > MAX_INSTRUCTIONS_BYTES {
        return Err(InstructionsError::TooLong(value.len() as u64));
    }
    Ok(value.to_owned())
}

fn names_a_file(value: &str) -> bool {
    let extension = Path::new(value).extension().and_then(|extension| extension.to_str());
    !value.contains('\n')
        && extension.is_some_and(|found| EXTENSIONS.iter().any(|known| found.eq_ignore_ascii_case(known)))
}

fn read_file(directory: &Path, name: &str) -> Result<String, InstructionsError> {
    let path = name.to_owned();
    match read_text(&directory.join(name), MAX_INSTRUCTIONS_BYTES) {
        Ok((text, _)) if text.trim().is_empty() => Err(InstructionsError::EmptyFile(path)),
        Ok((text, _)) => Ok(text),
        Err(TextFileError::Directory | TextFileError::Special) => Err(InstructionsError::NotAFile(path)),
        Err(TextFileError::NotText) => Err(InstructionsError::NotText(path)),
        Err(TextFileError::TooLarge { bytes }) => Err(InstructionsError::TooLong(bytes)),
        Err(TextFileError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
            Err(InstructionsError::NotFound { similar: similar_files(directory, name), path })
        }
        Err(TextFileError::Io(reason)) => Err(InstructionsError::Io { path, reason }),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn here() -> tempfile::TempDir {
        let here = tempfile::tempdir().unwrap();
        fs::write(here.path().join("notes.md"), "Use tiles.\n").unwrap();
        fs::write(here.path().join("my notes.TXT"), "Spaced.").unwrap();
        fs::write(here.path().join("blank.rst"), " \n").unwrap();
        fs::write(here.path().join("code.py"), "x = 1").unwrap();
        fs::write(here.path().join("binary.txt"), [0xff, 0]).unwrap();
        fs::create_dir(here.path().join("dir.md")).unwrap();
        here
    }

    #[test]
    fn a_file_is_read_and_a_text_is_taken() {
        let here = here();
        let cases = [
            ("notes.md", "Use tiles.\n"),
            ("./notes.md", "Use tiles.\n"),
            ("my notes.TXT", "Spaced."),
            ("Be quick.", "Be quick."),
            ("code.py", "code.py"),
            ("Follow the advice in absent.md", "Follow the advice in absent.md"),
            ("First line\nnotes.md", "First line\nnotes.md"),
        ];
        for (value, expected) in cases {
            assert_eq!(read_instructions(here.path(), value).unwrap(), expected, "{value}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        let here = here();
        fs::write(here.path().join("long.txt"), "x".repeat(200 * 1024 + 1)).unwrap();
        let cases = [
            ("", "The additional instructions are empty."),
            (" \n", "The additional instructions are empty."),
            ("-", "'-' is no instruction: standard input is not read."),
            ("blank.rst", "The instructions file 'blank.rst' is empty."),
            ("note.md", "Instructions file 'note.md' not found. Did you mean: notes.md?"),
            ("dir.md", "'dir.md' is not a regular file."),
            ("binary.txt", "'binary.txt' doesn't appear to be a valid text file."),
            ("long.txt", "The additional instructions (201KB) exceed the 200KB limit."),
        ];
        for (value, expected) in cases {
            assert_eq!(read_instructions(here.path(), value).unwrap_err().to_string(), expected, "{value}");
        }
    }
}
