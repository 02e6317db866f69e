//! Where in a run's file what is: learnt when a run is first read, extended as it grows.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use weco_core::event::Event;
use weco_core::run::{BlobId, RunId};

use super::frame::{Frames, Key};
use super::layout::Layout;
use super::scan::frames;
use super::shared::Meta;
use crate::blobs::{self, Packed};
use crate::journal::JournalError;

/// Most offsets that are remembered of all runs together: some 10 MB. Forgotten ones are learnt
/// again by reading the run's file, which takes about 1 ms per 1,000 steps.
const MAX_OFFSETS: usize = 200_000;

/// What is known of one run's file.
#[derive(Debug, Default)]
struct Offsets {
    /// Of event 1, 2, …
    events: Vec<u64>,
    blobs: HashMap<BlobId, Place>,
    /// How far the file was read.
    end: u64,
}

/// Where a content's frame is.
#[derive(Clone, Copy, Debug)]
struct Place {
    at: u64,
    end: u64,
}

/// The offsets of the runs that were used last.
#[derive(Debug)]
pub(super) struct Cache {
    layout: Layout,
    runs: Mutex<Recent>,
    /// The file that a content was read from last: who reads one usually reads many of the same run.
    last: Mutex<Option<(RunId, Arc<File>)>>,
}

#[derive(Debug, Default)]
struct Recent {
    runs: HashMap<RunId, Slot>,
    clock: u64,
    /// Sum of all slots' sizes.
    total: usize,
}

#[derive(Debug, Default)]
struct Slot {
    used: u64,
    size: usize,
    offsets: Arc<Mutex<Offsets>>,
}

impl Cache {
    pub(super) fn new(layout: Layout) -> Self {
        Self { layout, runs: Mutex::default(), last: Mutex::default() }
    }

    /// At most `limit` events from sequence number `from` on.
    pub(super) fn read(
        &self,
        run: RunId,
        meta: &Meta,
        from: u64,
        limit: usize,
    ) -> Result<Vec<Event>, JournalError> {
        let first = from.max(1);
        if first > meta.last_seq || limit == 0 {
            return Ok(Vec::new());
        }
        // A read from the start, as of every run when the daemon starts, needs no offsets.
        let at = if first == 1 { Some(0) } else { self.with_offsets(run, meta, |o| event_offset(o, first))? };
        let Some(at) = at else { return Err(self.damaged(run, 0)) };
        let wanted = usize::try_from(meta.last_seq - first + 1).unwrap_or(usize::MAX).min(limit);
        let mut events = Vec::with_capacity(wanted);
        let failed = |error| JournalError::io("read", &self.layout.mirror(run), &error);
        let mut frames = frames(&self.layout.mirror(run), at, meta.len).map_err(failed)?;
        while events.len() < wanted {
            match frames.next().map_err(failed)? {
                None => return Err(self.damaged(run, frames.at())),
                Some(frame) if matches!(frame.key, Key::Event(_)) => {
                    let event = serde_json::from_slice(frames.payload());
                    events.push(event.map_err(|error| self.unreadable(run, frame.offset, &error))?);
                }
                Some(_) => {}
            }
        }
        Ok(events)
    }

    /// A content of the run.
    pub(super) fn blob(&self, run: RunId, meta: &Meta, id: BlobId) -> Result<Option<Vec<u8>>, JournalError> {
        let Some(place) = self.with_offsets(run, meta, |offsets| offsets.blobs.get(&id).copied())? else {
            return Ok(None);
        };
        // A file that is still open may be one that was removed, and whose name another has by now.
        let known = self.open().as_ref().filter(|(of, _)| *of == run).map(|(_, file)| Arc::clone(file));
        if let Some(Ok(Some(content))) = known.map(|file| read_content(&file, place, id)) {
            return Ok(Some(content));
        }
        let failed = |error| JournalError::io("read", &self.layout.mirror(run), &error);
        let file = Arc::new(File::open(self.layout.mirror(run)).map_err(failed)?);
        let content = read_content(&file, place, id).map_err(failed)?;
        *self.open() = Some((run, file));
        content.map(Some).ok_or_else(|| self.damaged(run, place.at))
    }

    /// Whether the run has a content already.
    pub(super) fn has_blob(&self, run: RunId, meta: &Meta, id: BlobId) -> Result<bool, JournalError> {
        self.with_offsets(run, meta, |offsets| offsets.blobs.contains_key(&id))
    }

