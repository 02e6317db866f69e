//! What lists and status say of a run: a fold of its events that stays small, however long the run.
//!
//! [`RunState`](crate::state::RunState) knows everything and grows with every step; this knows what
//! people ask first, and costs the same to keep at step 10,000 as at step 1.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::event::{EndStatus, Event, Outcome, RunEvent, Timestamp, Usage, Verdict};
use crate::run::{Goal, NodeId, RunId, RunSpec};
use crate::state::{Outage, RunStatus};

/// A run in short.
///
/// Summaries are kept with the journal and read back by later versions: fields may be added with
/// `#[serde(default)]`, never renamed or removed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Summary {
    /// The run's identity.
    pub id: RunId,
    /// Its name for people.
    pub name: String,
    /// Where it runs; absolute.
    pub directory: String,
    /// The files that it may rewrite, relative to `directory`, in the user's order.
    pub sources: Vec<String>,
    /// The metric's name as the user wrote it.
    pub metric: String,
    /// Which values are better.
    pub goal: Goal,
    /// The provider and the model.
    pub model: String,
    /// Whether the best version is written over the sources when the budget is spent.
    #[serde(default)]
    pub apply_best: bool,
    /// Absolute directory of the run's artifacts.
    pub log_dir: String,
    /// Whether it goes on; how and why it ended.
    pub status: RunStatus,
    /// The outage that began since the model's provider answered last, if one did.
    #[serde(default)]
    pub outage: Option<Outage>,
    /// The budget: proposals after the baseline.
    pub steps: u32,
    /// Proposals asked for, finished or not.
    pub steps_asked: u32,
    /// Those of them that are neither evaluated nor failed: as many as are worked on at once.
    pub unfinished: BTreeSet<NodeId>,
    /// The metric of the user's own code, once it is known.
    pub baseline_metric: Option<f64>,
    /// Whether the user's own code was evaluated and does not work.
    pub baseline_failed: bool,
    /// The best version that works, the baseline included; the earliest of equals.
    pub best: Option<Best>,
    /// Tokens so far.
    pub usage: Usage,
    /// When it was created.
    pub created_at: Timestamp,
    /// When anything happened last.
    pub updated_at: Timestamp,
    /// When it ended, if it has.
    pub ended_at: Option<Timestamp>,
    /// The last event's sequence number.
    pub last_seq: u64,
    /// The step that was last written over the user's sources, if one was.
    pub applied: Option<NodeId>,
    /// Sources that the user edited during the run and that no version was written over since. A
    /// source that was put back by hand stays listed: telling would take every version's text.
    pub edited: BTreeSet<String>,
    /// Whether every proposal waits for approval before it is evaluated.
    #[serde(default)]
    pub require_review: bool,
    /// Proposals that are not evaluated yet, of a run with review.
    #[serde(default)]
    pub pending: BTreeMap<NodeId, Pending>,
    /// The user's instructions that count from the next proposal on.
    #[serde(default)]
    pub instructions: Option<String>,
    /// Where it comes from, if it was derived.
    #[serde(default)]
    pub origin: Option<Origin>,
}

/// A proposal that is not evaluated yet.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Pending {
    /// What the model says it does.
    pub plan: String,
    /// Whether it may be evaluated.
    pub approved: bool,
}

/// The node that a derived run starts from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Origin {
    /// The first run of the lineage.
    pub lineage: RunId,
    /// The run that the node belongs to.
    pub run: RunId,
    /// The node.
    pub node: NodeId,
}

/// The best version so far.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Best {
    /// Its step; 0 is the baseline.
    pub step: NodeId,
    /// Its metric; always finite.
    pub metric: f64,
}

impl Summary {
    /// The summary after the first event; none unless that is the run's creation.
    pub fn new(event: &Event) -> Option<Self> {
        match &event.kind {
            RunEvent::Created { spec } => Some(Self::created(spec, event)),
            _ => None,
        }
    }

    fn created(spec: &RunSpec, event: &Event) -> Self {
        Self {
            id: spec.id,
            name: spec.name.clone(),
            directory: spec.directory.clone(),
            sources: spec.sources.iter().map(|source| source.path.clone()).collect(),
            metric: spec.metric.clone(),
            goal: spec.goal,
            model: spec.model.clone(),
            apply_best: spec.apply_best,
            log_dir: spec.log_dir.clone(),
            status: RunStatus::Running,
            outage: None,
            steps: spec.steps,
            steps_asked: 0,
            unfinished: BTreeSet::new(),
            baseline_metric: None,
            baseline_failed: false,
            best: None,
            usage: Usage::default(),
            created_at: event.at,
            updated_at: event.at,
            ended_at: None,
            last_seq: event.seq,
            applied: None,
            edited: BTreeSet::new(),
            require_review: spec.require_review,
            pending: BTreeMap::new(),
            instructions: spec.instructions.clone(),
            origin: spec.derived.as_ref().map(|derived| Origin {
                lineage: derived.lineage,
                run: derived.run,
                node: derived.node,
            }),
        }
    }

