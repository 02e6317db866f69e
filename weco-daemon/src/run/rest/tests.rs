//! Files that a daemon could not bring back, in a working tree where another run evaluates.

use std::fs;
use std::num::NonZeroUsize;
use std::sync::Arc;

use futures_util::FutureExt;
use tempfile::TempDir;
use uuid::Uuid;
use weco_core::event::{Event, Exit, Grounds, Outcome, RunEvent, Stage, Usage, Verdict};
use weco_core::fixture;
use weco_core::run::{FileRefs, Files, Source};

use super::*;
use crate::backend::Bridge;
use crate::isolate::{Workspaces, WorkspacesConfig};
use crate::journal::MemoryJournal;
use crate::log::Logs;
use crate::model::{Access, Config};
use crate::run::{Deps, DevicePool, Slots, Swaps, Turns};
use crate::secrets::Secrets;

const RUN: RunId = RunId(Uuid::from_u128(0xabc << 96));
const ORIGINAL: &str = "x = 1\n";
const CANDIDATE: &str = "x = 2\n";

/// A run that ended while its step 1 was evaluated, whose files nobody brought back.
struct House {
    work: TempDir,
    registry: Registry,
}

impl House {
    async fn new() -> Self {
        let work = tempfile::tempdir().unwrap();
        fs::write(work.path().join("a.py"), ORIGINAL).unwrap();
        let deps = Deps {
            journal: Arc::new(MemoryJournal::new()),
            access: Access::new(Config::default(), |_| None),
            turns: Turns::default(),
            slots: Slots::new(Some(NonZeroUsize::MIN)),
            devices: DevicePool::default(),
            workspaces: Workspaces::new(work.path().join("workspaces"), WorkspacesConfig::default()),
            bridge: Bridge::new(work.path().join("backends")),
            swaps: Swaps::default(),
            logs: Logs::new(work.path().join("logs")),
            secrets: Secrets::in_memory(),
        };
        let house = Self { registry: Registry::new(Arc::new(deps)), work };
        house.record().await;
        let mut workspace = house.registry.workspace(&house.registry.state(RUN).unwrap()).unwrap();
        let candidate = Files::from([("a.py".to_owned(), CANDIDATE.to_owned())]);
        std::mem::forget(workspace.swap_in(&candidate, &house.work.path().join("kept")).unwrap());
        assert_eq!(house.source(), CANDIDATE);
        house
    }

    async fn record(&self) {
        let [original, candidate] = [ORIGINAL, CANDIDATE].map(Blob::new);
        let source = Source { path: "a.py".to_owned(), blob: original.id(), mode: 0o644 };
        let directory = self.work.path().display().to_string();
        let spec = RunSpec { directory, sources: vec![source], ..fixture::spec(RUN) };
        let node = NodeId(1);
        let outcome = Outcome {
            verdict: Verdict::Good { metric: 1.0 },
            exit: Exit::Code { code: 0 },
            duration_ms: 1,
            output: original.id(),
            output_tail: String::new(),
            samples: Vec::new(),
            verified: false,
            report: None,
        };
        let (reason, hint) = (String::new(), String::new());
        let kinds = [
            RunEvent::Created { spec: Box::new(spec) },
            RunEvent::EvalIntended { node: NodeId(0), attempt: 1 },
            RunEvent::Evaluated { node: NodeId(0), attempt: 1, outcome: outcome.clone() },
            RunEvent::Asked {
                node,
                parent: NodeId(0),
                stage: Stage::Improve,
                attempt: 1,
                grounds: Grounds::default(),
            },
            RunEvent::Proposed {
                node,
                plan: String::new(),
                files: FileRefs::from([("a.py".to_owned(), candidate.id())]),
                lines_added: 1,
                lines_removed: 1,
                usage: Usage::default(),
                from: None,
                written: Default::default(),
            },
            RunEvent::EvalIntended { node, attempt: 1 },
            RunEvent::Ended { status: EndStatus::Error, reason, hint },
        ];
        let events = (1..).zip(kinds).map(|(seq, kind)| Event { seq, at: 0, kind }).collect();
        let blobs = vec![original, candidate];
        self.registry.deps().journal.append(RUN, events, blobs, Durability::Flushed).await.unwrap();
    }

    fn source(&self) -> String {
        fs::read_to_string(self.work.path().join("a.py")).unwrap()
    }

    /// Asserts that something brings the files back, and not before the turn of another run is over.
    async fn waits(&self, work: impl Future<Output = ()>) {
        let turn = self.registry.deps().turns.claim(&working_tree(self.work.path()), "another".to_owned());
        let mut work = Box::pin(work);
        assert!((&mut work).now_or_never().is_none());
        assert_eq!(self.source(), CANDIDATE);
        assert!(self.registry.own_ended().now_or_never().is_some(), "nobody else is held up");
        drop(turn);
        work.await;
        assert_eq!(self.source(), ORIGINAL);
        assert!(self.registry.state(RUN).unwrap().edited().is_empty());
    }
}

#[tokio::test]
async fn files_are_brought_back_in_the_runs_turn() {
    let house = House::new().await;
    assert!(house.registry.is_left_swapped(RUN).unwrap());
    house.waits(async { house.registry.bring_back(RUN).await.unwrap() }).await;
    assert!(!house.registry.is_left_swapped(RUN).unwrap());
}

#[tokio::test]
async fn a_resumption_waits_for_its_turn() {
    let house = House::new().await;
    let nowhere = |_: &RunState| Err(Failure::invalid("as far as this"));
    house
        .waits(async {
            let refused = house.registry.resume(RUN, Further::default(), nowhere).await.unwrap_err();
            assert_eq!(refused.message, "as far as this");
        })
        .await;
}

#[tokio::test]
async fn who_has_the_turn_needs_no_other() {
    let house = House::new().await;
    let (node, _) = house.registry.apply(RUN, "1").await.unwrap();
    assert_eq!((node, house.source().as_str()), (NodeId(1), CANDIDATE));
}
