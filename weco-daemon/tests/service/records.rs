//! Runs with their steps, recorded by hand.

use std::path::Path;
use std::sync::Arc;

use futures_util::StreamExt;
use tonic::Status;
use weco_core::event::{EndStatus, Event, Exit, Grounds, Outcome, RunEvent, Stage, Usage, Verdict};
use weco_core::fixture;
use weco_core::run::{BlobId, Derived, NodeId, RunId, RunSpec, Source};
use weco_daemon::blobs::Blob;
use weco_daemon::journal::{Durability, Journal, MemoryJournal};
use weco_daemon::rpc::Service;
use weco_proto::v1::weco_server::Weco;
use weco_proto::v1::{GetNodeReply, GetNodeRequest, GetTreeRequest, Node, TreePart};

use crate::support::{service, versioned};

/// The run that most is asked about.
pub(crate) const RUN: RunId = RunId(uuid::Uuid::from_u128(0xaaaa_0000 << 96));

/// How a step of a recorded run went.
#[derive(Clone, Copy)]
pub(crate) enum Went {
    Good(f64),
    Buggy,
    Unusable,
}

/// A service over runs that are recorded as they are told.
pub(crate) struct Records {
    pub(crate) journal: Arc<MemoryJournal>,
    pub(crate) service: Service,
}

impl Records {
    pub(crate) fn new() -> Self {
        let journal = Arc::new(MemoryJournal::default());
        let service = service(journal.clone(), Path::new("/nowhere"));
        Self { journal, service }
    }

    /// A house with an ended run: 0 has 1, 1 has 3, 2 does not work, 3 has 3 as well, 4 has no proposal, 5 has 2.
    pub(crate) async fn with_run() -> Self {
        let house = Self::new();
        let steps =
            [Went::Good(1.0), Went::Good(3.0), Went::Buggy, Went::Good(3.0), Went::Unusable, Went::Good(2.0)];
        house.record(RUN, &steps).await;
        house
    }

    /// Records a run of two sources that has ended.
    pub(crate) async fn record(&self, run: RunId, steps: &[Went]) {
        self.record_from(run, None, 1_000, steps).await;
    }

    /// The same, of a run derived from a node of another, whose events are from `at` on.
    pub(crate) async fn record_from(
        &self,
        run: RunId,
        from: Option<(RunId, NodeId)>,
        at: i64,
        steps: &[Went],
    ) {
        let mut recording = Recording::default();
        let source = |(path, text)| Source { path, blob: recording.keep(text), mode: 0o644 };
        let sources = texts(0).map(source).to_vec();
        let derived = from.map(|(parent, node)| Derived {
            lineage: RUN,
            run: parent,
            node,
            files: texts(0).map(|(path, text)| (path, Blob::new(text).id())).into(),
        });
        let spec = RunSpec { sources, derived, steps: 9, ..fixture::spec(run) };
        recording.kinds.push(RunEvent::Created { spec: Box::new(spec) });
        for (step, went) in (0..).zip(steps) {
            recording.step(step, *went, from.is_some());
        }
        let (reason, hint) = ("stopped".to_owned(), String::new());
        recording.kinds.push(RunEvent::Ended { status: EndStatus::Terminated, reason, hint });
        let event = |(seq, kind)| Event { seq, at: at + i64::try_from(seq).unwrap(), kind };
        let events = (1..).zip(recording.kinds).map(event).collect();
        self.journal.append(run, events, recording.blobs, Durability::Flushed).await.unwrap();
    }

    pub(crate) async fn tree(&self, request: GetTreeRequest) -> Vec<TreePart> {
        let request = GetTreeRequest { run_id: RUN.to_string(), ..request };
        let parts = self.service.get_tree(versioned(request)).await.unwrap().into_inner();
        parts.map(Result::unwrap).collect().await
    }

    pub(crate) async fn nodes(&self, request: GetTreeRequest) -> Vec<Node> {
        self.tree(request).await.into_iter().flat_map(|part| part.nodes).collect()
    }

    pub(crate) async fn node(&self, node: &str) -> Result<GetNodeReply, Status> {
        let (run_id, node) = (RUN.to_string(), node.to_owned());
        let request = GetNodeRequest { run_id, node, code: true, output: true };
        Ok(self.service.get_node(versioned(request)).await?.into_inner())
    }
}

/// The code of a step.
fn texts(step: u32) -> [(String, String); 2] {
    [("z.py".to_owned(), format!("z = {step}\n")), ("a.py".to_owned(), format!("a = {step}\n"))]
}

/// What is to be recorded of a run.
#[derive(Default)]
struct Recording {
    kinds: Vec<RunEvent>,
    blobs: Vec<Blob>,
}

impl Recording {
    fn keep(&mut self, text: String) -> BlobId {
        self.blobs.push(Blob::new(text));
        self.blobs[self.blobs.len() - 1].id()
    }

    fn step(&mut self, step: u32, went: Went, is_derived: bool) {
        let (node, parent) = (NodeId(step), NodeId(0));
        if step > 0 {
            self.kinds.push(RunEvent::Asked {
                node,
                parent,
                stage: Stage::Improve,
                attempt: 1,
                grounds: Grounds::default(),
            });
        }
        let verdict = match went {
            Went::Good(metric) => Verdict::Good { metric },
            Went::Buggy => Verdict::Buggy { reason: "it crashed".to_owned(), hint: String::new() },
            Went::Unusable => {
                return self.kinds.push(RunEvent::Failed {
                    node,
                    reason: "no code in it".to_owned(),
                    last: false,
                });
            }
        };
        if step > 0 {
            self.proposed(node);
        }
        let printed = format!("output of step {step}\n");
        let exit = Exit::Code { code: 0 };
        let output = self.keep(printed.clone());
        let outcome = Outcome {
            verdict,
            exit,
            duration_ms: 12,
            output,
            output_tail: printed,
            samples: Vec::new(),
            verified: false,
            report: None,
        };
        if step == 0 && is_derived {
            return self.kinds.push(RunEvent::Inherited { outcome });
        }
        self.kinds.push(RunEvent::EvalIntended { node, attempt: 1 });
        self.kinds.push(RunEvent::Evaluated { node, attempt: 1, outcome });
    }

    fn proposed(&mut self, node: NodeId) {
        let files = texts(node.0).map(|(path, text)| (path, self.keep(text))).into();
        let usage = Usage { input_tokens: 10, output_tokens: 5 };
        let (plan, lines_added, lines_removed) = (format!("plan {node}"), 2, 1);
        self.kinds.push(RunEvent::Proposed {
            node,
            plan,
            files,
            lines_added,
            lines_removed,
            usage,
            from: None,
            written: Default::default(),
        });
    }
}

/// The nodes' steps, in their order.
pub(crate) fn steps(nodes: &[Node]) -> Vec<u32> {
    nodes.iter().map(|node| node.step).collect()
}
