use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::BoxFuture;
use uuid::Uuid;
use weco_core::event::{Exit, Grounds, Outcome, RunEvent, Stage, Usage, Verdict};
use weco_core::fixture;
use weco_core::run::{BlobId, Derived, FileRefs, NodeId, RunSpec, Source};

use super::*;
use crate::blobs::Blob;
use crate::journal::{Durability, JournalError, MemoryJournal, RunEntry};

/// A journal that counts the events read from it.
#[derive(Default)]
struct Counting {
    inner: MemoryJournal,
    read: AtomicUsize,
}

impl Journal for Counting {
    fn append(
        &self,
        run: RunId,
        events: Vec<Event>,
        blobs: Vec<Blob>,
        durability: Durability,
    ) -> BoxFuture<'_, Result<(), JournalError>> {
        self.inner.append(run, events, blobs, durability)
    }

    fn read(&self, run: RunId, from: u64, limit: usize) -> Result<Vec<Event>, JournalError> {
        let events = self.inner.read(run, from, limit)?;
        self.read.fetch_add(events.len(), Ordering::Relaxed);
        Ok(events)
    }

    fn blob(&self, run: RunId, id: BlobId) -> Result<Option<Vec<u8>>, JournalError> {
        self.inner.blob(run, id)
    }

    fn runs(&self) -> Result<Vec<RunEntry>, JournalError> {
        self.inner.runs()
    }

    fn runs_in(&self, ids: RangeInclusive<RunId>, limit: usize) -> Result<Vec<RunEntry>, JournalError> {
        self.inner.runs_in(ids, limit)
    }

    fn remove(&self, runs: Vec<RunId>) -> BoxFuture<'_, Result<(), JournalError>> {
        self.inner.remove(runs)
    }

    fn close(&self) -> BoxFuture<'_, Result<(), JournalError>> {
        self.inner.close()
    }
}

fn id(run: u128) -> RunId {
    RunId(Uuid::from_u128(run))
}

struct House {
    journal: Arc<Counting>,
    states: Arc<States>,
}

impl House {
    fn new() -> Self {
        let journal = Arc::new(Counting::default());
        Self { states: Arc::new(States::new(journal.clone())), journal }
    }

    /// Records a run, or more of it, up to event `last`.
    fn record(&self, run: RunId, last: u64) {
        let known = self.journal.inner.read(run, 1, usize::MAX).unwrap().len() as u64;
        let event = |seq| {
            let created = || RunEvent::Created { spec: Box::new(fixture::spec(run)) };
            let warned = || RunEvent::Warned { message: format!("warning {seq}") };
            Event { seq, at: 0, kind: if seq == 1 { created() } else { warned() } }
        };
        let events = (known + 1..=last).map(event).collect();
        let append = self.journal.append(run, events, Vec::new(), Durability::Flushed);
        futures_util::FutureExt::now_or_never(append).unwrap().unwrap();
    }

    fn read(&self) -> usize {
        self.journal.read.swap(0, Ordering::Relaxed)
    }
}

#[test]
fn only_newer_events_are_read() {
    let house = House::new();
    house.record(id(1), 10);
    assert_eq!(house.states.get(id(1), 10).unwrap().seq(), 10);
    assert_eq!(house.read(), 10);
    let held = house.states.get(id(1), 10).unwrap();
    assert_eq!(house.read(), 0, "all of it is known");
    house.record(id(1), 13);
    assert_eq!(house.states.get(id(1), 13).unwrap().seq(), 13);
    assert_eq!(house.read(), 3);
    assert_eq!(held.seq(), 10, "who looks sees one moment");
    assert_eq!(house.states.get(id(1), 11).unwrap().seq(), 13, "nobody goes back");
}

#[test]
fn what_an_actor_knows_is_not_read_again() {
    let house = House::new();
    house.record(id(1), 10);
    let state = RunState::replay(&house.journal.inner.read(id(1), 1, 10).unwrap()).unwrap();
    house.record(id(1), 12);
    house.states.keep(state.clone());
    assert_eq!(house.states.recent().weight, 1);
    assert_eq!(house.states.get(id(1), 12).unwrap().seq(), 12);
    assert_eq!(house.read(), 2);
    house.states.keep(state);
    assert_eq!(house.states.get(id(1), 12).unwrap().seq(), 12);
    assert_eq!(house.read(), 0, "what is kept is newer");
}

#[test]
fn a_removed_run_is_forgotten_also_by_who_was_just_reading_it() {
    let house = House::new();
    house.record(id(1), 10);
    let slot = house.states.slot(id(1));
    house.states.get(id(1), 10).unwrap();
    futures_util::FutureExt::now_or_never(house.journal.remove(vec![id(1)])).unwrap().unwrap();
    house.states.forget(&[id(1)]);
    // What a late reader has in its hands counts no more.
    house.states.account(id(1), &slot, 10);
    assert_eq!(house.states.recent().weight, 0);
    house.record(id(1), 3);
    assert_eq!(house.states.get(id(1), 3).unwrap().seq(), 3);
}

