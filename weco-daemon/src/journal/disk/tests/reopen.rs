//! What is there again after a clean close.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::journal::JournalError;
use crate::journal::contract::{created, ended, run, summary};

#[tokio::test]
async fn everything_is_there_again() {
    let (journal, dir) = fresh(Options::default());
    fill(&journal, run(1), 1, 5).await;
    fill(&journal, run(2), 1, 2).await;
    journal.append(run(2), vec![ended(3)], Vec::new(), Durability::Written).await.unwrap();
    let before = journal.runs().unwrap();
    journal.close().await.unwrap();

    let journal = open(dir.path());
    assert_eq!(journal.runs().unwrap(), before);
    assert_eq!((before[1].id, before[1].last_seq, before[1].ended), (run(2), 3, true));
    assert_eq!(journal.read(run(1), 1, 99).unwrap(), notes(1, 5));
    let blob = content(run(1), 4);
    assert_eq!(journal.blob(run(1), blob.id()).unwrap().as_deref(), Some(blob.bytes()));
    fill(&journal, run(1), 6, 1).await;
    journal.append(run(2), notes(4, 1), Vec::new(), Durability::Flushed).await.unwrap();
    journal.close().await.unwrap();

    let journal = open(dir.path());
    assert_eq!(journal.read(run(1), 1, 99).unwrap(), notes(1, 6));
    assert_eq!((journal.runs().unwrap()[1].last_seq, journal.runs().unwrap()[1].ended), (4, false));
    journal.close().await.unwrap();
}

#[tokio::test]
async fn summaries_are_there_again_without_a_look_at_the_runs_that_are_over() {
    let (journal, dir) = fresh(Options::default());
    let over = [created(run(1)), ended(2)];
    let going = [created(run(2)), notes(2, 1).remove(0)];
    for (number, events) in [(1, &over), (2, &going)] {
        journal.append(run(number), events.to_vec(), Vec::new(), Durability::Flushed).await.unwrap();
    }
    journal.close().await.unwrap();
    // Other content of the same length: whoever reads it cannot make a summary of it.
    let path = mirror(dir.path(), run(1));
    let len = fs::metadata(&path).unwrap().len();
    fs::write(&path, vec![b'x'; usize::try_from(len).unwrap()]).unwrap();
    let journal = open(dir.path());
    let listed = journal.runs().unwrap();
    assert_eq!(listed[0].summary.as_deref(), summary(&over).as_ref());
    assert_eq!(listed[1].summary.as_deref(), summary(&going).as_ref());
    journal.close().await.unwrap();
}

#[tokio::test]
async fn a_content_is_stored_once() {
    let (journal, dir) = fresh(Options::default());
    let blob = Blob::new((0..20_000u32).flat_map(u32::to_le_bytes).collect::<Vec<u8>>());
    journal.append(run(1), notes(1, 1), vec![blob.clone()], Durability::Flushed).await.unwrap();
    let once = fs::metadata(mirror(dir.path(), run(1))).unwrap().len();
    journal.close().await.unwrap();
    let journal = open(dir.path());
    journal.append(run(1), notes(2, 1), vec![blob], Durability::Flushed).await.unwrap();
    let twice = fs::metadata(mirror(dir.path(), run(1))).unwrap().len();
    assert!(twice - once < 200, "{once} and {twice} bytes");
    journal.close().await.unwrap();
}

#[tokio::test]
async fn a_removed_run_stays_removed() {
    let (journal, dir) = fresh(Options::default());
    fill(&journal, run(1), 1, 3).await;
    fill(&journal, run(2), 1, 3).await;
    journal.remove(vec![run(1)]).await.unwrap();
    journal.close().await.unwrap();
    let left: Vec<_> = fs::read_dir(dir.path().join("mirror")).unwrap().collect();
    assert_eq!(left.len(), 1);
    let journal = open(dir.path());
    assert_eq!(journal.runs().unwrap().len(), 1);
    journal.close().await.unwrap();
}

#[tokio::test]
async fn a_removal_that_was_cut_short_is_completed() {
    let (journal, dir) = fresh(Options::default());
    fill(&journal, run(1), 1, 3).await;
    journal.close().await.unwrap();
    let tombstone = dir.path().join("mirror").join(format!("{}.removed", run(1)));
    fs::rename(mirror(dir.path(), run(1)), &tombstone).unwrap();
    let journal = open(dir.path());
    assert_eq!(journal.runs().unwrap(), []);
    journal.close().await.unwrap();
    assert!(!tombstone.exists());
    let journal = open(dir.path());
    assert_eq!(journal.runs().unwrap(), []);
    journal.close().await.unwrap();
}

