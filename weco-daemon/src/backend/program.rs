//! The program on disk, and the place for questions to it.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;
use weco_backends::program::Files;

/// Below the bridge's directory.
const PROGRAMS: &str = "programs";
const QUESTIONS: &str = "questions";

/// What is run by Python when a directory is.
const ENTRY: &str = "__main__.py";

/// Where the program is unpacked, and questions are put.
#[derive(Debug)]
pub struct Bridge {
    directory: PathBuf,
    files: fn() -> Files,
    /// Unpacks one at a time.
    unpacked: Mutex<Option<PathBuf>>,
}

impl Bridge {
    /// The program that is part of this one, below `directory`. What questions a daemon before left there is removed.
    pub fn new(directory: PathBuf) -> Self {
        Self::of(directory, weco_backends::program::files)
    }

    /// Another program, for tests.
    #[doc(hidden)]
    pub fn of(directory: PathBuf, files: fn() -> Files) -> Self {
        if let Err(error) = std::fs::remove_dir_all(directory.join(QUESTIONS))
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "old questions to evaluation backends could not be removed");
        }
        Self { directory, files, unpacked: Mutex::new(None) }
    }

    /// The program's directory: unpacked if it is not yet, and whole whenever it is there.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn program(&self) -> io::Result<PathBuf> {
        let mut unpacked = self.unpacked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(program) = unpacked.as_ref().filter(|program| program.join(ENTRY).is_file()) {
            return Ok(program.clone());
        }
        let program = self.unpack()?;
        *unpacked = Some(program.clone());
        Ok(program)
    }

    fn unpack(&self) -> io::Result<PathBuf> {
        let files = (self.files)();
        let programs = self.directory.join(PROGRAMS);
        let program = programs.join(name(&files));
        if program.join(ENTRY).is_file() {
            return Ok(program);
        }
        std::fs::create_dir_all(&programs)?;
        let made = TempDir::with_prefix_in(".unpacking-", &programs)?;
        for (path, content) in &files {
            let file = made.path().join(path);
            if let Some(parent) = file.parent() {
                std::fs::create_dir_all(parent)?;
            }
            std::fs::write(file, content)?;
        }
        // Someone may have removed a part of it.
        remove(&program)?;
        std::fs::rename(made.keep(), &program)?;
        forget_others(&programs, &program);
        Ok(program)
    }

    /// A new directory for one question and its answer.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(super) fn question_dir(&self) -> io::Result<TempDir> {
        let questions = self.directory.join(QUESTIONS);
        std::fs::create_dir_all(&questions)?;
        TempDir::new_in(questions)
    }
}

/// Follows from what is in it.
fn name(files: &Files) -> String {
    let mut hasher = blake3::Hasher::new();
    for (path, content) in files {
        hasher.update(&(path.len() as u64).to_le_bytes()).update(path.as_bytes());
        hasher.update(&(content.len() as u64).to_le_bytes()).update(content);
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

fn remove(directory: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// Removes what daemons of other versions unpacked: there is one daemon at a time.
fn forget_others(programs: &Path, program: &Path) {
    let Ok(entries) = std::fs::read_dir(programs) else { return };
    for path in entries.flatten().map(|entry| entry.path()).filter(|path| path != program) {
        if let Err(error) = std::fs::remove_dir_all(&path) {
            let path = path.file_name().map(OsStr::to_string_lossy);
            tracing::info!(?path, %error, "an old evaluation program could not be removed");
        }
    }
}