    /// Forgets a run.
    pub(super) fn forget(&self, run: RunId) {
        self.recent().remove(run);
        self.open().take_if(|(of, _)| *of == run);
    }

    fn with_offsets<T>(
        &self,
        run: RunId,
        meta: &Meta,
        look: impl FnOnce(&Offsets) -> T,
    ) -> Result<T, JournalError> {
        let shared = self.slot(run);
        let mut offsets = shared.lock().unwrap_or_else(PoisonError::into_inner);
        let grown = self.extend(run, meta, &mut offsets);
        let size = offsets.events.len() + offsets.blobs.len();
        self.account(run, size);
        grown?;
        Ok(look(&offsets))
    }

    /// Learns what was appended since the last look.
    fn extend(&self, run: RunId, meta: &Meta, offsets: &mut Offsets) -> Result<(), JournalError> {
        if offsets.end >= meta.len {
            return Ok(());
        }
        let failed = |error| JournalError::io("read", &self.layout.mirror(run), &error);
        let mut frames = frames(&self.layout.mirror(run), offsets.end, meta.len).map_err(failed)?;
        while frames.at() < meta.len {
            let Some(frame) = frames.next().map_err(failed)? else {
                return Err(self.damaged(run, frames.at()));
            };
            match frame.key {
                Key::Event(seq) if seq == offsets.events.len() as u64 + 1 => {
                    offsets.events.push(frame.offset)
                }
                Key::Event(_) => return Err(self.damaged(run, frame.offset)),
                Key::Blob { id, .. } => {
                    offsets.blobs.insert(id, Place { at: frame.offset, end: frame.end });
                }
            }
            offsets.end = frame.end;
        }
        Ok(())
    }

    fn recent(&self) -> MutexGuard<'_, Recent> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> MutexGuard<'_, Option<(RunId, Arc<File>)>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn slot(&self, run: RunId) -> Arc<Mutex<Offsets>> {
        let mut recent = self.recent();
        recent.clock += 1;
        let used = recent.clock;
        let slot = recent.runs.entry(run).or_default();
        slot.used = used;
        Arc::clone(&slot.offsets)
    }

    /// Notes how large a run's offsets are, and forgets the runs used longest ago if all are too large.
    fn account(&self, run: RunId, size: usize) {
        let mut recent = self.recent();
        if let Some(slot) = recent.runs.get_mut(&run) {
            let before = std::mem::replace(&mut slot.size, size);
            recent.total = recent.total + size - before;
        }
        while recent.total > MAX_OFFSETS
            && let Some(oldest) = recent.oldest().filter(|oldest| *oldest != run)
        {
            recent.remove(oldest);
        }
    }

    fn damaged(&self, run: RunId, at: u64) -> JournalError {
        JournalError::Damaged(format!("{} cannot be read at byte {at}", self.layout.mirror(run).display()))
    }

    fn unreadable(&self, run: RunId, at: u64, error: &serde_json::Error) -> JournalError {
        let path = self.layout.mirror(run);
        JournalError::Damaged(format!("the event at byte {at} of {} makes no sense: {error}", path.display()))
    }
}

impl Recent {
    fn remove(&mut self, run: RunId) {
        self.total -= self.runs.remove(&run).map_or(0, |slot| slot.size);
    }

    fn oldest(&self) -> Option<RunId> {
        self.runs.iter().min_by_key(|(_, slot)| slot.used).map(|(run, _)| *run)
    }
}

/// The content at a place of a run's file; none if something else is there.
fn read_content(file: &File, place: Place, id: BlobId) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = vec![0; usize::try_from(place.end - place.at).unwrap_or(0)];
    if let Err(error) = file.read_exact_at(&mut bytes, place.at) {
        return if error.kind() == io::ErrorKind::UnexpectedEof { Ok(None) } else { Err(error) };
    }
    let mut frames = Frames::new(bytes.as_slice(), place.at, place.end);
    let Some(Key::Blob { id: found, compressed }) = frames.next()?.map(|frame| frame.key) else {
        return Ok(None);
    };
    let content = blobs::unpack(found, Packed { compressed, bytes: frames.payload().into() });
    Ok(content.ok().filter(|_| found == id))
}

fn event_offset(offsets: &Offsets, seq: u64) -> Option<u64> {
    offsets.events.get(usize::try_from(seq - 1).ok()?).copied()
}
