//! From an archive to a run's record.
//!
//! The archive may come from anybody. Everything is checked on the way; the run is seen, and its record is durable,
//! only once all of it was found right.

use std::collections::HashSet;
use std::io::{self, BufRead, BufReader, Read};

use tar::{Entry, EntryType};
use tokio::runtime::Handle;
use weco_core::event::Event;
use weco_core::run::{BlobId, RunId};
use weco_core::state::{IllegalEvent, RunState};

use super::check::checked;
use super::contents::named;
use super::limit::{Limited, MAX_CONTENT, MAX_EVENT, MAX_EVENTS, MAX_MANIFEST, MAX_UNPACKED, MAX_WINDOW_LOG};
use super::manifest::{CONTENTS, EVENTS, FORMAT, MANIFEST, Manifest};
use super::place;
use crate::blobs::Blob;
use crate::error::{Failure, FailureKind};
use crate::journal::{Intake, Journal, JournalError};

/// Takes the run in an archive into `journal`; it is to be in `directory`, or where it was. Needs memory for its
/// events, and for one content at a time. Blocks, on a thread of a runtime that may block.
///
/// # Errors
/// If the archive is damaged or not what weco writes, if the run is here already, or if the journal fails. Nothing
/// is left of it then.
pub(crate) fn import(
    journal: &dyn Journal,
    archive: impl Read,
    directory: Option<&str>,
) -> Result<RunId, Failure> {
    let unpacked = unpack(archive).map_err(|error| unreadable(&error))?;
    let mut tar = tar::Archive::new(unpacked);
    let mut entries = tar.entries().map_err(|error| unreadable(&error))?.raw(true);
    let manifest = read_manifest(entries.next())?;
    let mut events = read_events(entries.next())?;
    let state = checked(&manifest, &events).map_err(|why| wrong(&why))?;
    refuse_known(journal, &state)?;
    let mut intake = Contents::of(&events, journal, manifest.run)?;
    for entry in entries {
        intake.take(entry.map_err(|error| unreadable(&error))?)?;
    }
    // What follows the last entry: the stream's checksum, and nothing else.
    io::copy(&mut tar.into_inner(), &mut io::sink()).map_err(|error| unreadable(&error))?;
    let intake = intake.complete()?;
    settle(&mut events, state, directory, &manifest).map_err(|error| wrong(&error.to_string()))?;
    let run = manifest.run;
    // To its end even if whoever asked is gone by now.
    Handle::current().block_on(intake.commit(events)).map_err(|error| not_recorded(journal, error, run))?;
    Ok(run)
}

fn unpack(archive: impl Read) -> io::Result<impl Read> {
    let mut decoder = zstd::Decoder::new(archive)?;
    decoder.window_log_max(MAX_WINDOW_LOG)?;
    Ok(Limited::new(decoder, MAX_UNPACKED))
}

/// Moves the run, and ends it if it was going on.
fn settle(
    events: &mut Vec<Event>,
    mut state: RunState,
    directory: Option<&str>,
    manifest: &Manifest,
) -> Result<(), IllegalEvent> {
    if let (Some(directory), Some(spec)) = (directory, place::spec_of(events)) {
        place::move_to(directory, spec);
    }
    let last = events.last().map_or(0, |event| event.at);
    events.extend(place::interruption(&mut state, last, manifest.exported_at)?);
    Ok(())
}

type Next<'a, R> = Option<io::Result<Entry<'a, R>>>;

fn read_manifest<R: Read>(entry: Next<'_, R>) -> Result<Manifest, Failure> {
    let json = read_entry(entry, MANIFEST, MAX_MANIFEST)?;
    // The format first: another one may have other fields.
    let format =
        serde_json::from_slice(&json).ok().and_then(|json: serde_json::Value| json.get("format")?.as_u64());
    match format {
        None => Err(wrong("its manifest cannot be read")),
        Some(format) if format > FORMAT.into() => {
            let message =
                format!("the archive was written by a newer weco (format {format}; this one reads {FORMAT})");
            Err(Failure::invalid(message).hint("update weco"))
        }
        Some(_) => {
            serde_json::from_slice(&json).map_err(|error| wrong(&format!("its manifest is wrong: {error}")))
        }
    }
}

fn read_events<R: Read>(entry: Next<'_, R>) -> Result<Vec<Event>, Failure> {
    let lines = read_entry(entry, EVENTS, MAX_EVENTS)?;
    let mut events = Vec::new();
    for line in BufReader::new(lines.as_slice()).split(b'\n') {
        let line = line.map_err(|error| unreadable(&error))?;
        let event = serde_json::from_slice(&line);
        let number = events.len() + 1;
        if line.len() > MAX_EVENT {
            return Err(wrong(&format!("event {number} is larger than any run's: {} bytes", line.len())));
        }
        events.push(event.map_err(|error| wrong(&format!("event {number} cannot be read: {error}")))?);
    }
    Ok(events)
}

