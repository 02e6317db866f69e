//! Reading a run's file.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use weco_core::event::Event;

use super::frame::{Frame, Frames, Key, find_next};
use crate::journal::api::ended_after;

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
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Scan {
    /// How many events there are.
    pub(super) events: u64,
    /// Whether they leave the run over.
    pub(super) ended: bool,
    /// Where the frames end; or where an event is out of order.
    pub(super) end: u64,
    /// What follows.
    pub(super) ending: Ending,
}

/// Reads a whole file; one that does not exist is empty.
///
/// # Errors
/// Failures to read it.
pub(super) fn scan(path: &Path) -> io::Result<Scan> {
    let mut scan = Scan { events: 0, ended: false, end: 0, ending: Ending::Whole };
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
            let event = serde_json::from_slice::<Event>(frames.payload());
            scan.ended = event.is_ok_and(|event| ended_after(&event.kind, scan.ended));
            scan.events = seq;
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
