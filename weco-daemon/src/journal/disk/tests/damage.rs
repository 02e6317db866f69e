//! Files that were damaged after they were written.

use std::fs;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};
use weco_core::event::EndStatus;
use weco_core::state::RunStatus;

use super::*;
use crate::journal::JournalError;
use crate::journal::contract::{created, ended, run};
use crate::journal::disk::Opened;

const EVENTS: u64 = 30;

/// A closed journal with two runs, one of them over.
async fn prepared() -> TempDir {
    let (journal, dir) = fresh(Options::default());
    fill(&journal, run(1), 1, EVENTS).await;
    fill(&journal, run(2), 1, EVENTS - 1).await;
    journal.append(run(2), vec![ended(EVENTS)], Vec::new(), Durability::Flushed).await.unwrap();
    journal.close().await.unwrap();
    dir
}

fn files_below(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            found.extend(files_below(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found.sort();
    found
}

fn damage(path: &Path, random: &mut StdRng) {
    let mut bytes = fs::read(path).unwrap();
    if bytes.is_empty() {
        return;
    }
    match random.random_range(0..3) {
        0 => bytes.truncate(random.random_range(0..bytes.len())),
        1 => {
            let start = random.random_range(0..bytes.len());
            let end = (start + 512).min(bytes.len());
            random.fill_bytes(&mut bytes[start..end]);
        }
        _ => {
            for _ in 0..8 {
                let at = random.random_range(0..bytes.len().min(40_000));
                bytes[at] ^= 1 << random.random_range(0..8);
            }
        }
    }
    fs::write(path, bytes).unwrap();
}

fn everything_is_there(journal: &DiskJournal) {
    assert_eq!(journal.read(run(1), 1, 99).unwrap(), notes(1, EVENTS));
    assert_eq!(journal.read(run(2), 1, 99).unwrap().len() as u64, EVENTS);
    assert_eq!(journal.runs().unwrap().iter().map(|entry| entry.ended).collect::<Vec<_>>(), [false, true]);
    let blob = content(run(2), 7);
    assert_eq!(journal.blob(run(2), blob.id()).unwrap().as_deref(), Some(blob.bytes()));
}

#[tokio::test]
async fn a_damaged_index_costs_nothing() {
    let original = prepared().await;
    let mut random = StdRng::seed_from_u64(7);
    let deadline = Duration::from_secs(2);
    let mut rebuilt = 0;
    for _ in 0..30 {
        let dir = tempfile::tempdir().unwrap();
        copy(original.path(), dir.path());
        let files = files_below(&dir.path().join("sled-1"));
        damage(&files[random.random_range(0..files.len())], &mut random);
        let started = Instant::now();
        let options = Options { index_deadline: deadline, ..Options::default() };
        let Opened { journal, warnings } = DiskJournal::open_with(dir.path(), options).unwrap();
        assert!(started.elapsed() < 2 * deadline + Duration::from_secs(5));
        rebuilt += usize::from(!warnings.is_empty());
        everything_is_there(&journal);
        fill(&journal, run(1), EVENTS + 1, 1).await;
        journal.close().await.unwrap();
    }
    assert!(rebuilt > 0, "no damage was noticed");
}

#[tokio::test]
async fn a_damaged_index_is_put_aside_and_named() {
    let dir = prepared().await;
    let db = dir.path().join("sled-1").join("db");
    let len = fs::metadata(&db).unwrap().len();
    fs::write(&db, vec![0xa5; usize::try_from(len).unwrap()]).unwrap();
    let Opened { journal, warnings } = DiskJournal::open(dir.path()).unwrap();
    let kept = dir.path().join("sled-1.damaged-1");
    assert!(warnings[0].contains(&kept.display().to_string()), "{warnings:?}");
    assert!(kept.join("db").exists());
    everything_is_there(&journal);
    journal.close().await.unwrap();
    let journal = open(dir.path());
    everything_is_there(&journal);
    journal.close().await.unwrap();
}

#[tokio::test]
async fn an_index_that_does_not_open_in_time_is_put_aside() {
    let dir = prepared().await;
    let options = Options { index_deadline: Duration::ZERO, ..Options::default() };
    let refused = DiskJournal::open_with(dir.path(), options);
    assert!(
        matches!(&refused, Err(JournalError::Damaged(what)) if what.contains("within 0 s")),
        "{refused:?}"
    );
    assert!(dir.path().join("sled-1.damaged-1").exists());
}

#[tokio::test]
async fn a_mirror_without_its_end_is_completed_from_the_index() {
    let original = prepared().await;
    let whole = fs::read(mirror(original.path(), run(2))).unwrap();
    for cut in [0, 1, 100, whole.len() / 2, whole.len() - 1] {
        let dir = tempfile::tempdir().unwrap();
        copy(original.path(), dir.path());
        fs::write(mirror(dir.path(), run(2)), &whole[..cut]).unwrap();
        let Opened { journal, warnings } = DiskJournal::open(dir.path()).unwrap();
        assert!(warnings[0].contains(&run(2).to_string()), "{warnings:?}");
        let events = journal.read(run(2), 1, 99).unwrap();
        assert_eq!(events[..EVENTS as usize - 1], notes(1, EVENTS - 1));
        assert_eq!(events.len() as u64, EVENTS);
        journal.close().await.unwrap();
        open(dir.path()).close().await.unwrap();
    }
}

#[tokio::test]
async fn a_lost_mirror_is_written_again_from_the_index() {
    let dir = prepared().await;
    fs::remove_file(mirror(dir.path(), run(1))).unwrap();
    let Opened { journal, warnings } = DiskJournal::open(dir.path()).unwrap();
    assert_eq!(warnings.len(), 1);
    assert_eq!(journal.read(run(1), 1, 99).unwrap(), notes(1, EVENTS));
    assert_eq!(journal.blob(run(1), content(run(1), 7).id()).unwrap(), None);
    journal.close().await.unwrap();
}

#[tokio::test]
async fn a_mirror_damaged_in_the_middle_is_rebuilt_from_the_index() {
    let dir = prepared().await;
    let path = mirror(dir.path(), run(1));
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    fs::write(&path, &bytes).unwrap();
    let Opened { journal, warnings } = DiskJournal::open(dir.path()).unwrap();
    let kept = path.with_file_name(format!("{}.run.damaged-1", run(1)));
    assert!(warnings[0].contains(&kept.display().to_string()), "{warnings:?}");
    assert_eq!(fs::read(&kept).unwrap(), bytes);
    assert_eq!(journal.read(run(1), 1, 99).unwrap(), notes(1, EVENTS));
    let contents = (1..=EVENTS).filter(|seq| {
        let blob = content(run(1), *seq);
        journal.blob(run(1), blob.id()).unwrap().is_some_and(|found| found == blob.bytes())
    });
    assert!(contents.count() as u64 >= EVENTS - 1);
    fill(&journal, run(1), EVENTS + 1, 1).await;
    journal.close().await.unwrap();
    open(dir.path()).close().await.unwrap();
}

/// Flips a bit in the JSON of an event.
fn spoil_event(path: &Path, seq: u64) {
    let mut bytes = fs::read(path).unwrap();
    let text = format!("\"event {seq}\"");
    let at = bytes.windows(text.len()).position(|window| window == text.as_bytes()).unwrap();
    bytes[at + 2] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn when_both_are_damaged_the_run_says_where() {
    let dir = prepared().await;
    fs::remove_dir_all(dir.path().join("sled-1")).unwrap();
    let path = mirror(dir.path(), run(1));
    spoil_event(&path, 12);
    let Opened { journal, warnings } = DiskJournal::open(dir.path()).unwrap();
    assert!(warnings[0].contains(&path.display().to_string()), "{warnings:?}");
    assert_eq!(journal.read(run(1), 1, 11).unwrap(), notes(1, 11));
    for (from, limit) in [(1, 12), (12, 1), (20, 1)] {
        let refused = journal.read(run(1), from, limit);
        assert!(matches!(refused, Err(JournalError::Damaged(_))), "{refused:?}");
    }
    let refused = journal.append(run(1), notes(12, 1), Vec::new(), Durability::Flushed).await;
    assert!(matches!(refused, Err(JournalError::Damaged(_))), "{refused:?}");
    fill(&journal, run(3), 1, 1).await;
    journal.close().await.unwrap();
}

#[tokio::test]
async fn a_run_that_cannot_go_on_is_listed_with_the_reason() {
    let (journal, dir) = fresh(Options::default());
    let (first, rest) = (created(run(1)), notes(2, 20));
    journal.append(run(1), [vec![first], rest].concat(), Vec::new(), Durability::Flushed).await.unwrap();
    journal.close().await.unwrap();
    fs::remove_dir_all(dir.path().join("sled-1")).unwrap();
    let path = mirror(dir.path(), run(1));
    spoil_event(&path, 12);
    let Opened { journal, warnings } = DiskJournal::open(dir.path()).unwrap();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    let summary = journal.runs().unwrap().remove(0).summary.unwrap();
    assert_eq!((summary.name.as_str(), summary.last_seq), ("swift-heron", 11));
    let RunStatus::Ended { status, reason, .. } = &summary.status else { panic!("{summary:?}") };
    assert_eq!((*status, reason), (EndStatus::Error, &warnings[0]));
    journal.close().await.unwrap();
}

#[tokio::test]
async fn damage_behind_the_daemons_back_is_noticed_when_read() {
    let (journal, dir) = fresh(Options::default());
    fill(&journal, run(1), 1, EVENTS).await;
    let path = mirror(dir.path(), run(1));
    spoil_event(&path, 12);
    assert_eq!(journal.read(run(1), 1, 11).unwrap(), notes(1, 11));
    let Err(JournalError::Damaged(what)) = journal.read(run(1), 1, 12) else { panic!("not noticed") };
    assert!(what.contains(&path.display().to_string()) && what.contains("byte "), "{what}");
    fill(&journal, run(2), 1, 1).await;
    journal.close().await.unwrap();
}

#[tokio::test]
async fn a_damaged_commit_log_is_reported() {
    let (journal, dir) = fresh(Options::default());
    fill(&journal, run(1), 1, 6).await;
    let mut log = fs::read(dir.path().join("commit.log")).unwrap();
    journal.close().await.unwrap();
    log[1000] ^= 1;
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("commit.log"), log).unwrap();
    let Opened { journal, warnings } = DiskJournal::open(dir.path()).unwrap();
    assert!(warnings[0].contains("commit.log"), "{warnings:?}");
    let events = journal.read(run(1), 1, 99).unwrap();
    assert!(events.len() < 6);
    journal.close().await.unwrap();
}
