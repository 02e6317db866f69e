//! What lists and status say of a run: a fold of its events that stays small, however long the run.
//!
//! [`RunState`](crate::state::RunState) knows everything and grows with every step; this knows what
//! people ask first, and costs the same to keep at step 10,000 as at step 1.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::effort::Effort;
use crate::event::{EndStatus, Event, Grounds, Outcome, RunEvent, Timestamp, Usage, Verdict};
use crate::limits::{Limits, LimitsUsed};
use crate::models::Ledger;
use crate::run::{EvalBackend, Goal, NodeId, RunId, RunSpec};
use crate::spread;
use crate::state::{Outage, RunStatus, outage};

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
    /// The standard deviation of its measurements and how many there were, if there were several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline_spread: Option<(f64, u32)>,
    /// Whether the user's own code was evaluated and does not work.
    pub baseline_failed: bool,
    /// The best version that works, the baseline included; the earliest of equals.
    pub best: Option<Best>,
    /// Whether the best is told by [`RunEvent::Weighed`] from now on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub weighed: bool,
    /// Versions measured again, each of which took a step's place in the budget.
    #[serde(default, skip_serializing_if = "is_none")]
    pub rechecks: u32,
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
    /// Most steps under way at once.
    #[serde(default = "crate::run::one")]
    pub parallel: u32,
    /// What ends it before its budget is spent.
    #[serde(default, skip_serializing_if = "Limits::is_empty")]
    pub limits: Limits,
    /// How much of that is used.
    #[serde(default)]
    pub used: LimitsUsed,
    /// What each of its models was asked for, and what that cost; empty in records of former versions.
    #[serde(default)]
    pub ledger: Ledger,
    /// How hard its models are to think, if that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning_effort: Option<Effort>,
    /// The search policy's name and its parameters, in words; empty in summaries of former versions.
    #[serde(default)]
    pub search: (String, String),
    /// Why the search chose each of the proposals that are neither evaluated nor failed, where that is known.
    #[serde(default)]
    pub why: BTreeMap<NodeId, String>,
    /// What evaluates, if that is no command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend: Option<EvalBackend>,
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
    /// Its metric; always finite. The mean, if it was measured more than once.
    pub metric: f64,
    /// The standard deviation of its measurements, of which there are at least two then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deviation: Option<f64>,
    /// How often it was measured.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub count: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_none(count: &u32) -> bool {
    *count == 0
}

