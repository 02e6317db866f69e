//! What each event changes.

use super::{Outage, RunState, RunStatus};
use crate::event::{RunEvent, Stage, Timestamp, Usage};
use crate::limits::Since;
use crate::run::NodeId;
use crate::tree::{Approval, Node, Progress, Revision};

impl RunState {
    /// Takes in an event that has been checked.
    pub(super) fn fold(&mut self, event: &RunEvent, at: Timestamp) {
        match event {
            RunEvent::Asked { node, parent, stage, attempt } => {
                self.fold_asked(*node, *parent, *stage, *attempt, at)
            }
            RunEvent::Proposed { node, usage, from, .. } => {
                self.count(*node, *usage);
                if let Some(from) = from {
                    self.tree.reparent(*node, *from);
                }
                self.fold_proposed(event, at);
            }
            RunEvent::Unusable { node, reason, usage, .. } => {
                self.count(*node, *usage);
                if let Some(node) = self.tree.get_mut(*node) {
                    node.unusable += 1;
                    node.unusable_reason = Some(reason.clone());
                }
            }
            RunEvent::Failed { node, reason } => {
                self.outage = None;
                self.tree.give_up(*node, Progress::Failed { reason: reason.clone() }, at);
            }
            RunEvent::EvalIntended { node, attempt } => {
                self.tree.reopen(*node);
                if let Some(node) = self.tree.get_mut(*node) {
                    node.eval_attempt = *attempt;
                    node.progress = Progress::Evaluating { process: None };
                }
            }
            RunEvent::EvalStarted { node, process, .. } => {
                if let Some(node) = self.tree.get_mut(*node) {
                    node.progress = Progress::Evaluating { process: Some(process.clone()) };
                }
            }
            RunEvent::Evaluated { node, outcome, .. } => self.tree.evaluated(*node, outcome, at, false),
            RunEvent::Inherited { outcome } => self.tree.evaluated(NodeId::BASELINE, outcome, at, true),
            RunEvent::Revised { node, files, by, lines_added, lines_removed } => {
                let lines = (*lines_added, *lines_removed);
                self.fold_revised(*node, Revision { files: files.clone(), by: by.clone(), at, lines });
            }
            RunEvent::Approved { node, by, terms } => {
                if let Some(node) = self.tree.get_mut(*node) {
                    node.approval = Some(Approval { by: by.clone(), at, terms: terms.clone() });
                }
            }
            RunEvent::Rejected { node, reason, .. } => {
                self.tree.give_up(*node, Progress::Rejected { reason: reason.clone() }, at);
            }
            RunEvent::Returned { node, .. } => {
                if let Some(node) = self.tree.get_mut(*node) {
                    node.approval = None;
                    node.progress = Progress::Proposed;
                }
            }
            RunEvent::Instructed { text, .. } => self.fold_instructed(text),
            RunEvent::StopAsked { .. } => self.status = RunStatus::Stopping,
            RunEvent::Waiting { node, attempt, until, reason, .. } => {
                let (node, attempt, until) = (*node, *attempt, *until);
                self.outage = Some(Outage { node, attempt, until, reason: reason.clone() });
            }
            RunEvent::Resumed { steps, attempts, environment, apply_best } => {
                self.spec.apply_best = *apply_best;
                if let Some(environment) = environment {
                    self.spec.environment = environment.record;
                    self.spec.secret_variables.clone_from(&environment.secret_variables);
                }
                self.steps = *steps;
                self.since = Since::resumption(self, at);
                self.auto_resume.attempts = attempts.unwrap_or(self.auto_resume.attempts);
                self.outage = None;
                self.status = RunStatus::Running;
            }
            RunEvent::Ended { status, reason, hint } => {
                self.status =
                    RunStatus::Ended { status: *status, reason: reason.clone(), hint: hint.clone() };
            }
            RunEvent::SourceEdited { path, text: Some(text), .. } => {
                // A version of this run in the source's place is kept as it is: nothing of the user's own.
                let is_version = |node: &Node| node.files.as_ref().is_some_and(|f| f.get(path) == Some(text));
                if self.tree.nodes().iter().any(is_version) {
                    self.edited.remove(path);
                } else {
                    self.edited.insert(path.clone());
                }
                self.originals.insert(path.clone(), *text);
            }
            RunEvent::Applied { node, .. } => {
                if let Some(files) = self.tree.get(*node).and_then(|node| node.files.clone()) {
                    self.originals = files;
                    self.edited.clear();
                }
            }
            RunEvent::Created { .. } | RunEvent::SourceEdited { .. } | RunEvent::Warned { .. } => {}
        }
    }

    fn fold_asked(&mut self, id: NodeId, parent: NodeId, stage: Stage, attempt: u32, at: Timestamp) {
        if self.tree.get(id).is_none() {
            self.tree.add(parent, stage, at);
        }
        let instructions = self.instructions.len().checked_sub(1).and_then(|last| u32::try_from(last).ok());
        if let Some(node) = self.tree.get_mut(id) {
            (node.attempt, node.instructions) = (attempt, instructions);
        }
    }

    /// Keeps of former instructions those that a node was asked for under: nothing tells of the others any more.
    fn fold_instructed(&mut self, text: &str) {
        let last = self.instructions.len().checked_sub(1).and_then(|last| u32::try_from(last).ok());
        let is_used = self.tree.nodes().iter().any(|node| node.instructions == last);
        if last.is_some() && !is_used {
            self.instructions.pop();
        }
        self.instructions.push(text.to_owned());
    }

    fn fold_proposed(&mut self, event: &RunEvent, at: Timestamp) {
        let RunEvent::Proposed { node, plan, files, lines_added, lines_removed, .. } = event else { return };
        let Some(node) = self.tree.get_mut(*node) else { return };
        plan.clone_into(&mut node.plan);
        node.files = Some(files.clone());
        node.lines = (*lines_added, *lines_removed);
        node.times.proposed = Some(at);
        node.progress = Progress::Proposed;
    }

    fn fold_revised(&mut self, id: NodeId, revision: Revision) {
        let Some(node) = self.tree.get_mut(id) else { return };
        let before = node.files.replace(revision.files.clone());
        if node.revisions.is_empty() {
            node.proposal = before;
        }
        node.lines = revision.lines;
        node.revisions.push(revision);
    }

    /// Counts the tokens of an answer, which also ends any outage.
    fn count(&mut self, node: NodeId, usage: Usage) {
        self.outage = None;
        self.usage += usage;
        if let Some(node) = self.tree.get_mut(node) {
            node.usage += usage;
        }
    }
}
