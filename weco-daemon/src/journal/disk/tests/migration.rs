//! Journals of older formats, as real daemons left them.

use std::time::{Duration, Instant};

use weco_core::event::{EndStatus, RunEvent, Usage};
use weco_core::fixture;
use weco_core::run::{NodeId, RunId, RunSpec};
use weco_core::state::{RunState, RunStatus};
use weco_core::summary::Best;

use super::*;
use crate::journal::RunEntry;
use crate::journal::contract::event;

/// A copy of `tests/data/format-1`.
fn format_1() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/format-1"), dir.path());
    dir
}

fn format(dir: &Path) -> String {
    fs::read_to_string(dir.join("format")).unwrap()
}

/// The database, once whoever had it open has let go of it.
fn database(dir: &Path) -> sled::Db {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        match sled::Config::new().path(dir.join("sled-1")).flush_every_ms(None).open() {
            Ok(db) => return db,
            Err(error) => assert!(Instant::now() < deadline, "{error}"),
        }
        std::thread::yield_now();
    }
}

/// The catalogue's entries as JSON, each before `edit` changed it.
fn catalogued(dir: &Path, edit: impl Fn(&mut serde_json::Value)) -> Vec<serde_json::Value> {
    let db = database(dir);
    let runs = db.open_tree("runs").unwrap();
    let one = |item: sled::Result<(sled::IVec, sled::IVec)>| {
        let (key, value) = item.unwrap();
        let before: serde_json::Value = serde_json::from_slice(&value).unwrap();
        let mut entry = before.clone();
        edit(&mut entry);
        runs.insert(key, serde_json::to_vec(&entry).unwrap()).unwrap();
        before
    };
    let entries = runs.iter().map(one).collect();
    db.flush().unwrap();
    entries
}

fn the_three_runs_are_told(entries: &[RunEntry]) {
    let [completed, stopped, going] = entries else { panic!("{entries:?}") };
    let summary = completed.summary.as_deref().unwrap();
    assert_eq!((summary.name.as_str(), summary.directory.as_str()), ("calm-otter", "/project"));
    assert_eq!(summary.best, Some(Best { step: NodeId(1), metric: 2.5, deviation: None, count: 1 }));
    assert_eq!((summary.steps_done(), summary.steps, summary.baseline_metric), (2, 2, Some(1.0)));
    assert_eq!(summary.usage, Usage { input_tokens: 200, output_tokens: 40 });
    assert_eq!(summary.end_status(), Some(EndStatus::Completed));
    let summary = stopped.summary.as_deref().unwrap();
    assert_eq!(summary.end_status(), Some(EndStatus::Terminated));
    assert_eq!((summary.steps_done(), summary.steps_asked), (0, 1));
    let summary = going.summary.as_deref().unwrap();
    assert_eq!(summary.status, RunStatus::Running);
    assert_eq!(entries.iter().map(|entry| entry.ended).collect::<Vec<_>>(), [true, true, false]);
}

#[tokio::test]
async fn format_1_is_brought_up_to_date_and_goes_on() {
    let dir = format_1();
    assert!(catalogued(dir.path(), |_| ()).iter().all(|entry| entry.get("summary").is_none()));
    let journal = open(dir.path());
    assert_eq!(format(dir.path()), "3\n");
    let entries = journal.runs().unwrap();
    the_three_runs_are_told(&entries);
    for entry in &entries {
        let events = journal.read(entry.id, 1, usize::MAX).unwrap();
        assert_eq!(RunState::replay(&events).unwrap().seq(), entry.last_seq);
    }
    let going = entries[2].id;
    let stop = event(entries[2].last_seq + 1, RunEvent::StopAsked { force: true });
    journal.append(going, vec![stop], Vec::new(), Durability::Flushed).await.unwrap();
    journal.close().await.unwrap();

    assert!(catalogued(dir.path(), |_| ()).iter().all(|entry| entry["summary"]["name"].is_string()));
    let journal = open(dir.path());
    let stopping = journal.runs_in(going..=going, 1).unwrap().remove(0);
    assert_eq!(stopping.summary.unwrap().status, RunStatus::Stopping);
    journal.close().await.unwrap();
}

