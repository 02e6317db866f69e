//! Opening: what every copy holds is compared, and what one lacks is taken from another.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use weco_core::event::EndStatus;
use weco_core::run::RunId;
use weco_core::state::RunStatus;

use super::frame::{self, Frame, Key};
use super::index::{Catalogued, Events, Index, OpenError, Span};
use super::layout::{Layout, aside, private, sync_dir};
use super::scan::{Ending, Found, Scan, salvage, scan};
use super::shared::Meta;
use crate::journal::JournalError;

/// How long the index may take to hand out one run's events.
const FETCH: Duration = Duration::from_secs(5);

/// Opens the index; a damaged one is moved aside and begun anew.
pub(super) fn open_index(
    layout: &Layout,
    deadline: Duration,
    warnings: &mut Vec<String>,
) -> Result<(Index, HashMap<RunId, Catalogued>), JournalError> {
    let (path, next) = layout.indexes()?;
    let refused = |error: io::Error| JournalError::io("open", &path, &error);
    let why = match Index::open(&path, deadline) {
        Ok(opened) => return Ok(opened),
        Err(OpenError::Refused(refusal)) => return Err(refused(refusal.0)),
        Err(OpenError::Damaged(why)) => why,
    };
    let put_aside = aside(&path, "damaged");
    fs::rename(&path, &put_aside).map_err(refused)?;
    warnings.push(format!(
        "the journal's index was damaged ({why}); it is now {} and is being rebuilt from the runs' own files; \
         nothing is lost",
        put_aside.display()
    ));
    match Index::open(&next, deadline) {
        Ok(opened) => Ok(opened),
        Err(OpenError::Refused(refusal)) => Err(JournalError::io("open", &next, &refusal.0)),
        Err(OpenError::Damaged(why)) => Err(JournalError::Damaged(format!(
            "a new index at {} does not open either: {why}",
            next.display()
        ))),
    }
}

/// Removals completed together.
const REMOVED: usize = 250;

/// Finds every run's state.
pub(super) struct Recovery<'a> {
    pub(super) layout: &'a Layout,
    pub(super) index: &'a Index,
    /// What the index knows.
    pub(super) catalogue: HashMap<RunId, Catalogued>,
    /// The runs that the commit log wrote to.
    pub(super) replayed: HashSet<RunId>,
    pub(super) warnings: Vec<String>,
}

