//! Archives there and back, and archives that nobody should take in.

use std::io::{self, Read};
use std::path::Path;

use tar::{EntryType, Header};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use uuid::Uuid;
use weco_core::event::{EndStatus, Event, Exit, Outcome, RunEvent, Stage, Usage, Verdict};
use weco_core::fixture;
use weco_core::run::{BlobId, Derived, EnvironmentRef, FileRefs, NodeId, RunId, RunSpec, Source};
use weco_core::state::RunState;

use super::limit::MAX_EVENT;
use super::{export, import};
use crate::blobs::Blob;
use crate::error::{Failure, FailureKind};
use crate::journal::{DiskJournal, Durability, Journal, MemoryJournal};

const NOW: i64 = 1_700_000_900_000;

/// A run and what its events name.
struct Recorded {
    id: RunId,
    events: Vec<Event>,
    contents: Vec<Blob>,
}

impl Recorded {
    /// A run of so many steps that goes on.
    fn new(steps: u32) -> Self {
        Self::of(RunSpec { steps, ..fixture::spec(RunId(Uuid::from_u128(0xabc))) }, steps)
    }

    fn of(mut spec: RunSpec, steps: u32) -> Self {
        let environment = Blob::new("PRIVATE_PLACE=/secret/place\0");
        let mut run = Self { id: spec.id, events: Vec::new(), contents: vec![environment.clone()] };
        let original = run.content("x = 1\n");
        spec.sources = vec![Source { path: "src/model.py".into(), blob: original, mode: 0o644 }];
        spec.environment = environment.id();
        run.push(RunEvent::Created { spec: Box::new(spec) });
        run.evaluated(0, 1.0);
        for step in 1..=steps {
            run.step(step);
        }
        run
    }

    fn content(&mut self, text: &str) -> BlobId {
        let content = Blob::new(text);
        let id = content.id();
        self.contents.push(content);
        id
    }

    fn push(&mut self, kind: RunEvent) {
        let seq = self.events.len() as u64 + 1;
        self.events.push(Event { seq, at: 1_700_000_000_000 + i64::try_from(seq).unwrap(), kind });
    }

    fn step(&mut self, step: u32) {
        self.proposed(step, format!("Make it {step}."));
        self.evaluated(step, f64::from(step));
    }

    fn proposed(&mut self, step: u32, plan: String) {
        let (node, stage) = (NodeId(step), Stage::Improve);
        self.push(RunEvent::Asked { node, parent: NodeId(step - 1), stage, attempt: 1 });
        let text = format!("x = {step}\n{}", "def f(x):\n    return x\n".repeat(100));
        let files = FileRefs::from([("src/model.py".to_owned(), self.content(&text))]);
        let usage = Usage { input_tokens: 10, output_tokens: 5 };
        self.push(RunEvent::Proposed {
            node,
            plan,
            files,
            lines_added: 1,
            lines_removed: 1,
            usage,
            from: None,
        });
    }

    fn evaluated(&mut self, step: u32, metric: f64) {
        let node = NodeId(step);
        self.push(RunEvent::EvalIntended { node, attempt: 1 });
        let text = format!("epoch {step}\nspeedup: {metric}\n").repeat(20);
        let outcome = Outcome {
            verdict: Verdict::Good { metric },
            exit: Exit::Code { code: 0 },
            duration_ms: 12,
            output: self.content(&text),
            output_tail: format!("speedup: {metric}"),
        };
        self.push(RunEvent::Evaluated { node, attempt: 1, outcome });
    }

    fn ended(mut self) -> Self {
        let (reason, hint) = ("the budget is spent".to_owned(), String::new());
        self.push(RunEvent::Ended { status: EndStatus::Completed, reason, hint });
        self
    }

    fn journal(&self) -> MemoryJournal {
        let journal = MemoryJournal::new();
        let recorded =
            journal.append(self.id, self.events.clone(), self.contents.clone(), Durability::Flushed);
        Runtime::new().unwrap().block_on(recorded).unwrap();
        journal
    }

    fn archive(&self) -> Vec<u8> {
        let mut archive = Vec::new();
        export(&self.journal(), self.id, NOW, &mut archive).unwrap();
        archive
    }
}

fn take_in(journal: &dyn Journal, archive: &[u8], directory: Option<&str>) -> Result<RunId, Failure> {
    let runtime = Runtime::new().unwrap();
    let _entered = runtime.enter();
    import(journal, archive, directory)
}

/// Entries by name, as a tar holds them.
type Entries = Vec<(String, EntryType, Vec<u8>)>;

