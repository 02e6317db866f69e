//! What each event changes.

use super::{RunState, RunStatus, outage};
use crate::event::{RunEvent, Timestamp, Usage};
use crate::limits::Since;
use crate::run::NodeId;
use crate::tree::{Approval, Node, Progress, Revision};

impl RunState {
    /// Takes in an event that has been checked.
    pub(super) fn fold(&mut self, event: &RunEvent, at: Timestamp) {
        outage::fold(&mut self.outage, event);
        let best = self.tree.best().map(|best| best.id);
        self.ledger.apply(event);
        let is_recheck = match event {
            RunEvent::Evaluated { node, .. } => {
                self.tree.get(*node).is_some_and(|node| node.recheck.is_some())
            }
            _ => false,
        };
        match event {
            RunEvent::Asked { node, parent, stage, attempt, grounds } => {
                if self.tree.get(*node).is_none() {
                    self.tree.add(*parent, *stage, grounds.clone(), at);
                }
                self.fold_model(*node, grounds.model, at);
                self.fold_asked(*node, *attempt);
            }
            RunEvent::Proposed { node, usage, from, written, .. } => {
                self.count(*node, *usage);
                self.forms.used(written.form);
                if let Some(from) = from {
                    self.tree.reparent(*node, *from);
                }
                self.fold_proposed(event, at);
            }
            RunEvent::Unusable { node, reason, usage, fault, .. } => {
                self.count(*node, *usage);
                self.forms.failed(*fault);
                if let Some(node) = self.tree.get_mut(*node) {
                    node.unusable += 1;
                    node.unusable_reason = Some(reason.clone());
                }
            }
            RunEvent::Failed { node, reason, last } => {
                if *last {
                    self.exhausted = Some(reason.clone());
                }
                self.tree.give_up(*node, Progress::Failed { reason: reason.clone() }, at);
                self.close(*node);
            }
            RunEvent::EvalIntended { node, attempt } => {
                self.tree.intend(*node, *attempt);
            }
            RunEvent::EvalStarted { node, process, .. } => {
                if let Some(node) = self.tree.get_mut(*node) {
                    node.started(process.clone());
                }
            }
            RunEvent::EvalAbandoned { node, .. } => self.tree.abandon(*node),
            RunEvent::Evaluated { node, outcome, .. } => {
                self.tree.evaluated(*node, outcome, at, false);
                if !is_recheck {
                    self.close(*node);
                }
            }
            RunEvent::Weighed { best } => self.weighed = Some(*best),
            RunEvent::Inherited { outcome } => self.tree.evaluated(NodeId::BASELINE, outcome, at, true),
            RunEvent::Revised { node, files, by, lines_added, lines_removed, code } => {
                self.tree.identify(*node, *code);
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
                self.close(*node);
            }
            RunEvent::Returned { node, .. } => {
                if let Some(node) = self.tree.get_mut(*node) {
                    node.approval = None;
                    node.progress = Progress::Proposed;
                }
            }
            RunEvent::Instructed { text, .. } => self.fold_instructed(text),
            RunEvent::StopAsked { .. } => self.status = RunStatus::Stopping,
            RunEvent::Failing { reason, hint } => {
                self.status = RunStatus::Stopping;
                self.failure.get_or_insert_with(|| (reason.clone(), hint.clone()));
            }
            RunEvent::Waiting { .. } => {
                // After the wait every model is worth a try.
                self.absences.clear();
            }
            RunEvent::Resumed { steps, attempts, environment, apply_best } => {
                self.spec.apply_best = *apply_best;
                if let Some(environment) = environment {
                    self.spec.environment = environment.record;
                    self.spec.secret_variables.clone_from(&environment.secret_variables);
                }
                let before = std::mem::replace(&mut self.steps, *steps);
                self.since = Since::resumption(self, at, *steps != before);
                (self.fruitless, self.exhausted, self.failure) = (0, None, None);
                self.auto_resume.attempts = attempts.unwrap_or(self.auto_resume.attempts);
                self.absences.clear();
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
        if let Some(done) = finished(event) {
            let now = self.tree.best().map(|best| best.id);
            let is_new_best = now != best && now == Some(done) && !is_recheck;
            let is_step = done != NodeId::BASELINE && !is_recheck;
            self.fruitless = if is_new_best { 0 } else { self.fruitless + u32::from(is_step) };
        }
    }

    fn fold_asked(&mut self, id: NodeId, attempt: u32) {
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
        let RunEvent::Proposed { node, plan, files, lines_added, lines_removed, written, .. } = event else {
            return;
        };
        self.tree.identify(*node, written.code);
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

    /// Counts the tokens of an answer.
    fn count(&mut self, node: NodeId, usage: Usage) {
        self.usage += usage;
        if let Some(node) = self.tree.get_mut(node) {
            node.usage += usage;
            self.absences.end(node.grounds.model);
        }
    }

    /// Notes who is asked; a model that another stands in for could not be.
    fn fold_model(&mut self, id: NodeId, model: u32, at: Timestamp) {
        let Some(node) = self.tree.get_mut(id) else { return };
        let before = std::mem::replace(&mut node.grounds.model, model);
        if before != model {
            self.absences.note(before, at, self.auto_resume.first_wait_ms);
        }
    }

    /// A step is done: its model has earned what it gained.
    fn close(&mut self, id: NodeId) {
        let is_best = self.tree.best().is_some_and(|best| best.id == id);
        if let Some(model) = self.ledger.close(id, is_best) {
            self.bandit.observe(model, self.tree.gain(id));
        }
    }
}

/// The node that nothing more happens to by itself after this.
fn finished(event: &RunEvent) -> Option<NodeId> {
    match event {
        RunEvent::Evaluated { node, .. }
        | RunEvent::Failed { node, .. }
        | RunEvent::Rejected { node, .. } => Some(*node),
        RunEvent::Inherited { .. } => Some(NodeId::BASELINE),
        _ => None,
    }
}