impl Recovery<'_> {
    /// Compares all copies, and completes removals that were under way.
    pub(super) fn run(mut self) -> Result<(BTreeMap<RunId, Meta>, Vec<String>), JournalError> {
        let (present, removed) = self.layout.list()?;
        for run in &removed {
            self.catalogue.remove(run);
        }
        // In parts: each is done for good, however soon the next stop comes.
        for part in removed.chunks(REMOVED) {
            self.index.remove(part.iter().map(|run| (*run, self.layout.tombstone(*run))).collect());
        }
        let indexed: HashSet<_> = self.catalogue.keys().copied().collect();
        let mut runs = BTreeMap::new();
        for run in indexed.union(&present.into_iter().collect()) {
            let meta = match self.trusted(*run)? {
                Some(meta) => meta,
                None => self.examine(*run)?,
            };
            if meta == Meta::default() {
                // Its first append failed. What cannot be removed now is empty at the next start, too.
                let _ = fs::remove_file(self.layout.mirror(*run));
            } else {
                runs.insert(*run, meta);
            }
        }
        let dir = self.layout.mirrors();
        sync_dir(&dir).map_err(|error| JournalError::io("flush", &dir, &error))?;
        Ok((runs, self.warnings))
    }

    /// The state of a run that was over and whose file has not changed since.
    fn trusted(&self, run: RunId) -> Result<Option<Meta>, JournalError> {
        let Some(known) = self.catalogue.get(&run).filter(|known| known.ended) else { return Ok(None) };
        let path = self.layout.mirror(run);
        match fs::metadata(&path) {
            Ok(metadata) if metadata.len() == known.len && !self.replayed.contains(&run) => {
                Ok(Some(known.clone().into()))
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(JournalError::io("read", &path, &error))
            }
            _ => Ok(None),
        }
    }

    /// Reads a run's file and repairs it, from the index if need be.
    fn examine(&mut self, run: RunId) -> Result<Meta, JournalError> {
        let path = self.layout.mirror(run);
        let failed = |error: io::Error| JournalError::io("read", &path, &error);
        let found = scan(&path).map_err(failed)?;
        let indexed = self.catalogue.get(&run).map_or(0, |known| known.last_seq);
        if found.ending == Ending::Damaged {
            return self.rescue(run, found);
        }
        let lost = indexed > found.events;
        if found.ending == Ending::Whole && !lost {
            make_durable(&path).map_err(failed)?;
            return Ok(self.settle(run, found.into(), false));
        }
        let missing = if lost { self.index.fetch(run, found.events + 1, FETCH) } else { Events::new() };
        let failed = |error: io::Error| JournalError::io("repair", &path, &error);
        self.mend(&path, found.end, &missing).map_err(failed)?;
        tracing::warn!(path = %path.display(), at = found.end, "repaired the end of a run's file");
        if lost {
            self.warnings.push(format!(
                "{} had lost its end: of {} missing events {} came back from the index, contents stored with them \
                 did not",
                path.display(),
                indexed - found.events,
                missing.len()
            ));
        }
        Ok(self.settle(run, scan(&path).map_err(failed)?.into(), true))
    }

    /// Cuts a file after its last frame and adds events to it.
    fn mend(&self, path: &Path, end: u64, missing: &Events) -> io::Result<()> {
        let mut bytes = Vec::new();
        for (seq, json) in missing {
            frame::write(&mut bytes, Key::Event(*seq), json);
        }
        let file = private().write(true).create(true).truncate(false).open(path)?;
        file.set_len(end)?;
        file.write_all_at(&bytes, end)?;
        file.sync_all()?;
        sync_dir(&self.layout.mirrors())
    }

    /// Writes a damaged file anew from whatever can still be read of it and from the index. If
    /// events are missing from both, the run keeps its file and can be read up to the damage.
    fn rescue(&mut self, run: RunId, found: Scan) -> Result<Meta, JournalError> {
        let path = self.layout.mirror(run);
        let failed = |error: io::Error| JournalError::io("repair", &path, &error);
        let salvaged = salvage(&path).map_err(failed)?;
        let mut events: BTreeMap<u64, Vec<u8>> = self.index.fetch(run, 1, FETCH).into_iter().collect();
        let ours = salvaged.iter().filter(|(frame, _)| seq_of(frame) > 0);
        events.extend(ours.map(|(frame, payload)| (seq_of(frame), payload.clone())));
        let last = events.keys().next_back().copied().unwrap_or(0);
        let indexed = self.catalogue.get(&run).map_or(0, |known| known.last_seq);
        if last == 0 || last < indexed || last != events.len() as u64 {
            let damage = format!(
                "{} is damaged at byte {}, and the index does not have what is missing; the run can be read up to \
                 event {} and does not go on",
                path.display(),
                found.end,
                found.events
            );
            self.warnings.push(damage.clone());
            return Ok(damaged(found, damage));
        }
        let put_aside = self.rewrite(&path, &salvaged, &events).map_err(failed)?;
        self.warnings.push(format!(
            "{} was damaged at byte {}; all {last} events were recovered, contents stored in the damaged part \
             were not; the damaged file is now {}",
            path.display(),
            found.end,
            put_aside.display()
        ));
        Ok(self.settle(run, scan(&path).map_err(failed)?.into(), true))
    }

    fn rewrite(
        &self,
        path: &Path,
        salvaged: &[Found],
        events: &BTreeMap<u64, Vec<u8>>,
    ) -> io::Result<std::path::PathBuf> {
        let old = fs::File::open(path)?;
        let mut bytes = Vec::new();
        for (frame, _) in salvaged.iter().filter(|(frame, _)| seq_of(frame) == 0) {
            let start = bytes.len();
            bytes.resize(start + usize::try_from(frame.end - frame.offset).unwrap_or(0), 0);
            old.read_exact_at(&mut bytes[start..], frame.offset)?;
        }
        for (seq, json) in events {
            frame::write(&mut bytes, Key::Event(*seq), json);
        }
        let new = path.with_extension("new");
        let file = private().write(true).create(true).truncate(true).open(&new)?;
        file.write_all_at(&bytes, 0)?;
        file.sync_all()?;
        let put_aside = aside(path, "damaged");
        fs::hard_link(path, &put_aside)?;
        fs::rename(&new, path)?;
        sync_dir(&self.layout.mirrors())?;
        Ok(put_aside)
    }

    /// The state of a run whose file is whole. Has the index learn what it lacks of it: what was
    /// appended since, or all if the file was repaired.
    fn settle(&self, run: RunId, found: Meta, repaired: bool) -> Meta {
        let catalogued = found.catalogued();
        let known = self.catalogue.get(&run).filter(|_| !repaired);
        if known != Some(&catalogued) && found.last_seq > 0 {
            let from = known.map_or(0, |known| known.len);
            self.index.add(run, &Span { path: self.layout.mirror(run), from, catalogued });
        }
        found
    }
}

/// The state of a run whose file is damaged: lists show it as failed, for this reason.
fn damaged(found: Scan, damage: String) -> Meta {
    let mut meta = Meta::from(found);
    if let Some(summary) = &mut meta.summary {
        let hint = "what can still be read of it stays until it is pruned".to_owned();
        Arc::make_mut(summary).status =
            RunStatus::Ended { status: EndStatus::Error, reason: damage.clone(), hint };
    }
    Meta { damage: Some(damage.into()), ..meta }
}

/// Flushes a file that may end with an append that the daemon had no time to log before it was
/// killed: later appends rest on it. For a file without such an end this costs next to nothing.
fn make_durable(path: &Path) -> io::Result<()> {
    match fs::File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        opened => opened?.sync_data(),
    }
}

/// The sequence number of an event; 0 for a content.
fn seq_of(frame: &Frame) -> u64 {
    match frame.key {
        Key::Event(seq) => seq,
        Key::Blob { .. } => 0,
    }
}
