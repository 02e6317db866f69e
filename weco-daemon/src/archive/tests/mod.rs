//! Runs as archives, and archives entry by entry.

mod refusals;
mod there_and_back;

use std::io::{self, Read};

use tar::{EntryType, Header};
use tokio::runtime::Runtime;
use uuid::Uuid;
use weco_core::event::{EndStatus, Event, Exit, Grounds, Outcome, RunEvent, Stage, Usage, Verdict};
use weco_core::fixture;
use weco_core::run::{BlobId, FileRefs, NodeId, RunId, RunSpec, Source};

use super::{export, import};
use crate::blobs::Blob;
use crate::error::{Failure, FailureKind};
use crate::journal::{Durability, Journal, MemoryJournal};

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
        self.push(RunEvent::Asked {
            node,
            parent: NodeId(step - 1),
            stage,
            attempt: 1,
            grounds: Grounds::default(),
        });
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
            written: Default::default(),
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
            samples: Vec::new(),
            verified: false,
            report: None,
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
