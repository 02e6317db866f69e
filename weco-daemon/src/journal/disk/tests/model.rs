//! Whatever is done, the journal on disk holds what the one in memory holds.

use proptest::prelude::*;

use super::*;
use crate::journal::contract::{ended, run};
use crate::journal::{JournalError, MemoryJournal};

#[derive(Clone, Debug)]
enum Action {
    Append { run: u128, skip: u64, count: u64, end: bool, blob: u8, flushed: bool },
    Remove { run: u128 },
    Reopen,
    LoseIndex,
}

fn action() -> impl Strategy<Value = Action> {
    let append = (0..3u128, 0..12u64, 0..4u64, any::<bool>(), 0..6u8, any::<bool>()).prop_map(
        // One append in six numbers its events wrongly.
        |(run, skip, count, end, blob, flushed)| Action::Append {
            run,
            skip: skip / 10,
            count,
            end,
            blob,
            flushed,
        },
    );
    prop_oneof![
        12 => append,
        1 => (0..3u128).prop_map(|run| Action::Remove { run }),
        2 => Just(Action::Reopen),
        1 => Just(Action::LoseIndex),
    ]
}

fn same(expected: &dyn Journal, journal: &dyn Journal) {
    assert_eq!(expected.runs().unwrap(), journal.runs().unwrap());
    for entry in expected.runs().unwrap() {
        for from in [1, 2, entry.last_seq] {
            let (ours, theirs) = (journal.read(entry.id, from, 3), expected.read(entry.id, from, 3));
            assert_eq!(ours.unwrap(), theirs.unwrap());
        }
        for blob in 0..6 {
            let id = some_blob(blob).id();
            assert_eq!(journal.blob(entry.id, id).unwrap(), expected.blob(entry.id, id).unwrap());
        }
    }
}

fn some_blob(number: u8) -> Blob {
    Blob::new(vec![number; 1 << number.min(12)])
}

async fn check(actions: Vec<Action>, options: Options) {
    let model = MemoryJournal::new();
    let (mut journal, dir) = fresh(options);
    for action in actions {
        match action {
            Action::Append { run: number, skip, count, end, blob, flushed } => {
                let id = run(number);
                let last =
                    model.runs().unwrap().iter().find(|entry| entry.id == id).map_or(0, |e| e.last_seq);
                let mut events = notes(last + 1 + skip, count);
                if end {
                    events.push(ended(last + 1 + skip + count));
                }
                let durability = if flushed { Durability::Flushed } else { Durability::Written };
                let blobs: Vec<_> =
                    (blob > 0 && !events.is_empty()).then(|| some_blob(blob)).into_iter().collect();
                let wanted = model.append(id, events.clone(), blobs.clone(), durability).await;
                let got = journal.append(id, events, blobs, durability).await;
                match (wanted, got) {
                    (Ok(()), Ok(())) => {}
                    (Err(JournalError::OutOfOrder { .. }), Err(JournalError::OutOfOrder { .. })) => {}
                    other => panic!("{other:?}"),
                }
            }
            Action::Remove { run: number } => {
                model.remove(vec![run(number)]).await.unwrap();
                journal.remove(vec![run(number)]).await.unwrap();
            }
            Action::Reopen => {
                journal.close().await.unwrap();
                journal = open_with(dir.path(), options);
            }
            Action::LoseIndex => {
                journal.close().await.unwrap();
                std::fs::remove_dir_all(dir.path().join("sled-1")).unwrap();
                journal = open_with(dir.path(), options);
            }
        }
        same(&model, &journal);
    }
    journal.close().await.unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn it_equals_the_model(actions in proptest::collection::vec(action(), 1..30), log in 0..3usize) {
        let options = [Options::default(), SMALL_LOG, NO_LOG][log];
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(check(actions, options));
    }
}
