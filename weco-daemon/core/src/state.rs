//! What is true of a run: the fold of its events. Live and replay share [`RunState::apply`], the
//! only way a run's state changes.

mod check;
mod fold;
pub(crate) mod outage;

use std::collections::BTreeSet;

use rand::Rng;
use serde::{Deserialize, Serialize};

pub use outage::Outage;

use crate::event::{EndStatus, Event, RunEvent, Timestamp, Usage};
use crate::forms::Forms;
use crate::limits::Since;
use crate::models::{Absences, Bandit, Ledger};
use crate::run::{AutoResume, FileRefs, NodeId, RunSpec};
use crate::summary::Best;
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
    ledger: Ledger,
    bandit: Bandit,
    absences: Absences,
    originals: FileRefs,
    edited: BTreeSet<String>,
    instructions: Vec<String>,
    since: Since,
    /// Steps that were done in a row without a new best, since the run began or was last resumed.
    fruitless: u32,
    /// Why the proposer has nothing left to propose, if it has not.
    exhausted: Option<String>,
    /// Why the run ends once nothing is evaluated any more, and what to do next; none if it was asked to stop.
    failure: Option<(String, String)>,
    forms: Forms,
    weighed: Option<Option<Best>>,
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
        let originals: FileRefs = spec.sources.iter().map(|s| (s.path.clone(), s.blob)).collect();
        Ok(Self {
            seq: event.seq,
            created_at: event.at,
            steps: spec.steps,
            status: RunStatus::Running,
            auto_resume: spec.auto_resume,
            outage: None,
            tree: Tree::new(
                spec.goal,
                spec.measurement.verify_command.is_some(),
                spec.baseline(),
                spec.baseline_code,
                event.at,
            ),
            usage: Usage::default(),
            ledger: Ledger::new(spec),
            bandit: Bandit::new(spec.models().len()),
            absences: Absences::default(),
            originals,
            edited: BTreeSet::new(),
            instructions: spec.instructions.iter().cloned().collect(),
            since: Since::creation(event.at),
            fruitless: 0,
            exhausted: None,
            failure: None,
            forms: Forms::default(),
            weighed: None,
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

    /// What each of the run's models was asked for, and what that cost.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Which of the run's models to ask for the next step.
    pub(crate) fn choose_model(&self, now: Timestamp, rng: &mut dyn Rng) -> u32 {
        self.bandit.choose(&self.ledger, |model| !self.absences.is_absent(model, now), rng)
    }

    /// Who may be asked for a node in place of a model that cannot be; none if nobody can.
    pub(crate) fn stand_in(&self, model: u32, now: Timestamp, rng: &mut dyn Rng) -> Option<u32> {
        let is_there = |other: u32| other != model && !self.absences.is_absent(other, now);
        let other = self.bandit.choose(&self.ledger, is_there, rng);
        is_there(other).then_some(other)
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

    /// The user's instructions that count from the next proposal on.
    pub fn instructions(&self) -> Option<&str> {
        self.instructions.last().map(String::as_str)
    }

    /// The instructions that a node was asked for under.
    pub fn instructions_of(&self, node: &Node) -> Option<&str> {
        self.instructions.get(node.instructions? as usize).map(String::as_str)
    }

    /// What all instructions take that nodes were asked for under, or will be, in bytes.
    pub fn instructions_bytes(&self) -> usize {
        self.instructions.iter().map(String::len).sum()
    }

    /// Where it stood when it began or was last resumed.
    pub(crate) fn since(&self) -> Since {
        self.since
    }

    /// Steps that were done in a row without a new best, since the run began or was last resumed.
    pub(crate) fn fruitless(&self) -> u32 {
        self.fruitless
    }

    /// Why the proposer has nothing left to propose, if it has not.
    pub(crate) fn exhausted(&self) -> Option<&str> {
        self.exhausted.as_deref()
    }

    /// Why a run that is stopping cannot go on, and what to do next; none if it was asked to stop.
    pub(crate) fn failure(&self) -> Option<&(String, String)> {
        self.failure.as_ref()
    }

    /// The nodes that are being evaluated, by step.
    pub fn evaluating(&self) -> impl Iterator<Item = &Node> {
        self.tree.unfinished().filter(|node| node.is_evaluating())
    }

    /// How the forms of an answer have done.
    pub fn forms(&self) -> Forms {
        self.forms
    }

    /// Whether a node waits for someone to approve it.
    pub fn is_pending(&self, node: &Node) -> bool {
        self.spec.require_review
            && node.id != NodeId::BASELINE
            && node.progress == Progress::Proposed
            && node.approval.is_none()
    }

    /// Step 0: the user's own code, or what a derived run starts from.
    pub fn baseline(&self) -> &Node {
        &self.tree.nodes()[0]
    }

    /// What the budget was spent on so far: proposals asked for, and versions measured again, finished or not.
    pub fn steps_spent(&self) -> u32 {
        self.tree.steps_asked().saturating_add(self.tree.rechecks())
    }

    /// Steps that are evaluated or failed, without the baseline, and versions measured again.
    pub fn steps_done(&self) -> u32 {
        let unfinished = self.tree.unfinished().filter(|node| node.id != NodeId::BASELINE).count();
        self.steps_spent().saturating_sub(u32::try_from(unfinished).unwrap_or(u32::MAX))
    }

    /// The best version so far.
    pub fn best(&self) -> Option<Best> {
        let node = self.tree.best()?;
        let (deviation, count) = (node.deviation(), node.count());
        Some(Best { step: node.id, metric: node.metric()?, deviation, count })
    }

    /// Whether the best does not follow from the results one by one.
    pub(crate) fn is_weighed(&self) -> bool {
        self.spec.measurement.verify_command.is_some() || self.tree.sigma().is_some()
    }

    /// The best version as it was last recorded; none if it never was.
    pub(crate) fn weighed(&self) -> Option<Option<Best>> {
        self.weighed
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
        self.fold(&event.kind, event.at);
        self.seq = event.seq;
        Ok(())
    }
}
