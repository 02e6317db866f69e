//! What people say to proposals that wait for their approval.

use super::NewRevision;
use super::rules::{Step, Turn};
use crate::event::{RunEvent, Terms};
use crate::run::NodeId;
use crate::state::{RunState, RunStatus};
use crate::tree::Progress;

impl Turn<'_> {
    /// Evaluates a proposal, unless someone has to approve it first.
    pub(super) fn evaluate_or_wait(&mut self, id: NodeId) -> Step {
        match self.state.tree().get(id) {
            Some(node) if self.state.is_pending(node) => Ok(()),
            _ => self.evaluate(id),
        }
    }

    pub(super) fn revise(&mut self, node: NodeId, revision: NewRevision, by: String) -> Step {
        if self.refuses(node) {
            return Ok(());
        }
        let NewRevision { files, lines: (lines_added, lines_removed) } = revision;
        self.emit(RunEvent::Revised { node, files, by, lines_added, lines_removed })
    }

    pub(super) fn approve(
        &mut self,
        node: NodeId,
        revision: Option<NewRevision>,
        by: String,
        terms: Terms,
    ) -> Step {
        if self.refuses(node) {
            return Ok(());
        }
        if let Some(revision) = revision {
            self.revise(node, revision, by.clone())?;
        }
        self.emit(RunEvent::Approved { node, by, terms })?;
        self.evaluate(node)
    }

    pub(super) fn reject(&mut self, node: NodeId, by: String, reason: String) -> Step {
        if self.refuses(node) {
            return Ok(());
        }
        self.emit(RunEvent::Rejected { node, by, reason })?;
        self.dispatch()
    }

    /// The evaluation of an approved node cannot be made: someone has to approve it anew. One that nobody approved
    /// is made again as the run says.
    pub(super) fn returned(&mut self, node: NodeId, reason: String) -> Step {
        self.emit(RunEvent::Returned { node, reason })?;
        if *self.state.status() == RunStatus::Stopping { self.end_stopped() } else { Ok(()) }
    }

    /// Whether nothing can be said to this node now; notes why.
    fn refuses(&mut self, node: NodeId) -> bool {
        self.decision.refused = why_not(self.state, node);
        self.decision.refused.is_some()
    }
}

/// Why a node cannot be revised, approved or rejected; none if it can.
fn why_not(state: &RunState, id: NodeId) -> Option<String> {
    match state.status() {
        RunStatus::Running => {}
        RunStatus::Stopping => return Some("the run is stopping".to_owned()),
        RunStatus::Ended { .. } => return Some("the run has ended".to_owned()),
    }
    let Some(node) = state.tree().get(id) else { return Some(format!("there is no step {id}")) };
    if state.is_pending(node) {
        return None;
    }
    if !state.spec().require_review {
        return Some("the run goes on without review".to_owned());
    }
    let why = match &node.progress {
        _ if id == NodeId::BASELINE => "is the baseline, which needs no approval",
        Progress::Asked => "has no proposal yet",
        Progress::Proposed | Progress::Evaluating { .. } => "is approved already and is being evaluated",
        Progress::Good { .. } | Progress::Buggy { .. } => "is evaluated already",
        Progress::Failed { .. } => "has failed: there is no proposal",
        Progress::Rejected { .. } => "was turned down already",
    };
    Some(format!("step {id} {why}"))
}