#[test]
fn states_are_bounded_and_the_one_used_longest_ago_goes() {
    let house = House::new();
    let runs: Vec<RunId> = (1..=MAX_STATES as u128 + 1).map(id).collect();
    runs.iter().for_each(|run| house.record(*run, 1));
    for run in &runs[..MAX_STATES] {
        house.states.get(*run, 1).unwrap();
    }
    house.states.get(runs[0], 1).unwrap();
    house.states.get(runs[MAX_STATES], 1).unwrap();
    house.read();
    house.states.get(runs[0], 1).unwrap();
    assert_eq!(house.read(), 0, "it was used again");
    house.states.get(runs[1], 1).unwrap();
    assert_eq!(house.read(), 1, "it had to go");
    let recent = house.states.recent();
    assert_eq!((recent.kept.len(), recent.weight), (MAX_STATES, MAX_STATES));
}

#[test]
fn a_state_that_is_too_large_is_not_kept() {
    let house = House::new();
    house.record(id(1), 1);
    let slot = house.states.slot(id(1));
    house.states.account(id(1), &slot, MAX_WEIGHT);
    assert_eq!(house.states.recent().kept.len(), 1);
    house.states.account(id(1), &slot, MAX_WEIGHT + 1);
    let recent = house.states.recent();
    assert_eq!((recent.kept.len(), recent.weight), (0, 0));
}

#[test]
fn revisions_and_instructions_have_weight() {
    let (node, by) = (NodeId(1), String::new());
    let blob = BlobId([7; 32]);
    let files = FileRefs::from([("model.py".to_owned(), blob)]);
    let derived = Derived { lineage: id(2), run: id(2), node, files: files.clone() };
    let spec = RunSpec {
        derived: Some(derived),
        require_review: true,
        sources: vec![Source { path: "model.py".into(), blob, mode: 0o644 }],
        ..fixture::spec(id(1))
    };
    let outcome = Outcome {
        verdict: Verdict::Good { metric: 1.0 },
        exit: Exit::Code { code: 0 },
        duration_ms: 1,
        output: blob,
        output_tail: String::new(),
        samples: Vec::new(),
        verified: false,
        report: None,
    };
    let (plan, usage, lines_added, lines_removed) = (String::new(), Usage::default(), 1, 1);
    let kinds = [
        RunEvent::Created { spec: Box::new(spec) },
        RunEvent::Inherited { outcome },
        RunEvent::Asked {
            node,
            parent: NodeId(0),
            stage: Stage::Draft,
            attempt: 1,
            grounds: Grounds::default(),
        },
        RunEvent::Proposed {
            node,
            plan,
            files: files.clone(),
            lines_added,
            lines_removed,
            usage,
            from: None,
            written: Default::default(),
        },
        RunEvent::Revised {
            node,
            files: files.clone(),
            by: by.clone(),
            lines_added,
            lines_removed,
            code: None,
        },
        RunEvent::Revised { node, files, by: by.clone(), lines_added, lines_removed, code: None },
        RunEvent::Instructed { text: "i".repeat(10 * NODE_BYTES), by },
    ];
    let events: Vec<Event> = (1..).zip(kinds).map(|(seq, kind)| Event { seq, at: 0, kind }).collect();
    assert_eq!(weight(&RunState::replay(&events[..4]).unwrap()), 2);
    assert_eq!(weight(&RunState::replay(&events[..6]).unwrap()), 2 + 2);
    assert_eq!(weight(&RunState::replay(&events).unwrap()), 2 + 2 + 10);
}

#[test]
fn nothing_is_kept_of_a_record_that_makes_no_sense() {
    let house = House::new();
    house.record(id(1), 2);
    house.states.get(id(1), 2).unwrap();
    let again = RunEvent::Created { spec: Box::new(fixture::spec(id(1))) };
    let event = Event { seq: 3, at: 0, kind: again };
    let append = house.journal.append(id(1), vec![event], Vec::new(), Durability::Flushed);
    futures_util::FutureExt::now_or_never(append).unwrap().unwrap();
    let failure = house.states.get(id(1), 3).unwrap_err();
    assert!(failure.message.contains("cannot be read"), "{failure}");
    assert_eq!(house.states.get(id(1), 2).unwrap().seq(), 2, "what is left of it is read afresh");
}

#[test]
fn many_may_look_while_a_run_goes_on() {
    let house = House::new();
    house.record(id(1), 1);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut seen = 1;
                while seen < 200 {
                    let last = house.journal.inner.runs().unwrap()[0].last_seq;
                    let state = house.states.get(id(1), last).unwrap();
                    assert!(state.seq() >= last && state.seq() >= seen);
                    seen = state.seq();
                }
            });
        }
        (2..=200).for_each(|seq| house.record(id(1), seq));
    });
    assert!(house.read() < 4 * 200, "not everybody reads everything");
}