    /// The lineage that the run belongs to, named by its first run.
    pub fn lineage(&self) -> RunId {
        self.origin.map_or(self.id, |origin| origin.lineage)
    }

    /// Steps that are evaluated or failed, without the baseline.
    pub fn steps_done(&self) -> u32 {
        let unfinished = u32::try_from(self.unfinished.len()).unwrap_or(u32::MAX);
        self.steps_asked.saturating_sub(unfinished)
    }

    /// How it ended, if it has.
    pub fn end_status(&self) -> Option<EndStatus> {
        match self.status {
            RunStatus::Ended { status, .. } => Some(status),
            RunStatus::Running | RunStatus::Stopping => None,
        }
    }

    /// Takes one more event in, which must be legal after those before it: nothing is checked here.
    pub fn apply(&mut self, event: &Event) {
        (self.last_seq, self.updated_at) = (event.seq, event.at);
        match &event.kind {
            RunEvent::Asked { node, .. } => self.asked(*node),
            RunEvent::Proposed { node, plan, usage, .. } => {
                if self.require_review {
                    self.pending.insert(*node, Pending { plan: plan.clone(), approved: false });
                }
                self.answered(*usage);
            }
            RunEvent::Unusable { usage, .. } => self.answered(*usage),
            RunEvent::Failed { node, .. } => {
                self.outage = None;
                self.unfinished.remove(node);
            }
            RunEvent::Rejected { node, .. } => {
                self.pending.remove(node);
                self.unfinished.remove(node);
            }
            RunEvent::Approved { node, .. } => self.approve(*node, true),
            RunEvent::Returned { node, .. } => self.approve(*node, false),
            RunEvent::Evaluated { node, outcome, .. } => self.evaluated(*node, outcome),
            RunEvent::Inherited { outcome } => self.evaluated(NodeId::BASELINE, outcome),
            RunEvent::Instructed { text, .. } => self.instructions = Some(text.clone()),
            RunEvent::SourceEdited { path, text: Some(_), .. } => {
                self.edited.insert(path.clone());
            }
            RunEvent::StopAsked { .. } => self.status = RunStatus::Stopping,
            RunEvent::Waiting { node, attempt, until, reason, .. } => {
                let (node, attempt, until) = (*node, *attempt, *until);
                self.outage = Some(Outage { node, attempt, until, reason: reason.clone() });
            }
            RunEvent::Resumed { steps, apply_best, .. } => {
                self.apply_best = *apply_best;
                self.outage = None;
                (self.steps, self.status, self.ended_at) = (*steps, RunStatus::Running, None);
            }
            RunEvent::Ended { status, reason, hint } => {
                let (reason, hint) = (reason.clone(), hint.clone());
                self.status = RunStatus::Ended { status: *status, reason, hint };
                self.ended_at = Some(event.at);
            }
            RunEvent::Applied { node, .. } => {
                self.applied = Some(*node);
                self.edited.clear();
            }
            RunEvent::EvalIntended { node: NodeId::BASELINE, .. } => self.baseline_failed = false,
            RunEvent::Created { .. }
            | RunEvent::Revised { .. }
            | RunEvent::EvalIntended { .. }
            | RunEvent::EvalStarted { .. }
            | RunEvent::SourceEdited { .. }
            | RunEvent::Warned { .. } => {}
        }
    }

    fn asked(&mut self, node: NodeId) {
        if node.0 > self.steps_asked {
            self.steps_asked = node.0;
            self.unfinished.insert(node);
        }
    }

    /// Counts the tokens of an answer, which also ends any outage.
    fn answered(&mut self, usage: Usage) {
        self.outage = None;
        self.usage += usage;
    }

    fn approve(&mut self, node: NodeId, approved: bool) {
        if let Some(pending) = self.pending.get_mut(&node) {
            pending.approved = approved;
        }
    }

    fn evaluated(&mut self, node: NodeId, outcome: &Outcome) {
        self.pending.remove(&node);
        self.unfinished.remove(&node);
        let metric = match outcome.verdict {
            Verdict::Good { metric } => Some(metric),
            Verdict::Buggy { .. } => None,
        };
        if node == NodeId::BASELINE {
            (self.baseline_metric, self.baseline_failed) = (metric, metric.is_none());
        }
        if let Some(metric) = metric
            && self.best.is_none_or(|best| self.goal.is_better(metric, best.metric))
        {
            self.best = Some(Best { step: node, metric });
        }
    }
}