#[tokio::test]
async fn a_run_whose_first_append_failed_never_was() {
    let (journal, dir) = fresh(Options::default());
    journal.close().await.unwrap();
    for (number, left) in [(1, ""), (2, "E 0123"), (3, "garbage\n\n")] {
        fs::write(mirror(dir.path(), run(number)), left).unwrap();
    }
    let journal = open(dir.path());
    assert_eq!(journal.runs().unwrap(), []);
    fill(&journal, run(2), 1, 1).await;
    journal.close().await.unwrap();
    assert_eq!(fs::read_dir(dir.path().join("mirror")).unwrap().count(), 1);
}

#[tokio::test]
async fn only_one_daemon_has_it() {
    let (journal, dir) = fresh(Options::default());
    let refused = DiskJournal::open(dir.path());
    assert!(matches!(refused, Err(JournalError::InUse(_))), "{refused:?}");
    journal.close().await.unwrap();
    open(dir.path()).close().await.unwrap();
}

#[tokio::test]
async fn a_newer_format_is_refused_and_left_alone() {
    let (journal, dir) = fresh(Options::default());
    journal.close().await.unwrap();
    for (text, newer) in [("4\n", true), ("0\n", false), ("one\n", false)] {
        fs::write(dir.path().join("format"), text).unwrap();
        match DiskJournal::open(dir.path()) {
            Err(JournalError::TooNew { found: 4, known: 3, .. }) => assert!(newer),
            Err(JournalError::Damaged(_)) => assert!(!newer),
            other => panic!("{other:?}"),
        }
        assert_eq!(fs::read_to_string(dir.path().join("format")).unwrap(), text);
    }
}

#[tokio::test]
async fn an_unusable_directory_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    fs::write(&path, "").unwrap();
    let error = DiskJournal::open(&path.join("journal")).unwrap_err();
    assert!(error.to_string().contains(&path.display().to_string()), "{error}");
}

#[tokio::test]
async fn nobody_else_can_read_it() {
    let (journal, dir) = fresh(Options::default());
    fill(&journal, run(1), 1, 1).await;
    journal.close().await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for file in [mirror(dir.path(), run(1)), dir.path().join("commit.log"), dir.path().join("format")] {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    assert_eq!(mode(&dir.path().join("mirror")), 0o700);
}

#[tokio::test]
async fn a_lock_that_is_held_for_an_instant_more_is_waited_for() {
    let (journal, dir) = fresh(Options::default());
    journal.close().await.unwrap();
    let held = fs::File::open(dir.path().join("lock")).unwrap();
    held.try_lock().unwrap();
    let holder = std::thread::spawn(move || {
        std::thread::park_timeout(std::time::Duration::from_millis(30));
        drop(held);
    });
    open(dir.path()).close().await.unwrap();
    holder.join().unwrap();
}

#[tokio::test]
async fn a_run_that_was_being_taken_in_is_gone() {
    let (journal, dir) = fresh(Options::default());
    fill(&journal, run(1), 1, 2).await;
    let mut intake = journal.take_in(run(2)).unwrap();
    intake.add(&content(run(2), 1)).unwrap();
    assert!(
        matches!(journal.take_in(run(2)).map(drop), Err(JournalError::OutOfOrder { .. })),
        "one at a time"
    );
    // As a crash would leave it.
    let crashed = tempfile::tempdir().unwrap();
    copy(dir.path(), crashed.path());
    drop(intake);
    let left = |dir: &Path| fs::read_dir(dir.join("mirror")).unwrap().count();
    assert_eq!((left(dir.path()), left(crashed.path())), (1, 2));
    let reopened = open(crashed.path());
    assert_eq!(reopened.runs().unwrap().len(), 1);
    assert_eq!(left(crashed.path()), 1);
    reopened.take_in(run(2)).unwrap().commit(notes(1, 3)).await.unwrap();
    reopened.close().await.unwrap();
    drop(reopened);
    assert_eq!(open(crashed.path()).read(run(2), 1, 9).unwrap(), notes(1, 3), "what was taken in is durable");
}

#[tokio::test]
async fn a_run_that_came_to_be_otherwise_leaves_no_incoming_file() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let intake = journal.take_in(run(2)).unwrap();
    journal.append(run(2), notes(1, 3), Vec::new(), Durability::Flushed).await.unwrap();
    let refused = intake.commit(notes(1, 2)).await;
    assert!(matches!(refused, Err(JournalError::OutOfOrder { .. })), "{refused:?}");
    assert!(!dir.path().join("mirror").join(format!("{}.incoming", run(2))).exists());
    assert_eq!(journal.read(run(2), 1, 9).unwrap(), notes(1, 3));
    journal.close().await.unwrap();
}
