//! The nodes of a lineage's runs, and the place of each among all of them.

use std::sync::Arc;

use weco_core::event::Timestamp;
use weco_core::run::{NodeId, RunId};
use weco_core::state::RunState;

use super::lineage::Lineage;
use super::registry::Registry;
use crate::error::Failure;

/// The trees of a lineage's runs at one moment.
#[derive(Debug)]
pub struct Forest {
    members: Vec<Arc<RunState>>,
    /// Of each member's nodes, by step.
    places: Vec<Vec<u32>>,
}

impl Forest {
    /// The trees of `members`, which are oldest first.
    fn new(members: Vec<Arc<RunState>>) -> Self {
        let mut order: Vec<(Timestamp, usize, NodeId)> = Vec::new();
        for (member, state) in members.iter().enumerate() {
            let mut latest = Timestamp::MIN;
            for node in state.tree().nodes() {
                // A clock that was set back does not turn a run's steps around.
                latest = latest.max(node.times.asked.unwrap_or(latest));
                order.push((latest, member, node.id));
            }
        }
        order.sort_unstable();
        let mut places: Vec<Vec<u32>> =
            members.iter().map(|state| vec![0; state.tree().nodes().len()]).collect();
        for (place, (_, member, node)) in (0..).zip(order) {
            places[member][node.index()] = place;
        }
        Self { members, places }
    }

    /// The runs, oldest first.
    pub fn members(&self) -> &[Arc<RunState>] {
        &self.members
    }

    /// Which of the runs this one is.
    pub fn position(&self, run: RunId) -> Option<usize> {
        self.members.iter().position(|state| state.spec().id == run)
    }

    /// The place of a member's node among all nodes, by the time it was asked for; from 0.
    pub fn global_step(&self, member: usize, node: NodeId) -> u32 {
        self.places.get(member).and_then(|places| places.get(node.index())).copied().unwrap_or(node.0)
    }
}

impl Registry {
    /// What is true of a run, as far as its record can be read. Reads only what is new since it was looked at
    /// last, and blocks for that.
    ///
    /// # Errors
    /// If there is no such run, or its record cannot be read.
    pub fn look(&self, run: RunId) -> Result<Arc<RunState>, Failure> {
        let last_seq = self.entry(run)?.last_seq;
        self.states().get(run, last_seq)
    }

    /// The trees of a lineage, for who looks at `run`: of the other members those that can be read. Blocks.
    ///
    /// # Errors
    /// If the record of `run` cannot be read.
    pub fn forest(&self, lineage: &Lineage, run: RunId) -> Result<Forest, Failure> {
        let mut members = Vec::with_capacity(lineage.members().len());
        for entry in lineage.members() {
            match self.states().get(entry.id, entry.last_seq) {
                Ok(state) => members.push(state),
                Err(failure) if entry.id == run => return Err(failure),
                Err(failure) => tracing::warn!(run = %entry.id, %failure, "left out of its lineage"),
            }
        }
        Ok(Forest::new(members))
    }
}
