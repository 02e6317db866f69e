//! What is true of a run: the fold of its events. Live and replay share [`RunState::apply`], the
//! only way a run's state changes.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::event::{EndStatus, Event, RunEvent, Timestamp, Usage};
use crate::run::{AutoResume, FileRefs, NodeId, RunSpec};
use crate::tree::{Node, Progress, Tree};

/// Replies that may be unusable before a step is given up: the first, and the one asked for again.
const UNUSABLE_REPLIES: u32 = 2;

/// What is true of a run.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RunState {
    spec: RunSpec,
    seq: u64,
    created_at: Timestamp,
    steps: u32,
    status: RunStatus,
    auto_resume: AutoResume,
    outage: Option<Outage>,
    tree: Tree,
    usage: Usage,
    originals: FileRefs,
    edited: BTreeSet<String>,
}

/// Whether a run goes on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum RunStatus {
    /// Steps are being made.
    Running,
    /// A stop was asked for; an evaluation is being ended.
    Stopping,
    /// Nothing happens until someone resumes it.
    Ended {
        /// How it ended.
        status: EndStatus,
        /// One sentence.
        reason: String,
        /// What to do next; may be empty.
        hint: String,
    },
}

/// A provider that could not be asked when it was last tried.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Outage {
    /// The node whose proposal waits.
    pub node: NodeId,
    /// Waits in a row so far.
    pub attempt: u32,
    /// When it is asked again, or was.
    pub until: Timestamp,
    /// What the provider or the system said.
    pub reason: String,
}

/// An event that cannot have happened in this state: the journal or the code is wrong.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("event {seq} cannot follow: {why}")]
pub struct IllegalEvent {
    /// The event's sequence number.
    pub seq: u64,
    /// What contradicts it.
    pub why: String,
}

impl RunState {
    /// The state after the first event, which must be [`RunEvent::Created`].
    ///
    /// # Errors
    /// [`IllegalEvent`] for any other event.
    pub fn new(event: &Event) -> Result<Self, IllegalEvent> {
        let RunEvent::Created { spec } = &event.kind else {
            return Err(IllegalEvent { seq: event.seq, why: "a run begins with its creation".into() });
        };
        let baseline: FileRefs = spec.sources.iter().map(|s| (s.path.clone(), s.blob)).collect();
        Ok(Self {
            seq: event.seq,
            created_at: event.at,
            steps: spec.steps,
            status: RunStatus::Running,
            auto_resume: spec.auto_resume,
            outage: None,
            tree: Tree::new(spec.goal, baseline),
            usage: Usage::default(),
            originals: spec.sources.iter().map(|s| (s.path.clone(), s.blob)).collect(),
            edited: BTreeSet::new(),
            spec: (**spec).clone(),
        })
    }