fn entries(archive: &[u8]) -> Entries {
    let mut tar = tar::Archive::new(zstd::Decoder::new(archive).unwrap());
    let entry = |entry: io::Result<tar::Entry<'_, _>>| {
        let mut entry = entry.unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        (entry.path().unwrap().to_str().unwrap().to_owned(), entry.header().entry_type(), bytes)
    };
    tar.entries().unwrap().map(entry).collect()
}

fn packed(entries: &Entries) -> Vec<u8> {
    let mut tar = tar::Builder::new(zstd::Encoder::new(Vec::new(), 1).unwrap());
    for (name, kind, bytes) in entries {
        let mut header = Header::new_gnu();
        header.set_entry_type(*kind);
        header.set_size(bytes.len() as u64);
        match kind {
            EntryType::Link => tar.append_link(&mut header, name, "/etc/passwd").unwrap(),
            _ => tar.append_data(&mut header, name, bytes.as_slice()).unwrap(),
        }
    }
    tar.into_inner().unwrap().finish().unwrap()
}

/// A change of an archive's entries that must not be taken in, and what is said of it.
fn assert_refused(change: impl FnOnce(&mut Entries), words: &str) {
    let mut entries = entries(&Recorded::new(2).ended().archive());
    change(&mut entries);
    assert_wrong(&packed(&entries), words);
}

#[track_caller]
fn assert_wrong(archive: &[u8], words: &str) {
    let journal = MemoryJournal::new();
    let failure = take_in(&journal, archive, None).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Invalid, "{failure:?}");
    assert!(failure.message.contains(words), "{words:?} is not in {failure:?}");
    assert_eq!(journal.runs().unwrap(), [], "nothing is left");
}

/// Changes the events' text.
fn rewrite(from: &'static str, to: &'static str) -> impl FnOnce(&mut Entries) {
    move |entries| {
        let text = String::from_utf8(entries[1].2.clone()).unwrap();
        assert!(text.contains(from), "{text}");
        entries[1].2 = text.replace(from, to).into_bytes();
    }
}

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
    run.push(RunEvent::Inherited { outcome: Outcome { verdict, exit, duration_ms: 1, output, output_tail } });
    let node = NodeId(1);
    run.push(RunEvent::Asked { node, parent: NodeId(0), stage: Stage::Draft, attempt: 1 });
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
    });
    run.push(RunEvent::Revised { node, files: files(second), by: by.clone(), lines_added, lines_removed });
    let environment = EnvironmentRef { record: environment, secret_variables: Vec::new() };
    let terms = weco_core::event::Terms { command: None, directory: "/home/u/project".into(), environment };
    run.push(RunEvent::Approved { node, by, terms });
    let journal = MemoryJournal::new();
    take_in(&journal, &run.archive(), None).unwrap();
    for content in [inherited.id(), first, second, output] {
        assert!(journal.blob(run.id, content).unwrap().is_some());
    }
    assert_eq!(journal.blob(run.id, run.contents[0].id()).unwrap(), None, "nor any approver's environment");
}

#[test]
fn a_damaged_archive_is_refused() {
    let run = Recorded::new(2).ended();
    let archive = run.archive();
    for cut in (0..archive.len()).step_by(7).chain([archive.len() - 1]) {
        assert_wrong(&archive[..cut], "this is no archive that weco can read");
    }
    for at in (0..archive.len()).step_by(5) {
        let mut damaged = archive.clone();
        damaged[at] ^= 0x10;
        let journal = MemoryJournal::new();
        // The frame's header has a bit or two without a meaning.
        if let Err(failure) = take_in(&journal, &damaged, None) {
            assert_eq!(failure.kind, FailureKind::Invalid, "{failure:?}");
            assert_eq!(journal.runs().unwrap(), []);
        } else {
            assert_eq!(journal.read(run.id, 1, 999).unwrap(), run.events, "{at}");
        }
    }
    assert_wrong(b"", "this is no archive");
    assert_wrong(b"PK\x03\x04 something else", "this is no archive");
    assert_wrong(&[archive.as_slice(), b"more"].concat(), "this is no archive");
}

