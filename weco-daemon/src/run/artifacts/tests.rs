//! Artifacts that a killed daemon owed.

use tempfile::TempDir;
use uuid::Uuid;
use weco_core::event::{EndStatus, Exit, Outcome};
use weco_core::fixture;
use weco_core::run::{RunSpec, Source};

use super::*;
use crate::blobs::Blob;
use crate::journal::{Durability, MemoryJournal};

const RUN: RunId = RunId(Uuid::from_u128(7));
const OLD: &str = "speed = 1\n";
const NEW: &str = "speed = 2\n";

/// A run with a recorded best version, and the directory for its artifacts.
struct House {
    dir: TempDir,
    journal: Arc<MemoryJournal>,
    state: RunState,
}

impl House {
    /// The first version, and every event up to `last` of its evaluation.
    async fn new(last: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (text, output) = (Blob::new(NEW), Blob::new("speed: 2\n"));
        let created = RunEvent::Created { spec: Box::new(spec(dir.path(), text.id())) };
        let outcome = Outcome {
            verdict: Verdict::Good { metric: 2.0 },
            exit: Exit::Code { code: 0 },
            duration_ms: 1,
            output: output.id(),
            output_tail: "speed: 2\n".into(),
            samples: Vec::new(),
            verified: false,
            report: None,
        };
        let node = NodeId::BASELINE;
        let kinds = [
            created,
            RunEvent::EvalIntended { node, attempt: 1 },
            RunEvent::Evaluated { node, attempt: 1, outcome },
        ];
        let events: Vec<Event> =
            (1..).zip(kinds).take(last).map(|(seq, kind)| Event { seq, at: 0, kind }).collect();
        let state = RunState::replay(&events).unwrap();
        let journal = Arc::new(MemoryJournal::new());
        journal.append(RUN, events, vec![text, output], Durability::Flushed).await.unwrap();
        Self { dir, journal, state }
    }

    fn run_dir(&self) -> PathBuf {
        self.dir.path().join(".runs").join(RUN.to_string())
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.run_dir().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.run_dir().join(path)).ok()
    }

    /// Starts the writer and waits until it has written what it was to write.
    async fn start(&self) {
        let (mailbox, mut news) = mpsc::channel(8);
        let mut artifacts = Artifacts::start(&self.state, self.journal.clone(), Mailbox(mailbox));
        let (status, reason, hint) = (EndStatus::Terminated, String::new(), String::new());
        let ended = RunEvent::Ended { status, reason, hint };
        artifacts.note(&[Event { seq: self.state.seq() + 1, at: 0, kind: ended }], &self.state).await;
        assert!(news.try_recv().is_err(), "nothing went wrong");
    }
}

fn spec(dir: &Path, text: BlobId) -> RunSpec {
    RunSpec {
        directory: dir.display().to_string(),
        sources: vec![Source { path: "model.py".into(), blob: text, mode: 0o644 }],
        log_dir: dir.join(".runs").display().to_string(),
        save_logs: true,
        ..fixture::spec(RUN)
    }
}

#[tokio::test]
async fn a_run_that_goes_on_gets_its_best_version_and_that_step() {
    let house = House::new(3).await;
    house.write("best/files/model.py", OLD);
    house.write("best/manifest.json", "{}");
    house.write("steps/0/files/model.py", "spe");
    house.start().await;
    assert_eq!(house.read("best/files/model.py").as_deref(), Some(NEW));
    assert!(house.read("best/manifest.json").unwrap().contains("\"step\": 0"));
    assert_eq!(house.read("steps/0/files/model.py").as_deref(), Some(NEW));
    assert!(house.read("steps/0/manifest.json").unwrap().contains("step_code_snapshot"));
    assert_eq!(house.read("outputs/step_0.out.txt").as_deref(), Some("speed: 2\n"));
    assert!(!house.run_dir().join(".best").exists());
}

#[tokio::test]
async fn a_step_that_is_complete_is_left_alone() {
    let house = House::new(3).await;
    house.write("best/files/model.py", OLD);
    house.write("steps/0/manifest.json", "{}");
    house.start().await;
    assert_eq!(house.read("best/files/model.py").as_deref(), Some(NEW));
    assert_eq!(house.read("steps/0/manifest.json").as_deref(), Some("{}"));
    assert_eq!(house.read("exec_output.jsonl"), None);
}

#[tokio::test]
async fn a_run_without_a_best_version_writes_nothing() {
    for last in [1, 2] {
        let house = House::new(last).await;
        house.start().await;
        assert!(!house.run_dir().exists());
    }
}
