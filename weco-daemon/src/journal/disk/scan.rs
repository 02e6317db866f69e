//! Reading a run's file.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use weco_core::event::Event;
use weco_core::summary::Summary;

use super::frame::{Frame, Frames, Key, find_next};
use super::shared::Meta;
use crate::journal::api::{ended_after, summary_after};

/// Read ahead, in bytes: about what one step writes.
const READ_AHEAD: usize = 16 << 10;

/// The frames of a file.
pub(super) type FileFrames = Frames<BufReader<File>>;

/// The frames of the file at `path` from offset `at` to `end`.
///
/// # Errors
/// Failures to open or position the file.
pub(super) fn frames(path: &Path, at: u64, end: u64) -> io::Result<FileFrames> {
    let mut file = File::open(path)?;
    if at > 0 {
        file.seek(SeekFrom::Start(at))?;
    }
    Ok(Frames::new(BufReader::with_capacity(READ_AHEAD, file), at, end))
}

/// A frame, with its payload if it is an event.
pub(super) type Found = (Frame, Vec<u8>);

/// How a file ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ending {
    /// With its last frame.
    Whole,
    /// With something behind its last frame that is no frame: an append that was cut short.
    Torn,
    /// Frames follow a place that is none: the file was damaged after it was written.
    Damaged,
}

/// What a file holds up to the first place where no frame begins.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Scan {
    /// How many events there are.
    pub(super) events: u64,
    /// Whether they leave the run over.
    pub(super) ended: bool,
    /// The run in short, if all of them make sense.
    pub(super) summary: Option<Arc<Summary>>,
    /// Where the frames end; or where an event is out of order.
    pub(super) end: u64,
    /// What follows.
    pub(super) ending: Ending,
}

impl Scan {
    /// Takes the next event in. One that makes no sense leaves the run unended and without a summary.
    fn add(&mut self, seq: u64, json: &[u8]) {
        let event = serde_json::from_slice::<Event>(json).ok();
        self.ended = event.as_ref().is_some_and(|event| ended_after(&event.kind, self.ended));
        self.summary = event.and_then(|event| summary_after(&event, self.summary.take()));
        self.events = seq;
    }
}

impl From<Scan> for Meta {
    fn from(found: Scan) -> Self {
        let Scan { events, ended, summary, end, ending: _ } = found;
        Self { last_seq: events, ended, len: end, summary, damage: None }
    }
}

/// Reads a whole file; one that does not exist is empty.
///
/// # Errors
/// Failures to read it.
pub(super) fn scan(path: &Path) -> io::Result<Scan> {
    let mut scan = Scan { events: 0, ended: false, summary: None, end: 0, ending: Ending::Whole };
    let len = match path.metadata() {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(scan),
        Err(error) => return Err(error),
    };
    let mut frames = frames(path, 0, len)?;
    while let Some(frame) = frames.next()? {
        if let Key::Event(seq) = frame.key {
            if seq != scan.events + 1 {
                return Ok(Scan { ending: Ending::Damaged, ..scan });
            }
            scan.add(seq, frames.payload());
        }
        scan.end = frame.end;
    }
    if scan.end < len {
        scan.ending = if next_after(path, scan.end)?.is_some() { Ending::Damaged } else { Ending::Torn };
    }
    Ok(scan)
}

/// All frames that can be read, past every damaged place.
///
/// # Errors
/// Failures to read the file.
pub(super) fn salvage(path: &Path) -> io::Result<Vec<Found>> {
    let len = path.metadata()?.len();
    let mut found = Vec::new();
    let mut next = Some(0);
    while let Some(at) = next {
        let end = collect(&mut frames(path, at, len)?, &mut found)?;
        next = if end < len { next_after(path, end)? } else { None };
    }
    Ok(found)
}

/// Adds frames up to the first place that is none; returns where that is.
fn collect(frames: &mut FileFrames, found: &mut Vec<Found>) -> io::Result<u64> {
    while let Some(frame) = frames.next()? {
        let payload = match frame.key {
            Key::Event(_) => frames.payload().to_vec(),
            Key::Blob { .. } => Vec::new(),
        };
        found.push((frame, payload));
    }
    Ok(frames.at())
}

/// Where the first frame after a damaged place begins.
fn next_after(path: &Path, damaged: u64) -> io::Result<Option<u64>> {
    let mut rest = Vec::new();
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(damaged))?;
    file.read_to_end(&mut rest)?;
    Ok(find_next(&rest, 0).map(|at| damaged + at as u64))
}
