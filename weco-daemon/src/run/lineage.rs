//! Lineages: the runs that come from one another, as the catalogue tells of them.

use std::sync::Arc;

use weco_core::run::{NodeId, RunId};
use weco_core::summary::Summary;

use super::registry::Registry;
use crate::error::Failure;
use crate::journal::{Journal, JournalError, RunEntry};

/// The runs of a lineage that are still recorded.
#[derive(Clone, Debug)]
pub struct Lineage {
    members: Vec<RunEntry>,
}

impl Lineage {
    /// Only one run, whatever comes from it.
    pub fn alone(run: RunEntry) -> Self {
        Self { members: vec![run] }
    }

    /// Oldest first; before all others the first run, if it is still there.
    pub fn members(&self) -> &[RunEntry] {
        &self.members
    }

    /// The best node of all; the earliest of equals.
    pub fn best(&self) -> Option<(RunId, NodeId)> {
        let summaries = self.summaries();
        let candidates = summaries.filter_map(|summary| Some((summary, summary.best?)));
        let best = candidates.reduce(|best, other| {
            // One goal for all: a lineage measures one thing.
            if best.0.goal.is_better(other.1.metric, best.1.metric) { other } else { best }
        });
        best.map(|(summary, best)| (summary.id, best.step))
    }

    /// What is known of the members whose record is not damaged from the start.
    pub fn summaries(&self) -> impl Iterator<Item = &Arc<Summary>> {
        self.members.iter().filter_map(|entry| entry.summary.as_ref())
    }
}

/// Whether two runs are of one lineage. An imported run may only say so: what measures something else, or other
/// files, has no place among them.
fn are_kin(one: &Summary, other: &Summary) -> bool {
    one.lineage() == other.lineage()
        && (one.metric.as_str(), one.goal) == (other.metric.as_str(), other.goal)
        && one.sources == other.sources
}

/// The runs that say they are of a lineage, which its first run names.
pub(super) fn members(journal: &dyn Journal, lineage: RunId) -> Result<Vec<RunEntry>, JournalError> {
    let mut members = journal.runs()?;
    members.retain(|entry| entry.summary.as_deref().is_some_and(|summary| summary.lineage() == lineage));
    Ok(members)
}

impl Registry {
    /// The lineage of a run; a run that has none to come from, and none that comes from it, is one by itself.
    ///
    /// # Errors
    /// If there is no such run, or the journal fails.
    pub fn lineage(&self, run: RunId) -> Result<Lineage, Failure> {
        let entry = self.entry(run)?;
        let Some(own) = entry.summary.clone() else { return Ok(Lineage::alone(entry)) };
        let root = own.lineage();
        let mut members = members(self.deps().journal.as_ref(), root)?;
        members.retain(|entry| entry.summary.as_deref().is_some_and(|other| are_kin(&own, other)));
        let created = |entry: &RunEntry| entry.summary.as_ref().map_or(0, |summary| summary.created_at);
        members.sort_unstable_by_key(|entry| (entry.id != root, created(entry), entry.id));
        Ok(Lineage { members })
    }
}
