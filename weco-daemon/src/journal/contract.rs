//! What every journal must do. Each case gets a fresh journal.

use std::sync::Arc;

use futures_util::future::join_all;
use uuid::Uuid;
use weco_core::event::{EndStatus, Event, RunEvent};
use weco_core::fixture;
use weco_core::run::{BlobId, NodeId, RunId, RunSpec, Source};
use weco_core::summary::Summary;

use super::{Durability, Journal, JournalError};
use crate::blobs::Blob;

/// A run's id from a small number; runs sort as their numbers do.
pub(super) fn run(number: u128) -> RunId {
    RunId(Uuid::from_u128(number))
}

/// An event with some text in it.
pub(super) fn note(seq: u64, text: &str) -> Event {
    event(seq, RunEvent::Failed { node: NodeId(1), reason: text.to_owned(), last: false })
}

pub(super) fn event(seq: u64, kind: RunEvent) -> Event {
    Event { seq, at: 1_700_000_000_000, kind }
}

pub(super) fn ended(seq: u64) -> Event {
    let (reason, hint) = (String::new(), String::new());
    event(seq, RunEvent::Ended { status: EndStatus::Completed, reason, hint })
}

/// A run's creation, its first event.
pub(super) fn created(id: RunId) -> Event {
    let nothing = BlobId([0; 32]);
    let spec = RunSpec {
        sources: vec![Source { path: "model.py".into(), blob: nothing, mode: 0o644 }],
        directory: "/project".into(),
        log_dir: "/project/.runs".into(),
        metric: "speed".into(),
        steps: 3,
        ..fixture::spec(id)
    };
    event(1, RunEvent::Created { spec: Box::new(spec) })
}

/// What a journal must say of a run with these events.
pub(super) fn summary(events: &[Event]) -> Option<Summary> {
    let mut summary = Summary::new(events.first()?)?;
    events[1..].iter().for_each(|event| summary.apply(event));
    Some(summary)
}

/// `count` events from `first` on.
pub(super) fn notes(first: u64, count: u64) -> Vec<Event> {
    (first..first + count).map(|seq| note(seq, &format!("event {seq}"))).collect()
}

async fn put(journal: &dyn Journal, id: RunId, events: Vec<Event>) -> Result<(), JournalError> {
    journal.append(id, events, Vec::new(), Durability::Flushed).await
}

pub(super) async fn an_empty_journal_has_nothing(journal: Arc<dyn Journal>) {
    assert_eq!(journal.runs().unwrap(), []);
    assert_eq!(journal.read(run(1), 1, 10).unwrap(), []);
    assert_eq!(journal.blob(run(1), Blob::new("x").id()).unwrap(), None);
    journal.remove(vec![run(1)]).await.unwrap();
    put(&*journal, run(1), Vec::new()).await.unwrap();
    assert_eq!(journal.runs().unwrap(), []);
}

pub(super) async fn events_are_read_back_in_any_part(journal: Arc<dyn Journal>) {
    put(&*journal, run(1), notes(1, 3)).await.unwrap();
    put(&*journal, run(2), notes(1, 1)).await.unwrap();
    journal.append(run(1), notes(4, 2), Vec::new(), Durability::Written).await.unwrap();
    let all = notes(1, 5);
    let cases =
        [(0, 9, 0..5), (1, 9, 0..5), (1, 2, 0..2), (4, 9, 3..5), (5, 1, 4..5), (6, 9, 5..5), (3, 0, 0..0)];
    for (from, limit, expected) in cases {
        assert_eq!(journal.read(run(1), from, limit).unwrap(), all[expected], "{limit} from {from}");
    }
    assert_eq!(journal.read(run(1), u64::MAX, usize::MAX).unwrap(), []);
}

pub(super) async fn a_gap_is_refused_and_leaves_nothing(journal: Arc<dyn Journal>) {
    put(&*journal, run(1), notes(1, 2)).await.unwrap();
    let with_gap = vec![note(3, "three"), note(5, "five")];
    let cases = [(notes(4, 1), 3, 4), (notes(2, 1), 3, 2), (notes(0, 1), 3, 0)];
    for (events, wanted, given) in cases {
        let blob = Blob::new(format!("content {given}"));
        let refused = journal.append(run(1), events, vec![blob.clone()], Durability::Flushed).await;
        let Err(JournalError::OutOfOrder { expected, got, .. }) = refused else { panic!("{refused:?}") };
        assert_eq!((expected, got), (wanted, given));
        assert_eq!(journal.blob(run(1), blob.id()).unwrap(), None);
    }
    assert!(put(&*journal, run(1), with_gap).await.is_err());
    assert!(put(&*journal, run(2), notes(2, 1)).await.is_err());
    assert_eq!(journal.runs().unwrap().len(), 1);
    put(&*journal, run(1), notes(3, 1)).await.unwrap();
    assert_eq!(journal.read(run(1), 1, 9).unwrap(), notes(1, 3));
}

