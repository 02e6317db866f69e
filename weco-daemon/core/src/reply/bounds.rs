//! Limits on what a reply may hold.

use super::candidate::Unusable;
use crate::run::Files;

/// Largest file of a version, in bytes: the same limit as for the user's own sources.
pub const MAX_FILE_BYTES: usize = 200 * 1024;

/// Largest version, all files together, in bytes: the same limit as for the user's own sources.
pub const MAX_TOTAL_BYTES: usize = 500 * 1024;

/// Longest reply that is read, in bytes: all the files of a version and a long thought before them.
pub const MAX_REPLY_BYTES: usize = 2 * 1024 * 1024;

/// Most SEARCH/REPLACE blocks in one reply. Each costs a pass over its file; a change of more
/// places than this is a new file.
pub const MAX_EDITS: usize = 1_000;

/// Longest plan that is kept, in characters: a few sentences, repeated in later prompts and on screens.
pub const MAX_PLAN_CHARS: usize = 1_000;

/// Refuses a reply too long to be read.
pub(super) fn check_reply(text: &str) -> Result<(), Unusable> {
    if text.len() <= MAX_REPLY_BYTES {
        return Ok(());
    }
    Err(Unusable::because(format!(
        "The reply is {} long; at most {} are read. Answer with the changed files alone.",
        kib(text.len()),
        kib(MAX_REPLY_BYTES)
    )))
}

/// Refuses a version with a file that cannot be source text, or is too large.
pub(super) fn check_files(files: &Files) -> Result<(), Unusable> {
    for (path, text) in files {
        if text.contains('\0') {
            return Err(Unusable::because(format!(
                "The new `{path}` contains a NUL character; files must be text."
            )));
        }
        if text.len() > MAX_FILE_BYTES {
            return Err(Unusable::because(format!(
                "The new `{path}` is {} long; a file may have at most {}.",
                kib(text.len()),
                kib(MAX_FILE_BYTES)
            )));
        }
    }
    let total = files.values().map(String::len).sum();
    if total > MAX_TOTAL_BYTES {
        return Err(Unusable::because(format!(
            "The new files are {} long together; at most {} are allowed.",
            kib(total),
            kib(MAX_TOTAL_BYTES)
        )));
    }
    Ok(())
}

/// A size for people, rounded up.
fn kib(bytes: usize) -> String {
    format!("{} KB", bytes.div_ceil(1024))
}
