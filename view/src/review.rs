//! Folding what people do with proposals that wait for them.

use weco_proto::v1::{StepApproved, StepRejected, StepReturned, StepRevised};

use crate::format::one_line;
use crate::{Node, Revision, RunView, State};

/// What stands for a reason that nobody gave.
const NO_REASON: &str = "rejected";

impl RunView {
    /// The proposal that waits for approval, if one does. The oldest, should there be several.
    pub fn pending(&self) -> Option<&Node> {
        self.nodes.values().find(|node| node.is_pending())
    }

    /// The instructions that count from the next proposal on; empty if there are none.
    pub fn instructions(&self) -> &str {
        &self.instructions
    }

    pub(super) fn revised(&mut self, revised: &StepRevised, now: i64) {
        let node = self.node(revised.step, now);
        node.lines = (revised.lines_added, revised.lines_removed);
        node.revisions.push(Revision { number: revised.revision, by: one_line(&revised.by) });
    }

    pub(super) fn approved(&mut self, approved: &StepApproved, now: i64) {
        let node = self.node(approved.step, now);
        node.approved_by = Some(one_line(&approved.by));
        node.enter(State::Proposed, now);
    }

    pub(super) fn rejected(&mut self, rejected: &StepRejected, now: i64) {
        let reason = match one_line(&rejected.reason) {
            reason if reason.is_empty() => NO_REASON.to_owned(),
            reason => reason,
        };
        let state = State::Rejected { reason, by: one_line(&rejected.by) };
        self.node(rejected.step, now).enter(state, now);
        self.spending.done(rejected.step, false);
        self.settle(rejected.step, now);
    }

    pub(super) fn returned(&mut self, returned: &StepReturned, now: i64) {
        let node = self.node(returned.step, now);
        node.approved_by = None;
        node.enter(State::Pending, now);
        self.warn(&format!("step {} waits for approval again: {}", returned.step, returned.reason), now);
    }
}