    /// The state after all of a run's events.
    ///
    /// # Errors
    /// [`IllegalEvent`] at the first event that contradicts those before it.
    pub fn replay<'a>(events: impl IntoIterator<Item = &'a Event>) -> Result<Self, IllegalEvent> {
        let mut events = events.into_iter();
        let first =
            events.next().ok_or_else(|| IllegalEvent { seq: 0, why: "there are no events".to_owned() })?;
        let mut state = Self::new(first)?;
        for event in events {
            state.apply(event)?;
        }
        Ok(state)
    }

    /// What the user asked for, as the last resumption changed it. Its `steps` is the original budget;
    /// see [`Self::steps`].
    pub fn spec(&self) -> &RunSpec {
        &self.spec
    }

    /// The last event's sequence number.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// When the run was created.
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// The budget: proposals after the baseline.
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// Whether it goes on.
    pub fn status(&self) -> &RunStatus {
        &self.status
    }

    /// How outages of the model's provider are waited out.
    pub fn auto_resume(&self) -> AutoResume {
        self.auto_resume
    }

    /// The outage that began since the provider answered last, if one did.
    pub fn outage(&self) -> Option<&Outage> {
        self.outage.as_ref()
    }

    /// How it ended, if it has.
    pub fn end_status(&self) -> Option<EndStatus> {
        match self.status {
            RunStatus::Ended { status, .. } => Some(status),
            _ => None,
        }
    }

    /// Every version so far.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Tokens so far.
    pub fn usage(&self) -> Usage {
        self.usage
    }

    /// The user's files as they are to be when nothing is evaluated: as at the run's beginning, but
    /// for the user's own edits since.
    pub fn originals(&self) -> &FileRefs {
        &self.originals
    }

    /// Sources that hold the user's own edit, made during the run: no version may be written over it.
    pub fn edited(&self) -> &BTreeSet<String> {
        &self.edited
    }

    /// The user's own code.
    pub fn baseline(&self) -> &Node {
        &self.tree.nodes()[0]
    }

    /// Steps that are evaluated or failed, without the baseline.
    pub fn steps_done(&self) -> u32 {
        let unfinished = self.tree.unfinished().filter(|node| node.id != NodeId::BASELINE).count();
        self.tree.steps_asked() - u32::try_from(unfinished).unwrap_or(u32::MAX)
    }

    /// Whether a node whose reply could not be used is asked for again.
    pub fn will_ask_again(&self, node: NodeId) -> bool {
        self.tree.get(node).is_some_and(|node| node.unusable < UNUSABLE_REPLIES)
    }

    /// Takes one more event in.
    ///
    /// # Errors
    /// [`IllegalEvent`] if it cannot have happened; the state is then as before.
    pub fn apply(&mut self, event: &Event) -> Result<(), IllegalEvent> {
        let illegal = |why: String| IllegalEvent { seq: event.seq, why };
        if event.seq != self.seq + 1 {
            return Err(illegal(format!("the last one was {}", self.seq)));
        }
        self.check(&event.kind).map_err(illegal)?;
        self.fold(&event.kind);
        self.seq = event.seq;
        Ok(())
    }

    fn check(&self, event: &RunEvent) -> Result<(), String> {
        let ended = matches!(self.status, RunStatus::Ended { .. });
        match event {
            RunEvent::Created { .. } => Err("the run exists already".to_owned()),
            RunEvent::Resumed { .. } if !ended => Err("only an ended run is resumed".to_owned()),
            RunEvent::Resumed { .. } | RunEvent::Warned { .. } | RunEvent::SourceEdited { .. } => Ok(()),
            RunEvent::Applied { node, .. } => self.node(*node).map(|_| ()),
            _ if ended => Err("the run has ended".to_owned()),
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
            RunEvent::EvalIntended { node, .. } => self.check_evaluable(*node),
            RunEvent::EvalStarted { node, attempt, .. } | RunEvent::Evaluated { node, attempt, .. } => {
                self.expect(*node, "being evaluated", |p| matches!(p, Progress::Evaluating { .. }))?;
                let newest = self.node(*node)?.eval_attempt;
                if *attempt == newest { Ok(()) } else { Err(format!("attempt {newest} is the newest")) }
            }
            RunEvent::Waiting { node, .. } => {
                self.expect(*node, "asked for", |progress| matches!(progress, Progress::Asked))
            }
            RunEvent::StopAsked { .. } | RunEvent::Ended { .. } => Ok(()),
        }
    }

    fn node(&self, id: NodeId) -> Result<&Node, String> {
        self.tree.get(id).ok_or_else(|| format!("there is no node {id}"))
    }

    fn expect(&self, id: NodeId, what: &str, holds: impl Fn(&Progress) -> bool) -> Result<(), String> {
        if holds(&self.node(id)?.progress) { Ok(()) } else { Err(format!("node {id} is not {what}")) }
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

    /// A proposed node, an evaluation that was cut short, or a baseline that failed before.
    fn check_evaluable(&self, id: NodeId) -> Result<(), String> {
        self.expect(id, "ready to be evaluated", |progress| match progress {
            Progress::Proposed | Progress::Evaluating { .. } => true,
            Progress::Buggy { .. } => id == NodeId::BASELINE,
            _ => false,
        })
    }

    fn fold(&mut self, event: &RunEvent) {
        match event {
            RunEvent::Asked { node, parent, stage, attempt } => {
                self.fold_asked(*node, *parent, *stage, *attempt)
            }
            RunEvent::Proposed { node, plan, files, lines_added, lines_removed, usage, from } => {
                self.count(*node, *usage);
                if let Some(from) = from {
                    self.tree.reparent(*node, *from);
                }
                if let Some(node) = self.tree.get_mut(*node) {
                    plan.clone_into(&mut node.plan);
                    node.files = Some(files.clone());
                    node.lines = (*lines_added, *lines_removed);
                    node.progress = Progress::Proposed;
                }
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
                self.tree.fail(*node, reason.clone());
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
            RunEvent::Evaluated { node, outcome, .. } => self.tree.evaluated(*node, outcome),
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

    fn fold_asked(&mut self, id: NodeId, parent: NodeId, stage: crate::event::Stage, attempt: u32) {
        match self.tree.get_mut(id) {
            Some(node) => node.attempt = attempt,
            None => self.tree.add(parent, stage, attempt),
        }
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
