//! The commit log: one file, one flush, however many runs are waiting.
//!
//! ```text
//! record: "WCL1" | CRC-32 | epoch (8) | length (4) | run (16) | offset (8) | bytes
//! ```
//!
//! Integers are little-endian; the CRC covers everything after itself, the length counts `bytes`.
//! A record says: the run's file holds `bytes` at `offset`. Writing that again is harmless, so a
//! replay needs to know nothing else. The file is extended by zeros well ahead of the records and
//! later overwritten from its start, under a new epoch: a flush then writes data alone and never
//! waits for the file system to commit a changed length.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use uuid::Uuid;
use weco_core::run::RunId;

use super::layout::{Layout, private, sync_dir};
use crate::journal::JournalError;

const MAGIC: &[u8; 4] = b"WCL1";
/// Bytes of a record before its `bytes`.
const HEADER: usize = 4 + 4 + 8 + 4 + 16 + 8;
/// How much is preallocated at a time, in bytes: some hundred commits.
const ROOM: usize = 256 << 10;

/// One entry of the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Record<'a> {
    pub(super) run: RunId,
    pub(super) offset: u64,
    pub(super) bytes: &'a [u8],
}

/// What a log held when it was opened.
#[derive(Debug, Default)]
pub(super) struct Replayed {
    /// The runs whose files were written again.
    pub(super) runs: HashSet<RunId>,
    /// Whether valid records follow one that is not.
    pub(super) damaged: bool,
}

/// The open log.
#[derive(Debug)]
pub(super) struct CommitLog {
    path: PathBuf,
    file: File,
    capacity: u64,
    epoch: u64,
    /// Where the next record goes.
    at: u64,
    /// The file's length; zeros or old records lie between `at` and it.
    len: u64,
}

impl CommitLog {
    /// Opens the log, writes what it holds to the runs' files, makes them durable and empties it.
    pub(super) fn open(layout: &Layout, capacity: u64) -> Result<(Self, Replayed), JournalError> {
        let path = layout.commit_log();
        let failed = |error: io::Error| JournalError::io("open", &path, &error);
        let existed = path.exists();
        let mut options = private();
        let file = options.read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        if !existed && let Some(root) = path.parent() {
            sync_dir(root).map_err(failed)?;
        }
        let mut content = vec![0; usize::try_from(file.metadata().map_err(failed)?.len()).unwrap_or(0)];
        file.read_exact_at(&mut content, 0).map_err(failed)?;
        let (records, damaged) = parse(&content);
        let runs = replay(layout, &records)?;
        // Without its old records the file cannot be mistaken for one that holds them.
        file.set_len(0).and_then(|()| file.sync_all()).map_err(failed)?;
        let log = Self { path: path.clone(), file, capacity, epoch: 1, at: 0, len: 0 };
        Ok((log, Replayed { runs, damaged }))
    }

    /// Whether records with `bytes` bytes in all would ever fit.
    pub(super) fn can_hold(&self, records: usize, bytes: usize) -> bool {
        (records * HEADER + bytes) as u64 <= self.capacity
    }

    /// Whether records with `bytes` bytes in all fit now.
    pub(super) fn has_room(&self, records: usize, bytes: usize) -> bool {
        self.at + (records * HEADER + bytes) as u64 <= self.capacity
    }

