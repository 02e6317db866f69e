//! What people say to proposals that wait for their approval.

use super::NewRevision;
use super::rules::{Step, Turn};
use crate::event::{RunEvent, Terms};
use crate::run::NodeId;
use crate::state::RunStatus;

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
        let NewRevision { files, lines: (lines_added, lines_removed), code } = revision;
        self.emit(RunEvent::Revised { node, files, by, lines_added, lines_removed, code })
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

    /// The evaluation of an approved node cannot be made: someone has to approve it anew.
    pub(super) fn returned(&mut self, node: NodeId, reason: String) -> Step {
        self.emit(RunEvent::Returned { node, reason })?;
        if *self.state.status() == RunStatus::Stopping { self.end_stopped() } else { self.dispatch() }
    }

    /// Whether nothing can be said to this node now; notes why.
    fn refuses(&mut self, node: NodeId) -> bool {
        self.decision.refused = self.state.why_not_pending(node);
        self.decision.refused.is_some()
    }
}