fn once() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_once(count: &u32) -> bool {
    *count == 1
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
            baseline_spread: None,
            baseline_failed: false,
            best: None,
            weighed: false,
            rechecks: 0,
            usage: Usage::default(),
            created_at: event.at,
            updated_at: event.at,
            ended_at: None,
            last_seq: event.seq,
            applied: None,
            edited: BTreeSet::new(),
            require_review: spec.require_review,
            pending: BTreeMap::new(),
            parallel: spec.parallel,
            instructions: spec.instructions.clone(),
            origin: spec.derived.as_ref().map(|derived| Origin {
                lineage: derived.lineage,
                run: derived.run,
                node: derived.node,
            }),
            limits: spec.limits,
            used: LimitsUsed::new(event.at),
            ledger: Ledger::new(spec),
            reasoning_effort: spec.reasoning_effort,
            backend: spec.backend.clone(),
            search: (spec.search.name().to_owned(), spec.search.parameters()),
            why: BTreeMap::new(),
        }
    }

    /// The lineage that the run belongs to, named by its first run.
    pub fn lineage(&self) -> RunId {
        self.origin.map_or(self.id, |origin| origin.lineage)
    }

    /// Steps that are evaluated or failed, without the baseline, and versions measured again.
    pub fn steps_done(&self) -> u32 {
        let unfinished = u32::try_from(self.unfinished.len()).unwrap_or(u32::MAX);
        self.steps_asked.saturating_sub(unfinished) + self.rechecks
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
        outage::fold(&mut self.outage, &event.kind);
        self.ledger.apply(&event.kind);
        match &event.kind {
            RunEvent::Asked { node, grounds, .. } => self.asked(*node, grounds),
            RunEvent::Proposed { node, plan, usage, .. } => {
                if self.require_review {
                    self.pending.insert(*node, Pending { plan: plan.clone(), approved: false });
                }
                self.usage += *usage;
            }
            RunEvent::Unusable { usage, .. } => self.usage += *usage,
            RunEvent::Failed { node, .. } => {
                self.finished(*node);
                self.close(*node, false);
            }
            RunEvent::Rejected { node, .. } => {
                self.pending.remove(node);
                self.finished(*node);
                self.close(*node, false);
            }
            RunEvent::Approved { node, .. } => self.approve(*node, true),
            RunEvent::Returned { node, .. } => self.approve(*node, false),
            RunEvent::Evaluated { node, outcome, .. } => self.evaluated(*node, outcome),
            RunEvent::Inherited { outcome } => self.evaluated(NodeId::BASELINE, outcome),
            RunEvent::Weighed { best } => self.weighed(*best),
            RunEvent::Instructed { text, .. } => self.instructions = Some(text.clone()),
            RunEvent::SourceEdited { path, text: Some(_), .. } => {
                self.edited.insert(path.clone());
            }
            RunEvent::StopAsked { .. } | RunEvent::Failing { .. } => self.status = RunStatus::Stopping,
            RunEvent::Resumed { steps, apply_best, .. } => {
                self.apply_best = *apply_best;
                self.outage = None;
                self.used = LimitsUsed::resumed(event.at, self.usage, self.ledger.cost());
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
            | RunEvent::EvalAbandoned { .. }
            | RunEvent::Waiting { .. }
            | RunEvent::SourceEdited { .. }
            | RunEvent::Warned { .. } => {}
        }
    }

    fn asked(&mut self, node: NodeId, grounds: &Grounds) {
        if node.0 > self.steps_asked {
            self.steps_asked = node.0;
            self.unfinished.insert(node);
            if !grounds.why.is_empty() {
                self.why.insert(node, grounds.why.clone());
            }
        }
    }

    fn finished(&mut self, node: NodeId) {
        self.unfinished.remove(&node);
        self.why.remove(&node);
    }

    fn approve(&mut self, node: NodeId, approved: bool) {
        if let Some(pending) = self.pending.get_mut(&node) {
            pending.approved = approved;
        }
    }

    fn evaluated(&mut self, node: NodeId, outcome: &Outcome) {
        self.pending.remove(&node);
        let is_first = self.unfinished.contains(&node);
        self.finished(node);
        self.rechecks += u32::from(!is_first && node != NodeId::BASELINE);
        let metric = match outcome.verdict {
            Verdict::Good { metric } => Some(metric),
            Verdict::Buggy { .. } => None,
        };
        if node == NodeId::BASELINE {
            (self.baseline_metric, self.baseline_failed) = (metric, metric.is_none());
            let count = u32::try_from(outcome.samples.len()).unwrap_or(u32::MAX);
            self.baseline_spread = spread::deviation(&outcome.samples).map(|deviation| (deviation, count));
        }
        let best = metric
            .filter(|metric| !self.weighed && self.best.is_none_or(|best| self.beats(node, *metric, best)));
        if let Some(metric) = best {
            self.best = Some(Best { step: node, metric, deviation: None, count: 1 });
        }
        if is_first {
            self.close(node, best.is_some());
        } else {
            self.ledger.turn_away();
        }
    }

    fn weighed(&mut self, best: Option<Best>) {
        let before = self.best.map(|best| best.step);
        (self.best, self.weighed) = (best, true);
        let new = best.map(|best| best.step).filter(|step| Some(*step) != before);
        if new.is_some_and(|step| self.ledger.won(step)) {
            self.used.fruitless = 0;
        }
    }

    /// Whether a version takes the best one's place: with a better metric, or the same if it was asked for before.
    fn beats(&self, node: NodeId, metric: f64, best: Best) -> bool {
        self.goal.is_better(metric, best.metric)
            || (!self.goal.is_better(best.metric, metric) && node < best.step)
    }

    /// A step is done.
    fn close(&mut self, node: NodeId, is_best: bool) {
        self.ledger.close(node, is_best);
        self.used.step_done(node, is_best);
    }
}
