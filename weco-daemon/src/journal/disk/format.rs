//! Which version of the layout a journal has, and the way from each to the next.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use weco_core::run::RunId;

use super::index::{Catalogued, Index};
use super::layout::{Layout, private, sync_dir};
use crate::journal::JournalError;

/// What a step of a migration may change, before the journal's copies are compared. What it changes
/// of the catalogue is on disk, durably, before the new format's number is.
pub(super) struct Old<'a> {
    /// What the index knows.
    pub(super) catalogue: &'a mut HashMap<RunId, Catalogued>,
}

/// From one format to the next. It may be cut short at any moment and is then begun again: on what
/// it was given, or on any part of what it made of that.
type Step = fn(&mut Old<'_>) -> Result<(), JournalError>;

/// From format 1 to 2, from 2 to 3, … Add one when an older daemon could misread what is written,
/// or a newer one would miss something in what was.
const STEPS: [Step; 2] = [with_summaries, with_instructions];

/// The format that this version writes.
const FORMAT: u32 = 1 + STEPS.len() as u32;

/// Longest wait until the index holds what a migration changed: some hundred times what 10,000 runs
/// take. If it takes longer, or fails, the number stays what it was and the next start goes on.
const FLUSH: Duration = Duration::from_secs(8);

/// A journal's format, read and found to be known.
#[derive(Debug)]
pub(super) struct Format {
    root: PathBuf,
    found: u32,
}

impl Format {
    /// Reads the journal's format; a new journal gets the present one.
    ///
    /// # Errors
    /// A newer version wrote it, or the file makes no sense. Nothing is touched then.
    pub(super) fn check(layout: &Layout) -> Result<Self, JournalError> {
        let format = Self { root: layout.root().to_owned(), found: FORMAT };
        let path = format.path();
        let found = match fs::read_to_string(&path) {
            Ok(text) => text.trim().parse().ok(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                format.write()?;
                Some(FORMAT)
            }
            Err(error) => return Err(JournalError::io("read", &path, &error)),
        };
        match found {
            Some(found @ 1..=FORMAT) => Ok(Self { found, ..format }),
            Some(found @ 1..) => {
                Err(JournalError::TooNew { path: path.display().to_string(), found, known: FORMAT })
            }
            _ => Err(JournalError::Damaged(format!("{} holds no format number", path.display()))),
        }
    }

    /// Goes every step from the format found to the present one.
    pub(super) fn migrate(&self, mut old: Old<'_>) -> Result<(), JournalError> {
        STEPS.iter().skip(self.found as usize - 1).try_for_each(|step| step(&mut old))
    }

    /// Writes the present format's number once everything that a migration changed is durable.
    pub(super) fn settle(self, index: &Index) -> Result<(), JournalError> {
        if self.found == FORMAT {
            return Ok(());
        }
        if !index.flush(FLUSH) {
            tracing::warn!(
                format = self.found,
                "the journal's migration is not complete; the next start goes on"
            );
            return Ok(());
        }
        self.write()?;
        tracing::info!(from = self.found, to = FORMAT, "the journal has a new format");
        Ok(())
    }

    fn path(&self) -> PathBuf {
        self.root.join("format")
    }

    fn write(&self) -> Result<(), JournalError> {
        let path = self.path();
        let temporary = path.with_extension("new");
        let write = || {
            let mut file = private().write(true).create(true).truncate(true).open(&temporary)?;
            writeln!(file, "{FORMAT}")?;
            file.sync_all()?;
            fs::rename(&temporary, &path)?;
            sync_dir(&self.root)
        };
        write().map_err(|error| JournalError::io("write", &path, &error))
    }
}

/// Format 2 keeps a summary of every run in the catalogue. A run that the catalogue does not have as
/// over is read in full when the copies are compared, and catalogued anew with what is found. One
/// with a summary was migrated before this was cut short.
fn with_summaries(old: &mut Old<'_>) -> Result<(), JournalError> {
    let unsummarised = old.catalogue.values_mut().filter(|known| known.summary.is_none());
    unsummarised.for_each(|known| known.ended = false);
    Ok(())
}

/// Format 3 has events of reviews, instructions and derivations, which an older daemon cannot read, and summaries that
/// tell of the instructions that a run began with: every run is read again. One that has them needs no reading.
fn with_instructions(old: &mut Old<'_>) -> Result<(), JournalError> {
    let untold =
        |known: &&mut Catalogued| known.summary.as_ref().is_none_or(|summary| summary.instructions.is_none());
    old.catalogue.values_mut().filter(untold).for_each(|known| known.ended = false);
    Ok(())
}