pub(super) async fn contents_come_with_their_events(journal: Arc<dyn Journal>) {
    let (small, large) = (Blob::new("tiny"), Blob::new("def f(x): return x\n".repeat(20_000)));
    let (empty, binary) = (Blob::new(""), Blob::new((0..=255).collect::<Vec<u8>>()));
    let blobs = [&small, &large, &empty, &binary, &small];
    journal.append(run(1), notes(1, 1), blobs.map(Clone::clone).to_vec(), Durability::Flushed).await.unwrap();
    journal.append(run(1), notes(2, 1), vec![large.clone()], Durability::Flushed).await.unwrap();
    for blob in blobs {
        assert_eq!(journal.blob(run(1), blob.id()).unwrap().as_deref(), Some(blob.bytes()));
        assert_eq!(journal.blob(run(2), blob.id()).unwrap(), None);
    }
    assert_eq!(journal.read(run(1), 1, 9).unwrap(), notes(1, 2));
}

pub(super) async fn runs_are_listed_with_how_they_stand(journal: Arc<dyn Journal>) {
    let applied = |seq| event(seq, RunEvent::Applied { node: NodeId(1), paths: Vec::new() });
    let resumed = |seq| {
        event(seq, RunEvent::Resumed { steps: 9, attempts: None, environment: None, apply_best: false })
    };
    let cases = [
        (vec![note(1, "")], false),
        (vec![note(1, ""), ended(2)], true),
        (vec![ended(1), applied(2)], true),
        (vec![applied(1)], false),
        (vec![ended(1), resumed(2)], false),
        (vec![ended(1), resumed(2), ended(3), applied(4), applied(5)], true),
    ];
    for one_by_one in [false, true] {
        for (number, (events, _)) in (1u32..7).zip(&cases).rev() {
            let id = run(u128::from(number) + if one_by_one { 100 } else { 0 });
            for part in events.chunks(if one_by_one { 1 } else { events.len() }) {
                put(&*journal, id, part.to_vec()).await.unwrap();
            }
        }
    }
    let listed = journal.runs().unwrap();
    assert!(listed.is_sorted_by_key(|entry| entry.id));
    for (entry, (events, ended)) in listed.iter().zip(cases.iter().cycle()) {
        assert_eq!((entry.last_seq, entry.ended), (events.len() as u64, *ended), "{events:?}");
    }
    assert_eq!(listed.len(), 2 * cases.len());
}

pub(super) async fn each_run_has_its_summary(journal: Arc<dyn Journal>) {
    let events = |id| vec![created(id), note(2, "no reply"), note(3, "again"), ended(4)];
    for part in 0..4 {
        for number in 1..=3 {
            let event = events(run(number))[part].clone();
            let durability = if part == 2 { Durability::Written } else { Durability::Flushed };
            journal.append(run(number), vec![event], Vec::new(), durability).await.unwrap();
            let expected = summary(&events(run(number))[..=part]);
            let entry = journal.runs_in(run(number)..=run(number), 1).unwrap().remove(0);
            assert_eq!(entry.summary.as_deref(), expected.as_ref());
        }
    }
    put(&*journal, run(4), events(run(4))).await.unwrap();
    assert!(put(&*journal, run(4), notes(9, 1)).await.is_err());
    put(&*journal, run(5), notes(1, 1)).await.unwrap();
    let listed = journal.runs().unwrap();
    assert_eq!(listed[3].summary.as_deref(), summary(&events(run(4))).as_ref());
    assert_eq!(listed[4].summary, None, "it does not begin with its creation");
}

pub(super) async fn a_range_of_runs_is_listed(journal: Arc<dyn Journal>) {
    for number in [2, 4, 6, 8] {
        put(&*journal, run(number), notes(1, 1)).await.unwrap();
    }
    let cases: [(_, _, &[u128]); 7] = [
        ((0, 9), 9, &[2, 4, 6, 8]),
        ((2, 6), 9, &[2, 4, 6]),
        ((3, 7), 9, &[4, 6]),
        ((0, 9), 2, &[2, 4]),
        ((0, 9), 0, &[]),
        ((5, 5), 9, &[]),
        ((6, 2), 9, &[]),
    ];
    for ((first, last), limit, expected) in cases {
        let found = journal.runs_in(run(first)..=run(last), limit).unwrap();
        let expected: Vec<_> = expected.iter().copied().map(run).collect();
        assert_eq!(found.iter().map(|entry| entry.id).collect::<Vec<_>>(), expected, "{first} to {last}");
    }
}