    /// Writes records without flushing them. After a failure the log is as before.
    pub(super) fn write(&mut self, records: &[Record<'_>]) -> Result<(), JournalError> {
        let mut bytes = Vec::new();
        records.iter().for_each(|record| encode(&mut bytes, self.epoch, *record));
        let written = self.reserve(bytes.len()).and_then(|()| self.file.write_all_at(&bytes, self.at));
        if let Err(error) = written {
            self.blank(self.at + bytes.len() as u64);
            return Err(JournalError::io("write", &self.path, &error));
        }
        self.at += bytes.len() as u64;
        Ok(())
    }

    /// Makes everything written durable.
    pub(super) fn sync(&self) -> Result<(), JournalError> {
        self.file.sync_data().map_err(|error| JournalError::io("flush", &self.path, &error))
    }

    /// Where the next record goes; for [`Self::rewind`].
    pub(super) fn position(&self) -> u64 {
        self.at
    }

    /// Takes back what was written since `position`.
    pub(super) fn rewind(&mut self, position: u64) {
        let end = std::mem::replace(&mut self.at, position);
        self.blank(end);
    }

    /// Forgets all records, durably. The files they are about must be durable.
    pub(super) fn empty(&mut self) -> Result<(), JournalError> {
        let failed = |error: io::Error| JournalError::io("empty", &self.path, &error);
        self.file.write_all_at(&[0; HEADER], 0).map_err(failed)?;
        self.len = self.len.max(HEADER as u64);
        self.file.sync_data().map_err(failed)?;
        (self.at, self.epoch) = (0, self.epoch + 1);
        Ok(())
    }

    /// Extends the file by zeros so that `more` bytes fit.
    fn reserve(&mut self, more: usize) -> io::Result<()> {
        let needed = self.at + more as u64;
        if needed > self.len {
            let zeros = vec![0; more + ROOM];
            self.file.write_all_at(&zeros, self.at)?;
            self.len = self.at + zeros.len() as u64;
        }
        Ok(())
    }

    /// Leaves no record that failed between the next one's position and `end`.
    fn blank(&self, end: u64) {
        let zeros = vec![0; usize::try_from(end.min(self.len).saturating_sub(self.at)).unwrap_or(0)];
        if let Err(error) = self.file.write_all_at(&zeros, self.at) {
            tracing::warn!(%error, path = %self.path.display(), "cannot blank a record that failed");
        }
    }
}

fn encode(out: &mut Vec<u8>, epoch: u64, record: Record<'_>) {
    let start = out.len();
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&epoch.to_le_bytes());
    out.extend_from_slice(&u32::try_from(record.bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(record.run.0.as_bytes());
    out.extend_from_slice(&record.offset.to_le_bytes());
    out.extend_from_slice(record.bytes);
    let crc = crc32fast::hash(&out[start + 8..]);
    out[start + 4..start + 8].copy_from_slice(&crc.to_le_bytes());
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// The epoch of whatever record may begin at `at`, valid or not.
fn epoch_at(bytes: &[u8], at: usize) -> Option<u64> {
    (bytes.get(at..at + 4)? == MAGIC).then(|| array(bytes, at + 8).map(u64::from_le_bytes))?
}

/// The valid record at `at` and where the next one begins.
fn decode(bytes: &[u8], at: usize) -> Option<(u64, Record<'_>, usize)> {
    let epoch = epoch_at(bytes, at)?;
    let len = usize::try_from(u32::from_le_bytes(array(bytes, at + 16)?)).ok()?;
    let end = (at + HEADER).checked_add(len)?;
    let crc = u32::from_le_bytes(array(bytes, at + 4)?);
    if crc32fast::hash(bytes.get(at + 8..end)?) != crc {
        return None;
    }
    let run = RunId(Uuid::from_bytes(array(bytes, at + 20)?));
    let offset = u64::from_le_bytes(array(bytes, at + 36)?);
    Some((epoch, Record { run, offset, bytes: &bytes[at + HEADER..end] }, end))
}

/// The records from the start on, and whether the log is damaged rather than cut short: whether
/// valid records of the same epoch follow a bad one.
fn parse(bytes: &[u8]) -> (Vec<Record<'_>>, bool) {
    let Some(epoch) = epoch_at(bytes, 0) else {
        return (Vec::new(), bytes.iter().take(HEADER).any(|byte| *byte != 0));
    };
    let mut records = Vec::new();
    let mut at = 0;
    while let Some((found, record, end)) = decode(bytes, at)
        && found == epoch
    {
        records.push(record);
        at = end;
    }
    let damaged = (at + 1..bytes.len())
        .any(|later| epoch_at(bytes, later) == Some(epoch) && decode(bytes, later).is_some());
    (records, damaged)
}

/// Writes records to the files they are about, and makes those durable.
fn replay(layout: &Layout, records: &[Record<'_>]) -> Result<HashSet<RunId>, JournalError> {
    let mut runs = HashSet::new();
    for record in records {
        let path = layout.mirror(record.run);
        let write = || {
            let file = private().write(true).create(true).truncate(false).open(&path)?;
            file.write_all_at(record.bytes, record.offset)
        };
        write().map_err(|error| JournalError::io("write", &path, &error))?;
        runs.insert(record.run);
    }
    for run in &runs {
        let path = layout.mirror(*run);
        let sync = File::open(&path).and_then(|file| file.sync_all());
        sync.map_err(|error| JournalError::io("flush", &path, &error))?;
    }
    if !runs.is_empty() {
        let dir = layout.mirrors();
        sync_dir(&dir).map_err(|error| JournalError::io("flush", &dir, &error))?;
    }
    Ok(runs)
}
