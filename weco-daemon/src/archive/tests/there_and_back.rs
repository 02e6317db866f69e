//! What is exported is what is imported.

use std::path::Path;

use tempfile::TempDir;
use weco_core::event::Terms;
use weco_core::run::{Derived, EnvironmentRef};
use weco_core::state::RunState;

use super::*;
use crate::archive::report;
use crate::journal::DiskJournal;

#[test]
fn what_is_exported_is_imported() {
    let run = Recorded::new(3).ended();
    let journal = MemoryJournal::new();
    assert_eq!(take_in(&journal, &run.archive(), None).unwrap(), run.id);
    assert_eq!(journal.read(run.id, 1, 999).unwrap(), run.events);
    let (environment, contents) = run.contents.split_first().unwrap();
    for content in contents {
        assert_eq!(journal.blob(run.id, content.id()).unwrap().as_deref(), Some(content.bytes()));
    }
    assert_eq!(journal.blob(run.id, environment.id()).unwrap(), None, "the environment stays where it was");
    let again = take_in(&journal, &run.archive(), None).unwrap_err();
    assert_eq!(again.kind, FailureKind::State);
    assert!(again.message.contains("is here already"), "{again:?}");
    assert_eq!(journal.read(run.id, 1, 999).unwrap(), run.events);
}

#[test]
fn an_archive_is_readable_for_people_and_has_no_environment() {
    let run = Recorded::new(2).ended();
    let entries = entries(&run.archive());
    let named = |name: &str| entries.iter().find(|(entry, ..)| entry == &format!("weco-00000000/{name}"));
    for name in ["manifest.json", "events.jsonl", "report.html"] {
        assert_eq!(named(name).unwrap().1, EntryType::Regular, "{name}");
    }
    for name in
        ["code/step_0/src/model.py", "code/step_2/src/model.py", "outputs/step_0.txt", "outputs/step_2.txt"]
    {
        assert_eq!(named(name).unwrap().1, EntryType::Link, "{name}");
    }
    let place = tempfile::tempdir().unwrap();
    tar::Archive::new(zstd::Decoder::new(run.archive().as_slice()).unwrap()).unpack(place.path()).unwrap();
    let code = std::fs::read_to_string(place.path().join("weco-00000000/code/step_2/src/model.py")).unwrap();
    assert!(code.starts_with("x = 2\n"), "{code}");
    let is_private = |bytes: &[u8]| bytes.windows(13).any(|part| part == b"PRIVATE_PLACE");
    assert!(!entries.iter().any(|(_, _, bytes)| is_private(bytes)));
}

#[test]
fn a_run_that_went_on_is_interrupted_where_it_is_imported() {
    let run = Recorded::new(2);
    let journal = MemoryJournal::new();
    take_in(&journal, &run.archive(), None).unwrap();
    let events = journal.read(run.id, 1, 999).unwrap();
    let (last, before) = events.split_last().unwrap();
    assert_eq!(before, run.events);
    assert_eq!(last.at, NOW, "it ended here when it was exported there");
    let state = RunState::replay(&events).unwrap();
    assert_eq!(state.end_status(), Some(EndStatus::Interrupted));
    let hint = "weco resume 00000000";
    assert!(matches!(&last.kind, RunEvent::Ended { hint: found, .. } if found == hint), "{last:?}");
}

#[test]
fn a_run_can_be_moved() {
    let spec =
        |log_dir: &str| RunSpec { log_dir: log_dir.to_owned(), ..fixture::spec(RunId(Uuid::from_u128(1))) };
    for (before, after) in [("/home/u/project/logs/here", "/new/logs/here"), ("/var/log/weco", "/new/.runs")]
    {
        let run = Recorded::of(spec(before), 1).ended();
        let journal = MemoryJournal::new();
        take_in(&journal, &run.archive(), Some("/new")).unwrap();
        let summary = journal.runs().unwrap().remove(0).summary.unwrap();
        assert_eq!((summary.directory.as_str(), summary.log_dir.as_str()), ("/new", after));
        assert_eq!(journal.read(run.id, 2, 999).unwrap(), run.events[1..], "all else is as it was");
    }
}

