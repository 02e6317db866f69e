//! The store thread: the only writer.

use std::collections::HashMap;
use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use weco_core::run::RunId;

use super::commit_log::{CommitLog, Record};
use super::files::Files;
use super::index::{Index, Span};
use super::layout::Layout;
use super::request::{Entry, Reply, Request};
use super::shared::{Meta, Shared};
use crate::journal::{Durability, JournalError};

/// Requests that may wait: every one of many runs has at most a few under way.
pub(super) const MAX_WAITING: usize = 1024;

/// Appends made durable by one flush. More would only make the first wait for the last.
const MAX_GROUP: usize = 256;

/// How long closing waits for the index, which can be rebuilt.
const INDEX_CLOSE: Duration = Duration::from_secs(8);

/// An append that is under way.
type Pending = (Entry, Durability, Reply);

/// Everything the store thread owns.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) layout: Layout,
    pub(super) files: Files,
    pub(super) log: CommitLog,
    pub(super) index: Index,
    pub(super) shared: Arc<Shared>,
    /// Held until the thread ends.
    pub(super) lock: File,
}

/// The appends of one group that are written but not yet acknowledged.
#[derive(Default)]
struct Staged {
    /// Each append, where in its run's file it was written, and the run's state after it.
    appends: Vec<(Pending, u64, Meta)>,
    /// Each run's newest state.
    states: HashMap<RunId, Meta>,
}

impl Store {
    /// Serves requests until it is told to close or its callers are gone.
    pub(super) fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        let mut closing = None;
        while closing.is_none()
            && let Some(first) = requests.blocking_recv()
        {
            let mut group = Vec::new();
            let mut next = Some(first);
            while let Some(request) = next {
                match request {
                    Request::Append(entry, durability, reply) => group.push((entry, durability, reply)),
                    Request::TakeIn(run, state, reply) => {
                        self.commit(std::mem::take(&mut group));
                        answer(reply, self.take_in(run, state));
                    }
                    Request::Remove(runs, reply) => {
                        self.commit(std::mem::take(&mut group));
                        answer(reply, self.remove(runs));
                    }
                    Request::Answer(reply) => answer(reply, Ok(())),
                    Request::Close(reply) => closing = Some(reply),
                }
                let more = closing.is_none() && group.len() < MAX_GROUP;
                next = if more { requests.try_recv().ok() } else { None };
            }
            self.commit(group);
        }
        self.finish(requests, closing);
    }

    fn finish(mut self, requests: mpsc::Receiver<Request>, closing: Option<Reply>) {
        self.shared.close();
        // Whoever still waits learns that the channel is gone.
        drop(requests);
        let flushed = self.checkpoint();
        self.index.close(INDEX_CLOSE);
        drop(self.lock);
        if let Some(reply) = closing {
            answer(reply, flushed);
        }
    }

    /// Records a group of appends with one flush and answers all.
    fn commit(&mut self, group: Vec<Pending>) {
        if group.is_empty() {
            return;
        }
        let bytes = group.iter().map(|(entry, ..)| entry.frames.len()).sum();
        let fits = self.log.has_room(group.len(), bytes);
        if !fits && let Err(error) = self.checkpoint() {
            group.into_iter().for_each(|(.., reply)| answer(reply, Err(error.clone())));
            return;
        }
        let logged = fits || self.log.can_hold(group.len(), bytes);
        let mut staged = Staged::default();
        for pending in group {
            self.stage(&mut staged, pending);
        }
        match self.make_durable(&staged, logged) {
            Ok(()) => self.acknowledge(staged),
            Err(error) => self.take_back(staged, &error),
        }
        // What the log cannot hold must not wait for as long as what it does.
        if !logged {
            self.index.catch_up();
        }
    }

    /// Writes one append to its run's file.
    fn stage(&mut self, staged: &mut Staged, pending: Pending) {
        let (entry, ..) = &pending;
        let run = entry.run;
        let known = staged.states.get(&run).cloned().or_else(|| self.shared.get(run)).unwrap_or_default();
        let written = entry.follow(&known).and_then(|next| {
            self.files.write(run, known.len, &entry.frames)?;
            Ok(next)
        });
        match written {
            Ok(next) => {
                staged.states.insert(run, next.clone());
                staged.appends.push((pending, known.len, next));
            }
            Err(error) => answer(pending.2, Err(error)),
        }
    }

    /// Logs and flushes what was staged; or, if it is too large for the log, flushes the files.
    fn make_durable(&mut self, staged: &Staged, logged: bool) -> Result<(), JournalError> {
        let flush = staged.appends.iter().any(|((_, durability, _), ..)| *durability == Durability::Flushed);
        if !logged {
            return self.files.sync();
        }
        let records: Vec<_> = staged
            .appends
            .iter()
            .map(|((entry, ..), offset, _)| Record { run: entry.run, offset: *offset, bytes: &entry.frames })
            .collect();
        let before = self.log.position();
        self.log.write(&records)?;
        if flush && let Err(error) = self.log.sync() {
            self.log.rewind(before);
            return Err(error);
        }
        Ok(())
    }

    fn acknowledge(&mut self, staged: Staged) {
        self.shared.publish(staged.states);
        for ((entry, _, reply), offset, state) in staged.appends {
            answer(reply, Ok(()));
            let path = self.layout.mirror(entry.run);
            self.index.add(entry.run, &Span { path, from: offset, catalogued: state.catalogued() });
        }
    }

    fn take_back(&mut self, staged: Staged, error: &JournalError) {
        for ((entry, _, reply), offset, _) in staged.appends.into_iter().rev() {
            self.files.take_back(entry.run, offset);
            answer(reply, Err(error.clone()));
        }
    }

    /// Makes the runs' files durable by themselves, so that the log can start over. What it forgets is soon in
    /// the index, so that no event's only copy is its run's file.
    fn checkpoint(&mut self) -> Result<(), JournalError> {
        self.files.sync()?;
        self.log.empty()?;
        self.index.catch_up();
        Ok(())
    }

    fn take_in(&mut self, run: RunId, state: Meta) -> Result<(), JournalError> {
        if let Some(known) = self.shared.get(run) {
            self.files.leave(run);
            return Err(JournalError::OutOfOrder { run, expected: known.last_seq + 1, got: 1 });
        }
        self.files.take_in(run)?;
        self.index.add(run, &Span { path: self.layout.mirror(run), from: 0, catalogued: state.catalogued() });
        self.shared.publish([(run, state)]);
        Ok(())
    }

    fn remove(&mut self, mut runs: Vec<RunId>) -> Result<(), JournalError> {
        runs.retain(|run| self.shared.get(*run).is_some());
        if runs.is_empty() {
            return Ok(());
        }
        // A replay of the log must not bring a run back.
        self.checkpoint()?;
        let (buried, result) = self.files.bury(&runs);
        runs.truncate(buried);
        self.shared.forget(&runs);
        self.index.remove(runs.into_iter().map(|run| (run, self.layout.tombstone(run))).collect());
        result
    }
}