pub(super) async fn a_removed_run_is_gone(journal: Arc<dyn Journal>) {
    let blob = Blob::new("content");
    for number in 1..=3 {
        let blobs = vec![blob.clone()];
        journal.append(run(number), notes(1, 2), blobs, Durability::Flushed).await.unwrap();
    }
    assert!(journal.blob(run(2), blob.id()).unwrap().is_some());
    journal.remove(vec![run(2)]).await.unwrap();
    journal.remove(vec![run(2)]).await.unwrap();
    assert_eq!(journal.read(run(2), 1, 9).unwrap(), []);
    assert_eq!(journal.blob(run(2), blob.id()).unwrap(), None);
    let left: Vec<_> = journal.runs().unwrap().iter().map(|entry| entry.id).collect();
    assert_eq!(left, [run(1), run(3)]);
    assert_eq!(journal.read(run(3), 1, 9).unwrap(), notes(1, 2));
    put(&*journal, run(2), notes(1, 1)).await.unwrap();
    journal.remove(vec![run(3), run(7), run(2)]).await.unwrap();
    assert_eq!(journal.runs().unwrap().iter().map(|entry| entry.id).collect::<Vec<_>>(), [run(1)]);
}

pub(super) async fn a_run_from_elsewhere_is_there_as_a_whole(journal: Arc<dyn Journal>) {
    let contents = [Blob::new("tiny"), Blob::new("def f(x): return x\n".repeat(20_000))];
    let events = vec![created(run(2)), note(2, "two"), ended(3)];
    let begin = || {
        let mut intake = journal.take_in(run(2)).unwrap();
        contents.iter().for_each(|content| intake.add(content).unwrap());
        intake
    };
    drop(begin());
    assert_eq!(journal.runs().unwrap(), [], "given up, it leaves nothing");
    assert!(begin().commit(notes(2, 1)).await.is_err());
    assert_eq!(journal.runs().unwrap(), [], "nor refused");
    begin().commit(events.clone()).await.unwrap();
    assert_eq!(journal.read(run(2), 1, 9).unwrap(), events);
    let entry = journal.runs().unwrap().remove(0);
    assert_eq!((entry.last_seq, entry.ended, entry.summary.as_deref()), (3, true, summary(&events).as_ref()));
    for content in &contents {
        assert_eq!(journal.blob(run(2), content.id()).unwrap().as_deref(), Some(content.bytes()));
    }
    put(&*journal, run(2), notes(4, 2)).await.unwrap();
    assert_eq!(journal.read(run(2), 4, 9).unwrap(), notes(4, 2), "it is a run like any other");
    let again = async { journal.take_in(run(2))?.commit(vec![created(run(2))]).await };
    assert!(matches!(again.await, Err(JournalError::OutOfOrder { .. })));
    journal.remove(vec![run(2)]).await.unwrap();
    journal.take_in(run(2)).unwrap().commit(notes(1, 2)).await.unwrap();
    assert_eq!(journal.read(run(2), 1, 9).unwrap(), notes(1, 2), "removed, it can come again");
}

pub(super) async fn many_runs_append_at_once(journal: Arc<dyn Journal>) {
    let one_run = |number: u128| {
        let journal = Arc::clone(&journal);
        async move {
            for seq in 1..=5 {
                let blob = Blob::new(format!("run {number} event {seq}"));
                let durability = if seq % 2 == 0 { Durability::Written } else { Durability::Flushed };
                journal.append(run(number), notes(seq, 1), vec![blob.clone()], durability).await.unwrap();
                assert_eq!(journal.read(run(number), seq, 9).unwrap(), notes(seq, 1));
                assert!(journal.blob(run(number), blob.id()).unwrap().is_some());
            }
        }
    };
    join_all((0..50).map(one_run)).await;
    assert!(journal.runs().unwrap().iter().all(|entry| entry.last_seq == 5));
}

pub(super) async fn a_closed_journal_says_so(journal: Arc<dyn Journal>) {
    put(&*journal, run(1), notes(1, 1)).await.unwrap();
    journal.close().await.unwrap();
    let closed = |result: Result<(), JournalError>| matches!(result, Err(JournalError::Closed));
    assert!(closed(put(&*journal, run(1), notes(2, 1)).await));
    assert!(closed(journal.read(run(1), 1, 1).map(drop)));
    assert!(closed(journal.blob(run(1), Blob::new("x").id()).map(drop)));
    assert!(closed(journal.runs().map(drop)));
    assert!(closed(journal.runs_in(run(1)..=run(1), 1).map(drop)));
    assert!(closed(journal.remove(vec![run(1)]).await));
    assert!(closed(journal.close().await));
}

/// One test for every case; `$fresh` gives a journal and whatever must live as long as it.
macro_rules! contract {
    ($fresh:expr) => {
        $crate::journal::contract::contract!(
            $fresh,
            an_empty_journal_has_nothing,
            events_are_read_back_in_any_part,
            a_gap_is_refused_and_leaves_nothing,
            contents_come_with_their_events,
            runs_are_listed_with_how_they_stand,
            each_run_has_its_summary,
            a_range_of_runs_is_listed,
            a_removed_run_is_gone,
            a_run_from_elsewhere_is_there_as_a_whole,
            many_runs_append_at_once,
            a_closed_journal_says_so
        );
    };
    ($fresh:expr, $($case:ident),+) => {
        $(#[tokio::test]
        async fn $case() {
            let (journal, _keep) = $fresh;
            $crate::journal::contract::$case(std::sync::Arc::new(journal)).await;
        })+
    };
}
pub(super) use contract;