#[test]
fn what_an_archive_says_must_fit_together() {
    assert_refused(|entries| entries.swap(0, 1), "it has no manifest.json where one must be");
    assert_refused(|entries| drop(entries.remove(1)), "it has no events.jsonl where one must be");
    assert_refused(|entries| entries.truncate(1), "it has no events.jsonl");
    assert_refused(|entries| drop(entries.remove(2)), "is missing");
    assert_refused(|entries| entries[2].2.push(b'!'), "is not what its name says");
    assert_refused(|entries| entries.push(entries[2].clone()), "is there twice");
    assert_refused(|entries| entries[2].1 = EntryType::Continuous, "is missing");
    assert_refused(
        |entries| {
            let name = format!("weco-00000000/contents/{}", Blob::new("more").id());
            entries.push((name, EntryType::Regular, b"more".to_vec()));
        },
        "is no part of the run",
    );
    assert_refused(
        |entries| entries[2].0 = "weco-00000000/contents/passwd".into(),
        "is no name of a content",
    );
    assert_refused(|entries| entries[0].2 = b"{}".to_vec(), "its manifest cannot be read");
    assert_refused(
        |entries| entries[0].2 = br#"{"format": 99}"#.to_vec(),
        "written by a newer weco (format 99",
    );
    assert_refused(|entries| entries[0].2 = br#"{"format": 1}"#.to_vec(), "its manifest is wrong");
    assert_refused(rewrite("\"seq\":3", "\"seq\":4"), "event 4 cannot follow");
    assert_refused(rewrite("\"type\":\"evaluated\"", "\"type\":\"unheard\""), "event 3 cannot be read");
    assert_refused(rewrite("0000-000000000abc", "0000-000000000abd"), "its events are of");
    assert_refused(
        |entries| {
            let cut = entries[1].2.iter().position(|byte| *byte == b'\n').unwrap() + 1;
            entries[1].2.truncate(cut);
        },
        "it has 1 events instead of",
    );
    assert_refused(|entries| entries[1].2.clear(), "do not begin with the run's creation");
}

#[test]
fn what_would_do_harm_later_is_refused() {
    assert_refused(rewrite("src/model.py", "../model.py"), "'../model.py' is no path of a source");
    assert_refused(rewrite("src/model.py", "/etc/passwd"), "'/etc/passwd' is no path of a source");
    assert_refused(rewrite("src/model.py", "src//model.py"), "is no path of a source");
    assert_refused(rewrite("src/model.py", "./model.py"), "is no path of a source");
    assert_refused(rewrite("src/model.py", "a\\u0000b"), "is no path of a source");
    assert_refused(
        rewrite("\"files\":{\"src/model.py\"", "\"files\":{\"src/other.py\""),
        "its files are not the sources",
    );
    assert_refused(rewrite("\"directory\":\"/home", "\"directory\":\"home"), "is no absolute path");
    assert_refused(rewrite("\"log_dir\":\"/home", "\"log_dir\":\"../home"), "is no absolute path");
    assert_refused(rewrite("swift-heron", "../../x\\u001b"), "the run's name is none that weco gives");
    assert_refused(rewrite("\"mode\":420", "\"mode\":99999"), "has no valid permissions");
    assert_refused(
        rewrite("\"input_tokens\":10", "\"input_tokens\":18446744073709551615"),
        "too many tokens",
    );
    assert_refused(rewrite("\"metric\":1.0", "\"metric\":1e999"), "event 3 cannot be read");
}

#[test]
fn what_no_message_could_tell_is_refused() {
    let (null, long) = ("\"instructions\":null", "i".repeat(MAX_EVENT));
    let lengthen = |entries: &mut Entries| {
        let text = String::from_utf8(std::mem::take(&mut entries[1].2)).unwrap();
        entries[1].2 = text.replacen(null, &format!("\"instructions\":\"{long}\""), 1).into_bytes();
    };
    assert_refused(lengthen, "event 1 is larger than any run's");

    let id = RunId(Uuid::from_u128(0xabc));
    let mut run = Recorded::of(RunSpec { require_review: true, ..fixture::spec(id) }, 0);
    for step in 1..=3 {
        run.proposed(step, "p".repeat(MAX_EVENT - 1000));
    }
    assert_wrong(&run.archive(), "bytes to list it");
}

#[test]
fn a_small_file_cannot_become_a_large_one() {
    let zeros = |count: usize| vec![0; count];
    assert_refused(|entries| entries[0].2 = zeros(65 << 10), "its manifest.json is larger than any run's");
    assert_refused(|entries| entries[2].2 = zeros((64 << 20) + 1), "its content is larger than any run's");
    // A name that tar readers would collect in memory.
    let mut archive = entries(&Recorded::new(1).ended().archive());
    let name = ("././@LongLink".to_owned(), EntryType::GNULongName, zeros(8 << 20));
    archive.insert(2, name);
    let journal = MemoryJournal::new();
    take_in(&journal, &packed(&archive), None).unwrap();
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
    super::report(&run.journal(), run.id, NOW, &mut page).unwrap();
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