/// Answers; nobody may be waiting.
fn answer(reply: Reply, result: Result<(), JournalError>) {
    let _ = reply.send(result);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use tempfile::TempDir;
    use tokio::sync::oneshot;

    use super::*;
    use crate::journal::contract::{notes, run};
    use crate::journal::disk::recover::open_index;

    const DEADLINE: Duration = Duration::from_secs(30);

    fn store(log_capacity: u64) -> (Store, TempDir) {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::create(dir.path()).unwrap();
        let lock = layout.lock().unwrap();
        let (log, _) = CommitLog::open(&layout, log_capacity).unwrap();
        let (index, _) = open_index(&layout, DEADLINE, &mut Vec::new()).unwrap();
        let shared = Arc::new(Shared::new(BTreeMap::new()));
        (Store { files: Files::new(layout.clone()), layout, log, index, shared, lock }, dir)
    }

    fn append(store: &mut Store, run: RunId, seq: u64) {
        let entry = Entry::new(run, notes(seq, 1), &[]).unwrap();
        let (reply, mut answered) = oneshot::channel();
        store.commit(vec![(entry, Durability::Flushed, reply)]);
        answered.try_recv().unwrap().unwrap();
    }

    /// The events that the index has of a run without its file.
    fn indexed(store: &Store, run: RunId) -> usize {
        // What is asked of the index is done in order: an answer about another run comes after what waited.
        store.index.fetch(RunId(uuid::Uuid::nil()), 1, DEADLINE);
        std::fs::remove_file(store.layout.mirror(run)).unwrap();
        store.index.fetch(run, 1, DEADLINE).len()
    }

    #[test]
    fn what_the_log_forgets_is_indexed() {
        let (mut store, _dir) = store(4 << 10);
        let slow = run(1);
        (1..=3).for_each(|seq| append(&mut store, slow, seq));
        let (mut seq, mut before) = (0, 0);
        while store.log.position() > before {
            before = store.log.position();
            seq += 1;
            (2..=5).for_each(|busy| append(&mut store, run(busy), seq));
        }
        assert_eq!(indexed(&store, slow), 3);
    }

    #[test]
    fn what_no_log_holds_is_indexed() {
        let (mut store, _dir) = store(0);
        append(&mut store, run(1), 1);
        assert_eq!(indexed(&store, run(1)), 1);
    }
}