#[tokio::test]
async fn a_migration_that_was_cut_short_is_done_again() {
    // Everything done but the number; one run done; nothing done but the number's temporary file.
    let lose_all = |entry: &mut serde_json::Value| drop(entry.as_object_mut().unwrap().remove("summary"));
    let lose_one = |entry: &mut serde_json::Value| {
        if entry["summary"]["name"] == "calm-otter" {
            lose_all(entry);
        }
    };
    let cases: [&dyn Fn(&mut serde_json::Value); 3] = [&|_| (), &lose_one, &lose_all];
    for lost in cases {
        let dir = format_1();
        open(dir.path()).close().await.unwrap();
        catalogued(dir.path(), lost);
        fs::write(dir.path().join("format"), "1\n").unwrap();
        fs::write(dir.path().join("format.new"), "").unwrap();
        let journal = open(dir.path());
        the_three_runs_are_told(&journal.runs().unwrap());
        journal.close().await.unwrap();
        assert_eq!(format(dir.path()), "3\n");
        assert!(catalogued(dir.path(), |_| ()).iter().all(|entry| entry["summary"].is_object()));
    }
}

#[tokio::test]
async fn format_2_gets_the_instructions_that_a_run_began_with() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let run = RunId(uuid::Uuid::from_u128(7));
    let spec = RunSpec { instructions: Some("Think of speed.".to_owned()), ..fixture::spec(run) };
    let (reason, hint) = (String::new(), String::new());
    let kinds = [
        RunEvent::Created { spec: Box::new(spec) },
        RunEvent::Ended { status: EndStatus::Completed, reason, hint },
    ];
    let events = (1..).zip(kinds).map(|(seq, kind)| event(seq, kind)).collect();
    journal.append(run, events, Vec::new(), Durability::Flushed).await.unwrap();
    journal.close().await.unwrap();
    catalogued(dir.path(), |entry| {
        let summary = entry["summary"].as_object_mut().unwrap();
        for field in ["instructions", "require_review", "pending", "origin"] {
            summary.remove(field);
        }
    });
    fs::write(dir.path().join("format"), "2\n").unwrap();

    let journal = open(dir.path());
    let summary = journal.runs().unwrap().remove(0).summary.unwrap();
    assert_eq!(summary.instructions.as_deref(), Some("Think of speed."));
    assert_eq!(summary.end_status(), Some(EndStatus::Completed));
    journal.close().await.unwrap();
    assert_eq!(format(dir.path()), "3\n");
}

#[tokio::test]
async fn a_damaged_index_does_not_stop_a_migration() {
    let dir = format_1();
    fs::write(dir.path().join("sled-1/db"), vec![0xa5; 17_000]).unwrap();
    let opened = DiskJournal::open(dir.path()).unwrap();
    assert_eq!(opened.warnings.len(), 1, "{:?}", opened.warnings);
    the_three_runs_are_told(&opened.journal.runs().unwrap());
    opened.journal.close().await.unwrap();
    assert_eq!(format(dir.path()), "3\n");
}

#[tokio::test]
async fn a_newer_format_is_not_touched() {
    let dir = format_1();
    fs::write(dir.path().join("format"), "9\n").unwrap();
    let before = catalogued(dir.path(), |_| ());
    let files = |dir: &Path| fs::read_dir(dir.join("mirror")).unwrap().count();
    let refused = DiskJournal::open(dir.path()).unwrap_err();
    assert!(refused.to_string().contains("newer weco-daemon (format 9"), "{refused}");
    assert_eq!((format(dir.path()).as_str(), files(dir.path())), ("9\n", 3));
    assert_eq!(catalogued(dir.path(), |_| ()), before);
    assert!(!dir.path().join("commit.log").exists());
}
