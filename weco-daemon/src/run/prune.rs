//! Removing runs that are over.

use weco_core::event::{EndStatus, Timestamp};
use weco_core::run::RunId;

use super::query::{Filter, Standing};
use super::registry::Registry;
use crate::error::Failure;
use crate::journal::RunEntry;

/// Ends after which a run does not go on by itself or by a mere `weco resume`.
const OVER: [Standing; 3] = [
    Standing::Ended(EndStatus::Completed),
    Standing::Ended(EndStatus::Terminated),
    Standing::Ended(EndStatus::Error),
];

/// Which ended runs go: those that meet every criterion given.
#[derive(Clone, Debug, Default)]
pub struct Criteria {
    /// Ended before this.
    pub ended_before: Option<Timestamp>,
    /// Not among so many newest of those with the right status.
    pub keep: Option<usize>,
    /// Ended like this; empty: completed, terminated or error.
    pub status: Vec<Standing>,
}

impl Registry {
    /// The runs that meet `criteria`, newest first. None of them is live.
    ///
    /// # Errors
    /// If no criterion is given, or one that no ended run can meet, or the journal fails.
    pub fn prunable(&self, criteria: &Criteria) -> Result<Vec<RunEntry>, Failure> {
        check(criteria)?;
        let status = if criteria.status.is_empty() { OVER.to_vec() } else { criteria.status.clone() };
        let mut runs = self.list(&Filter { status, directory: None })?;
        runs.retain(|entry| self.live(entry.id).is_none());
        let oldest = runs.split_off(criteria.keep.unwrap_or(0).min(runs.len()));
        let early = |entry: &RunEntry| criteria.ended_before.is_none_or(|before| ended_at(entry) < before);
        Ok(oldest.into_iter().filter(early).collect())
    }

    /// Removes those of `runs` from the record that are still over.
    ///
    /// # Errors
    /// If the journal fails; some may be removed then.
    pub async fn remove(&self, runs: &[RunId]) -> Result<Vec<RunId>, Failure> {
        let _owner = self.own_ended().await;
        let over = |run: &RunId| {
            let ended =
                self.entry(*run).is_ok_and(|entry| matches!(Standing::of(&entry), Standing::Ended(_)));
            ended && self.live(*run).is_none()
        };
        let gone: Vec<RunId> = runs.iter().copied().filter(over).collect();
        let removed = self.deps().journal.remove(gone.clone()).await;
        self.states().forget(&gone);
        removed?;
        Ok(gone)
    }
}

fn check(criteria: &Criteria) -> Result<(), Failure> {
    let invalid = |message| Err(Failure::invalid(message));
    if criteria.ended_before.is_none() && criteria.keep.is_none() && criteria.status.is_empty() {
        return invalid("nothing says which runs are to go");
    }
    if criteria.status.iter().any(|status| !matches!(status, Standing::Ended(_))) {
        return invalid("only runs that have ended are removed");
    }
    Ok(())
}

/// A run whose record is damaged from the start ended long ago, as far as anybody knows.
fn ended_at(entry: &RunEntry) -> Timestamp {
    entry.summary.as_ref().map_or(0, |summary| summary.ended_at.unwrap_or(summary.updated_at))
}
