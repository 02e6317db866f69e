//! Where a derived run begins.

use std::sync::Arc;

use weco_core::event::{Outcome, Verdict};
use weco_core::run::{Files, NodeId, RunId};
use weco_core::state::RunState;
use weco_core::tree::{Node, Progress};
use weco_proto::sources::SourceFile;

use crate::blobs::Blob;
use crate::error::{Failure, FailureKind};
use crate::eval::capture;
use crate::rpc::launch;
use crate::run::{Registry, load, short};

/// The step that a derived run begins with.
pub(super) struct Start {
    /// The run that the user named, which is stopped.
    pub(super) parent: Arc<RunState>,
    /// The run of the lineage that the step belongs to.
    pub(super) origin: Arc<RunState>,
    /// The step.
    pub(super) node: NodeId,
}

/// Why a run cannot begin with a step, and what to do; none if it can.
fn why_not(origin: &RunState, node: &Node) -> Option<(String, String)> {
    let run = short(origin.spec().id);
    let elsewhere = || match node.parent {
        Some(parent) => {
            format!("derive from one that works, such as the one it started from: --from-step {parent}")
        }
        None => format!("mend it, then begin a new run; its output: weco run logs {run} --step 0"),
    };
    match &node.progress {
        Progress::Good { .. } => None,
        Progress::Buggy { reason, .. } => {
            Some((format!("does not work, so it has no metric to begin with: {reason}"), elsewhere()))
        }
        Progress::Failed { reason } => Some((format!("has no code: {reason}"), elsewhere())),
        Progress::Rejected { .. } => Some((
            "was turned down and never evaluated, so it has no metric to begin with".to_owned(),
            elsewhere(),
        )),
        Progress::Proposed if origin.is_pending(node) => {
            let submit = format!("approve it first: weco run submit {run} --node {}", node.id);
            Some(("waits for approval, so it has no metric yet".to_owned(), submit))
        }
        Progress::Asked | Progress::Proposed | Progress::Evaluating { .. } => {
            let later = "the same again when it is evaluated, or --from-step best".to_owned();
            Some(("is not evaluated yet".to_owned(), later))
        }
    }
}

impl Start {
    /// Finds the step of `parent`'s lineage to begin with.
    ///
    /// # Errors
    /// If there is none, or it has no metric to begin with.
    pub(super) fn find(registry: &Registry, parent: RunId, from_step: &str) -> Result<Self, Failure> {
        let (origin, node) = registry.select(parent, from_step)?;
        let parent = registry.look(parent)?;
        let origin = if origin == parent.spec().id { Arc::clone(&parent) } else { registry.look(origin)? };
        let found = origin
            .tree()
            .get(node)
            .ok_or_else(|| Failure::new(FailureKind::NotFound, format!("there is no step {node}")))?;
        match why_not(&origin, found) {
            None => Ok(Self { parent, origin, node }),
            Some((why, hint)) => {
                let message = format!("step {node} of run {} {why}", short(origin.spec().id));
                Err(Failure::new(FailureKind::State, message).hint(hint))
            }
        }
    }

    /// The step itself.
    pub(super) fn node(&self) -> Option<&Node> {
        self.origin.tree().get(self.node)
    }

    /// The step's code.
    pub(super) fn code(&self, registry: &Registry) -> Result<Files, Failure> {
        let refs = self.node().and_then(|node| node.files.clone()).unwrap_or_default();
        Ok(load(registry.deps().journal.as_ref(), self.origin.spec().id, &refs)?)
    }

    /// What came of the step, and what it printed.
    pub(super) fn outcome(&self, registry: &Registry) -> Result<(Outcome, Blob), Failure> {
        let lost = || Failure::new(FailureKind::System, format!("the result of step {} is lost", self.node));
        let node = self.node().ok_or_else(lost)?;
        let (metric, evaluation) = node.metric().zip(node.evaluation).ok_or_else(lost)?;
        let output = node.output().ok_or_else(lost)?;
        let output = registry.deps().journal.blob(self.origin.spec().id, output)?.unwrap_or_default();
        let output_tail = capture::tail(&String::from_utf8_lossy(&output), capture::PROMPT_TAIL_CHARS);
        let output = Blob::new(output);
        let outcome = Outcome {
            verdict: Verdict::Good { metric },
            exit: evaluation.exit,
            duration_ms: evaluation.duration_ms,
            output: output.id(),
            output_tail,
            samples: if node.count() > 1 { node.samples.clone() } else { Vec::new() },
            verified: node.verified,
            report: node.report.clone(),
        };
        Ok((outcome, output))
    }

    /// Sources whose text in the run's directory is not that of the step.
    pub(super) fn differing(&self, registry: &Registry) -> Result<Vec<String>, Failure> {
        let code = self.code(registry)?;
        let local = launch::read_sources(registry, &self.parent.spec().directory, &self.sources())?;
        let differs = |file: &&SourceFile| code.get(&file.path) != Some(&file.text);
        Ok(local.iter().filter(differs).map(|file| file.path.clone()).collect())
    }

    /// The paths of the run's sources, in the user's order.
    pub(super) fn sources(&self) -> Vec<String> {
        self.parent.spec().sources.iter().map(|source| source.path.clone()).collect()
    }
}
