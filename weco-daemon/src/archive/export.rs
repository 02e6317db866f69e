//! From a run's record to an archive.

use std::collections::HashSet;
use std::io::{self, Write};

use serde::Serialize;
use tar::{EntryType, Header};
use weco_core::event::{Event, Timestamp};
use weco_core::run::{BlobId, NodeId, RunId};
use weco_core::state::RunState;
use weco_core::tree::Node;
use weco_proto::version::VERSION;

use super::contents::named;
use super::manifest::{CONTENTS, EVENTS, FORMAT, LEVEL, MANIFEST, Manifest, REPORT};
use super::report;
use crate::error::{Failure, FailureKind};
use crate::journal::{Journal, JournalError};

/// Permissions of the archive's files, as far as whoever unpacks it allows them.
const MODE: u32 = 0o644;

/// Why there is no archive.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExportError {
    /// The record cannot be read or lacks something.
    #[error("the run cannot be exported: {0}")]
    Record(String),
    /// The archive cannot be written: usually because its reader is gone.
    #[error("the archive cannot be written: {0}")]
    Write(#[from] io::Error),
}

impl From<JournalError> for ExportError {
    fn from(error: JournalError) -> Self {
        Self::Record(error.to_string())
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        let failure = Self::new(FailureKind::System, error.to_string());
        match error {
            ExportError::Record(_) => {
                failure.hint("what can be read of it is in its report: the same command with --html")
            }
            ExportError::Write(_) => failure,
        }
    }
}

/// Writes what is recorded of `run` up to now as an archive. Needs memory for its events, and for one content at a
/// time. Blocks.
///
/// # Errors
/// [`ExportError`]; what was written by then is no archive.
pub(crate) fn export(
    journal: &dyn Journal,
    run: RunId,
    now: Timestamp,
    out: impl Write,
) -> Result<(), ExportError> {
    let events = journal.read(run, 1, usize::MAX)?;
    let state = RunState::replay(&events).map_err(|error| ExportError::Record(error.to_string()))?;
    let mut encoder = zstd::Encoder::new(out, LEVEL)?;
    encoder.include_checksum(true)?;
    let top = format!("weco-{}", run.short());
    let archive = tar::Builder::new(encoder);
    let mut export = Export { journal, run, top, archive, seconds: now.max(0).unsigned_abs() / 1000 };
    export.manifest(&state, &events, now)?;
    export.events(&events)?;
    export.contents(&events)?;
    export.copies(&state)?;
    export.file(REPORT, report::html(journal, &state, &events, now)?.as_bytes())?;
    export.archive.into_inner()?.finish()?.flush()?;
    Ok(())
}

struct Export<'a, W: Write> {
    journal: &'a dyn Journal,
    run: RunId,
    /// The one directory that everything is in.
    top: String,
    archive: tar::Builder<W>,
    /// Every entry's time, in seconds since the Unix epoch.
    seconds: u64,
}

impl<W: Write> Export<'_, W> {
    fn manifest(&mut self, state: &RunState, events: &[Event], now: Timestamp) -> Result<(), ExportError> {
        let manifest = Manifest {
            format: FORMAT,
            weco: VERSION.to_owned(),
            run: self.run,
            name: state.spec().name.clone(),
            events: events.len() as u64,
            exported_at: now,
        };
        let mut json = serde_json::to_vec_pretty(&manifest).map_err(io::Error::other)?;
        json.push(b'\n');
        self.file(MANIFEST, &json)
    }

    fn events(&mut self, events: &[Event]) -> Result<(), ExportError> {
        let mut lines = Vec::new();
        for event in events {
            event.serialize(&mut serde_json::Serializer::new(&mut lines)).map_err(io::Error::other)?;
            lines.push(b'\n');
        }
        self.file(EVENTS, &lines)
    }

    /// Each content once, in the order in which they came to be: what is alike is near to each other.
    fn contents(&mut self, events: &[Event]) -> Result<(), ExportError> {
        let mut seen = HashSet::new();
        for id in events.iter().flat_map(named).filter(|id| seen.insert(*id)) {
            let missing = || ExportError::Record(format!("content {id} is missing"));
            let content = self.journal.blob(self.run, id)?.ok_or_else(missing)?;
            self.file(&content_name(id), &content)?;
        }
        Ok(())
    }

    /// The newest code and the output of every step, by names for people.
    fn copies(&mut self, state: &RunState) -> Result<(), ExportError> {
        for Node { id: NodeId(step), files, .. } in state.tree().nodes() {
            for (path, content) in files.iter().flatten() {
                self.link(&format!("code/step_{step}/{path}"), *content)?;
            }
        }
        for node in state.tree().nodes() {
            if let Some(output) = node.output() {
                self.link(&format!("outputs/step_{}.txt", node.id), output)?;
            }
        }
        Ok(())
    }

    fn header(&self, size: usize, kind: EntryType) -> Header {
        let mut header = Header::new_gnu();
        header.set_size(size as u64);
        header.set_mode(MODE);
        header.set_mtime(self.seconds);
        header.set_entry_type(kind);
        header
    }

    fn file(&mut self, name: &str, bytes: &[u8]) -> Result<(), ExportError> {
        let mut header = self.header(bytes.len(), EntryType::Regular);
        Ok(self.archive.append_data(&mut header, format!("{}/{name}", self.top), bytes)?)
    }

    fn link(&mut self, name: &str, content: BlobId) -> Result<(), ExportError> {
        let mut header = self.header(0, EntryType::Link);
        let (name, target) =
            (format!("{}/{name}", self.top), format!("{}/{}", self.top, content_name(content)));
        Ok(self.archive.append_link(&mut header, name, target)?)
    }
}

fn content_name(id: BlobId) -> String {
    format!("{CONTENTS}/{id}")
}