/// The bytes of an entry that must be the one called `name`.
fn read_entry<R: Read>(entry: Next<'_, R>, name: &str, most: u64) -> Result<Vec<u8>, Failure> {
    let entry =
        entry.ok_or_else(|| wrong(&format!("it has no {name}")))?.map_err(|error| unreadable(&error))?;
    if entry.header().entry_type() != EntryType::Regular || name_below_top(&entry) != Some(name) {
        return Err(wrong(&format!("it has no {name} where one must be")));
    }
    read_bounded(entry, name, most)
}

fn read_bounded<R: Read>(mut entry: Entry<'_, R>, name: &str, most: u64) -> Result<Vec<u8>, Failure> {
    let size = entry.size();
    if size > most {
        return Err(wrong(&format!("its {name} is larger than any run's: {size} bytes")));
    }
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 == size { Ok(bytes) } else { Err(unreadable(&io::ErrorKind::UnexpectedEof.into())) }
}

/// An entry's name without the archive's one directory.
fn name_below_top<'e, R: Read>(entry: &'e Entry<'_, R>) -> Option<&'e str> {
    let name = entry.header().as_gnu()?.name.split(|byte| *byte == 0).next()?;
    std::str::from_utf8(name).ok()?.split_once('/').map(|(_, rest)| rest)
}

/// The contents that the events name, as they come.
struct Contents<'j> {
    awaited: HashSet<BlobId>,
    intake: Box<dyn Intake + 'j>,
}

impl<'j> Contents<'j> {
    fn of(events: &[Event], journal: &'j dyn Journal, run: RunId) -> Result<Self, Failure> {
        let awaited = events.iter().flat_map(named).collect();
        let intake = journal.take_in(run).map_err(|error| not_recorded(journal, error, run))?;
        Ok(Self { awaited, intake })
    }

    /// Takes an entry if it is a content. Whatever else there is, is for people.
    fn take<R: Read>(&mut self, entry: Entry<'_, R>) -> Result<(), Failure> {
        let name = name_below_top(&entry).filter(|_| entry.header().entry_type() == EntryType::Regular);
        let Some(id) = name.and_then(|name| name.strip_prefix(CONTENTS)?.strip_prefix('/')) else {
            return Ok(());
        };
        let id: BlobId = id.parse().map_err(|_| wrong(&format!("'{id}' is no name of a content")))?;
        if !self.awaited.remove(&id) {
            return Err(wrong(&format!("content {id} is there twice, or is no part of the run")));
        }
        let content = Blob::new(read_bounded(entry, "content", MAX_CONTENT)?);
        if content.id() != id {
            return Err(wrong(&format!("content {id} is not what its name says")));
        }
        Ok(self.intake.add(&content)?)
    }

    fn complete(self) -> Result<Box<dyn Intake + 'j>, Failure> {
        match self.awaited.iter().next() {
            None => Ok(self.intake),
            Some(id) => Err(wrong(&format!("content {id} is missing"))),
        }
    }
}

fn refuse_known(journal: &dyn Journal, state: &RunState) -> Result<(), Failure> {
    let run = state.spec().id;
    if is_known(journal, run)? { Err(known(run)) } else { Ok(()) }
}

fn is_known(journal: &dyn Journal, run: RunId) -> Result<bool, JournalError> {
    Ok(!journal.runs_in(run..=run, 1)?.is_empty())
}

fn known(run: RunId) -> Failure {
    let short = run.short();
    Failure::new(FailureKind::State, format!("run {short} is here already; nothing was changed"))
        .hint(format!("weco run status {short}"))
}

fn on_its_way(run: RunId) -> Failure {
    let message = format!("another import of run {} is under way; nothing was changed", run.short());
    Failure::new(FailureKind::State, message).hint("try again when it is done: weco runs")
}

/// The journal refuses a run that it has, or that is on its way by another request.
fn not_recorded(journal: &dyn Journal, error: JournalError, run: RunId) -> Failure {
    match (error, is_known(journal, run)) {
        (JournalError::OutOfOrder { .. }, Ok(true)) => known(run),
        (JournalError::OutOfOrder { .. }, Ok(false)) => on_its_way(run),
        (JournalError::OutOfOrder { .. }, Err(error)) | (error, _) => error.into(),
    }
}

fn wrong(why: &str) -> Failure {
    Failure::invalid(format!("this is no archive that weco can read: {why}"))
        .hint("export the run again on the machine that has it: weco run export <RUN-ID>")
}

fn unreadable(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => wrong("it ends too early"),
        io::ErrorKind::FileTooLarge => wrong("it unpacks to more than any run can have"),
        // What the readers of its parts say of it quotes it.
        _ => wrong("it is damaged, or something else"),
    }
}
