//! Which events can follow.

use super::{RunState, RunStatus};
use crate::event::{Grounds, RunEvent};
use crate::run::NodeId;
use crate::tree::{Node, Progress};

impl RunState {
    /// Whether an event can happen now; if not, why.
    pub(super) fn check(&self, event: &RunEvent) -> Result<(), String> {
        let ended = matches!(self.status, RunStatus::Ended { .. });
        match event {
            RunEvent::Created { .. } => Err("the run exists already".to_owned()),
            RunEvent::Resumed { .. } if !ended => Err("only an ended run is resumed".to_owned()),
            RunEvent::Resumed { .. }
            | RunEvent::Warned { .. }
            | RunEvent::SourceEdited { .. }
            | RunEvent::Instructed { .. } => Ok(()),
            RunEvent::Applied { node, .. } => self.node(*node).map(|_| ()),
            _ if ended => Err("the run has ended".to_owned()),
            RunEvent::Asked { node, grounds: Grounds { with: Some(with), .. }, .. } if with >= node => {
                Err(format!("node {node} cannot start from {with}"))
            }
            RunEvent::Asked { node, parent, attempt, .. } => self.check_asked(*node, *parent, *attempt),
            RunEvent::Proposed { node, from: Some(from), .. } if from >= node => {
                Err(format!("node {node} cannot start from {from}"))
            }
            RunEvent::Proposed { node, .. } | RunEvent::Unusable { node, .. } => {
                self.expect(*node, "asked for", |progress| matches!(progress, Progress::Asked))
            }
            RunEvent::Failed { node, .. } => {
                self.expect(*node, "unfinished", |progress| !matches!(progress, Progress::Good { .. }))
            }
            RunEvent::Inherited { .. } if self.spec.derived.is_none() => {
                Err("the run was not derived".to_owned())
            }
            RunEvent::Inherited { .. } => {
                self.expect(NodeId::BASELINE, "new", |progress| *progress == Progress::Proposed)
            }
            RunEvent::Revised { node, .. }
            | RunEvent::Approved { node, .. }
            | RunEvent::Rejected { node, .. } => self.check_pending(*node),
            RunEvent::Returned { node, .. } if self.node(*node)?.approval.is_none() => {
                Err(format!("node {node} was not approved"))
            }
            RunEvent::Returned { node, .. } => {
                self.expect(*node, "being evaluated", |p| matches!(p, Progress::Evaluating { .. }))
            }
            RunEvent::Weighed { best: Some(best) } if self.node(best.step)?.metric().is_none() => {
                Err(format!("node {} does not work", best.step))
            }
            RunEvent::Weighed { .. } => Ok(()),
            RunEvent::EvalIntended { node, .. } => self.check_evaluable(*node),
            RunEvent::EvalStarted { node, attempt, .. } | RunEvent::Evaluated { node, attempt, .. } => {
                self.check_evaluating(*node, *attempt)
            }
            RunEvent::EvalAbandoned { node, attempt } => self.check_evaluating(*node, *attempt),
            RunEvent::Waiting { node, .. } => {
                self.expect(*node, "asked for", |progress| matches!(progress, Progress::Asked))
            }
            RunEvent::StopAsked { .. } | RunEvent::Failing { .. } | RunEvent::Ended { .. } => Ok(()),
        }
    }

    fn node(&self, id: NodeId) -> Result<&Node, String> {
        self.tree.get(id).ok_or_else(|| format!("there is no node {id}"))
    }

    fn expect(&self, id: NodeId, what: &str, holds: impl Fn(&Progress) -> bool) -> Result<(), String> {
        if holds(&self.node(id)?.progress) { Ok(()) } else { Err(format!("node {id} is not {what}")) }
    }

    fn check_evaluating(&self, id: NodeId, attempt: u32) -> Result<(), String> {
        if !self.node(id)?.is_evaluating() {
            return Err(format!("node {id} is not being evaluated"));
        }
        let newest = self.node(id)?.eval_attempt;
        if attempt == newest { Ok(()) } else { Err(format!("attempt {newest} is the newest")) }
    }

    fn check_asked(&self, id: NodeId, parent: NodeId, attempt: u32) -> Result<(), String> {
        if parent >= id {
            return Err(format!("node {id} cannot start from {parent}"));
        }
        if id == self.tree.next_id() {
            return Ok(());
        }
        self.expect(id, "asked for", |progress| matches!(progress, Progress::Asked))?;
        let newest = self.node(id)?.attempt;
        if attempt > newest { Ok(()) } else { Err(format!("attempt {newest} is the newest")) }
    }

    /// Why nothing can be said to a node now, in words; none if it waits for someone to.
    pub fn why_not_pending(&self, id: NodeId) -> Option<String> {
        match self.status {
            RunStatus::Running => {}
            RunStatus::Stopping => return Some("the run is stopping".to_owned()),
            RunStatus::Ended { .. } => return Some("the run has ended".to_owned()),
        }
        let Some(node) = self.tree.get(id) else { return Some(format!("there is no step {id}")) };
        if self.is_pending(node) {
            return None;
        }
        if !self.spec.require_review {
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

    fn check_pending(&self, id: NodeId) -> Result<(), String> {
        if self.is_pending(self.node(id)?) { Ok(()) } else { Err(format!("node {id} does not wait")) }
    }

    /// A proposed node, one that works, an evaluation that was cut short, or a baseline that failed before.
    fn check_evaluable(&self, id: NodeId) -> Result<(), String> {
        if self.is_pending(self.node(id)?) {
            return Err(format!("node {id} waits for approval"));
        }
        self.expect(id, "ready to be evaluated", |progress| match progress {
            Progress::Proposed | Progress::Evaluating { .. } | Progress::Good { .. } => true,
            Progress::Buggy { .. } => id == NodeId::BASELINE,
            _ => false,
        })
    }
}