#[test]
fn a_derived_and_reviewed_run_needs_no_parent() {
    let inherited = Blob::new("x = 0\n");
    let derived = Derived {
        lineage: RunId(Uuid::from_u128(77)),
        run: RunId(Uuid::from_u128(78)),
        node: NodeId(4),
        files: FileRefs::from([("src/model.py".to_owned(), inherited.id())]),
    };
    let spec =
        RunSpec { derived: Some(derived), require_review: true, ..fixture::spec(RunId(Uuid::from_u128(9))) };
    let mut run = Recorded::of(spec, 0);
    run.events.truncate(1);
    run.contents.push(inherited.clone());
    let (output, environment) = (run.content("speedup: 3\n"), run.contents[0].id());
    let exit = Exit::Code { code: 0 };
    let (verdict, output_tail) = (Verdict::Good { metric: 3.0 }, String::new());
    run.push(RunEvent::Inherited {
        outcome: Outcome {
            verdict,
            exit,
            duration_ms: 1,
            output,
            output_tail,
            samples: Vec::new(),
            verified: false,
            report: None,
        },
    });
    let node = NodeId(1);
    run.push(RunEvent::Asked {
        node,
        parent: NodeId(0),
        stage: Stage::Draft,
        attempt: 1,
        grounds: Grounds::default(),
    });
    let files = |blob| FileRefs::from([("src/model.py".to_owned(), blob)]);
    let (first, second) = (run.content("x = 5\n"), run.content("x = 6\n"));
    let (usage, by) = (Usage::default(), "ann".to_owned());
    let (lines_added, lines_removed) = (1, 1);
    let plan = String::new();
    run.push(RunEvent::Proposed {
        node,
        plan,
        files: files(first),
        lines_added,
        lines_removed,
        usage,
        from: None,
        written: Default::default(),
    });
    run.push(RunEvent::Revised {
        node,
        files: files(second),
        by: by.clone(),
        lines_added,
        lines_removed,
        code: None,
    });
    let environment = EnvironmentRef { record: environment, secret_variables: Vec::new() };
    let terms = Terms { command: None, directory: "/home/u/project".into(), environment };
    run.push(RunEvent::Approved { node, by, terms });
    let journal = MemoryJournal::new();
    take_in(&journal, &run.archive(), None).unwrap();
    for content in [inherited.id(), first, second, output] {
        assert!(journal.blob(run.id, content).unwrap().is_some());
    }
    assert_eq!(journal.blob(run.id, run.contents[0].id()).unwrap(), None, "nor any approver's environment");
}

#[test]
fn no_source_is_too_deep_for_an_archive() {
    let mut run = Recorded::new(1);
    let deep = format!("{}/model.py", vec!["directory"; 30].join("/"));
    let events = serde_json::to_string(&run.events).unwrap().replace("src/model.py", &deep);
    run.events = serde_json::from_str(&events).unwrap();
    let archive = run.archive();
    take_in(&MemoryJournal::new(), &archive, None).unwrap();
    assert!(entries(&archive).iter().any(|(name, ..)| Path::new(name).ends_with(&deep)));
}

#[test]
fn a_lost_content_is_told_of() {
    let mut run = Recorded::new(1);
    run.contents.pop();
    let refused = export(&run.journal(), run.id, NOW, io::sink()).unwrap_err();
    let failure = Failure::from(refused);
    assert!(failure.message.ends_with("is missing") && failure.hint.ends_with("--html"), "{failure:?}");
    let mut page = Vec::new();
    report(&run.journal(), run.id, NOW, &mut page).unwrap();
    assert!(page.starts_with(b"<!doctype html>"));
}

#[test]
fn a_run_on_its_way_by_another_import_is_not_said_to_be_here() {
    let run = Recorded::new(1).ended();
    let archive = run.archive();
    let place = TempDir::new().unwrap();
    let journal = DiskJournal::open(place.path()).unwrap().journal;
    let other = journal.take_in(run.id).unwrap();
    let refused = take_in(&journal, &archive, None).unwrap_err();
    assert!(refused.message.starts_with("another import of run") && refused.hint.contains("try again"));
    drop(other);
    take_in(&journal, &archive, None).unwrap();
}

/// Far more than an append takes at once.
#[test]
fn a_long_run_goes_there_and_back() {
    let run = Recorded::new(1_000).ended();
    let archive = run.archive();
    let place = TempDir::new().unwrap();
    let journal = DiskJournal::open(place.path()).unwrap().journal;
    take_in(&journal, &archive, None).unwrap();
    assert_eq!(journal.read(run.id, 1, usize::MAX).unwrap(), run.events);
    assert!(archive.len() < 2 << 20, "{} bytes", archive.len());
}
