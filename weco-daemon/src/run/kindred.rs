//! What the other runs of a lineage have tried, so that nothing is evaluated twice among them.
//!
//! ```text
//! records of the lineage ──read once, at the first question──▶ codes ◀── each result of a live member
//!                                                                │
//!                                    a live member's proposal ──asks──▶ which run tried that, and what came of it
//! ```
//!
//! Live members of one lineage share what is known; it is forgotten with the last of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::OnceCell;
use weco_core::event::{Event, RunEvent};
use weco_core::run::{CodeId, Goal, NodeId, RunId, RunSpec};
use weco_core::state::RunState;
use weco_core::tree::Node;

use crate::blocking::blocking;
use crate::error::Failure;
use crate::journal::Journal;
use crate::run::lineage;
use crate::run::registry::short;
use crate::run::states::States;

/// What runs have in common that can tell each other of their results: where they come from, and what they measure.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Kin {
    lineage: RunId,
    metric: String,
    goal: Goal,
    command: String,
    sources: Vec<String>,
}

impl Kin {
    fn of(spec: &RunSpec) -> Self {
        Self {
            lineage: spec.lineage(),
            metric: spec.metric.clone(),
            goal: spec.goal,
            command: spec.eval_command.clone(),
            sources: spec.sources.iter().map(|source| source.path.clone()).collect(),
        }
    }
}

/// All lineages that have a live run.
pub(super) struct Kindreds {
    journal: Arc<dyn Journal>,
    states: Arc<States>,
    live: Mutex<HashMap<Kin, Weak<Kindred>>>,
}

impl Kindreds {
    pub(super) fn new(journal: Arc<dyn Journal>, states: Arc<States>) -> Self {
        Self { journal, states, live: Mutex::default() }
    }

    /// Lets a run take part in what its lineage knows.
    pub(super) fn join(&self, spec: &RunSpec) -> Member {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        live.retain(|_, kindred| kindred.strong_count() > 0);
        let kin = Kin::of(spec);
        let kindred = live.get(&kin).and_then(Weak::upgrade).unwrap_or_else(|| {
            let (journal, states) = (Arc::clone(&self.journal), Arc::clone(&self.states));
            let new = Arc::new(Kindred {
                kin: kin.clone(),
                journal,
                states,
                read: OnceCell::new(),
                codes: Mutex::default(),
            });
            live.insert(kin, Arc::downgrade(&new));
            new
        });
        Member { run: spec.id, kindred }
    }
}

/// What one lineage has tried.
struct Kindred {
    kin: Kin,
    journal: Arc<dyn Journal>,
    states: Arc<States>,
    /// Set when the records of the lineage have been read.
    read: OnceCell<()>,
    codes: Mutex<HashMap<CodeId, Tried>>,
}

/// A node that was evaluated or turned down.
struct Tried {
    run: RunId,
    node: NodeId,
    /// As [`RunState::outcome_of`] says it.
    outcome: String,
}

impl Kindred {
    fn codes(&self) -> MutexGuard<'_, HashMap<CodeId, Tried>> {
        self.codes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads what is recorded of the lineage. Blocks.
    fn read(&self) -> Result<(), Failure> {
        let members = lineage::members(self.journal.as_ref(), self.kin.lineage)?;
        for entry in members {
            match self.states.get(entry.id, entry.last_seq) {
                Ok(state) if Kin::of(state.spec()) == self.kin => {
                    state.tree().nodes().iter().for_each(|node| self.note(&state, node));
                }
                Ok(_) => {}
                Err(failure) => {
                    tracing::warn!(run = %entry.id, %failure, "left out of what its lineage tried")
                }
            }
        }
        Ok(())
    }

    fn note(&self, state: &RunState, node: &Node) {
        if let Some(code) = node.code.filter(|_| node.is_done()) {
            let (run, outcome) = (state.spec().id, state.outcome_of(node));
            self.codes().entry(code).or_insert(Tried { run, node: node.id, outcome });
        }
    }
}

/// A live run's part in its lineage.
pub(super) struct Member {
    run: RunId,
    kindred: Arc<Kindred>,
}

impl Member {
    /// Where else in the lineage this code was tried and what came of it; none if nowhere, as far as its records can
    /// be read.
    pub(super) async fn elsewhere(&self, code: CodeId) -> Option<String> {
        let kindred = Arc::clone(&self.kindred);
        let read = self.kindred.read.get_or_try_init(|| blocking(move || kindred.read())).await;
        if let Err(failure) = read {
            tracing::warn!(run = %self.run, %failure, "what the lineage tried is not known");
        }
        let codes = self.kindred.codes();
        let tried = codes.get(&code).filter(|tried| tried.run != self.run)?;
        let name = if tried.node == NodeId::BASELINE {
            "the baseline".to_owned()
        } else {
            format!("step {}", tried.node)
        };
        Some(format!("{name} of run {}, {}", short(tried.run), tried.outcome))
    }

    /// Tells the lineage what was recorded of this run.
    pub(super) fn note(&self, events: &[Event], state: &RunState) {
        for event in events {
            if let RunEvent::Evaluated { node, .. } | RunEvent::Rejected { node, .. } = &event.kind
                && let Some(node) = state.tree().get(*node)
            {
                self.kindred.note(state, node);
            }
        }
    }
}
