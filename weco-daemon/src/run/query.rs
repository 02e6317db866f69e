//! Which runs there are, and which one a user means.

use std::path::Path;

use uuid::Uuid;
use weco_core::event::EndStatus;
use weco_core::run::{NodeId, RunId};
use weco_core::state::RunStatus;

use super::registry::Registry;
use crate::error::{Failure, FailureKind};
use crate::journal::RunEntry;

/// Hexadecimal digits of a run's id.
const DIGITS: usize = 32;

/// Runs named when a prefix fits several.
const NAMED: usize = 5;

/// Which runs are listed.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only with one of these; empty: with any.
    pub status: Vec<Standing>,
    /// Only in this directory or below it.
    pub directory: Option<String>,
}

/// How a run stands, in a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// It goes on.
    Running,
    /// It was asked to stop.
    Stopping,
    /// It ended like this.
    Ended(EndStatus),
}

impl From<&RunStatus> for Standing {
    fn from(status: &RunStatus) -> Self {
        match status {
            RunStatus::Running => Self::Running,
            RunStatus::Stopping => Self::Stopping,
            RunStatus::Ended { status, .. } => Self::Ended(*status),
        }
    }
}

impl Standing {
    /// How a run stands. One whose record is damaged from the start has failed.
    pub fn of(entry: &RunEntry) -> Self {
        let damaged = Self::Ended(EndStatus::Error);
        entry.summary.as_ref().map_or(damaged, |summary| Self::from(&summary.status))
    }
}

impl Filter {
    /// Whether a run is among those wanted.
    pub(super) fn takes(&self, entry: &RunEntry) -> bool {
        let directory = entry.summary.as_ref().map_or("", |summary| &summary.directory);
        (self.status.is_empty() || self.status.contains(&Standing::of(entry)))
            && self.directory.as_ref().is_none_or(|wanted| Path::new(directory).starts_with(wanted))
    }
}

impl Registry {
    /// The one run whose id begins with `prefix`: hexadecimal digits of either case; dashes do not count.
    ///
    /// # Errors
    /// If there is none, or more than one.
    pub fn find(&self, prefix: &str) -> Result<RunId, Failure> {
        let Some((first, last)) = range(prefix) else { return Err(unknown(prefix)) };
        let found = self.deps().journal.runs_in(first..=last, NAMED + 1)?;
        match found.as_slice() {
            [] => Err(unknown(prefix)),
            [run] => Ok(run.id),
            _ => Err(ambiguous(prefix, &found)),
        }
    }

    /// What the journal lists of a run.
    ///
    /// # Errors
    /// If there is no such run, or the journal fails.
    pub fn entry(&self, run: RunId) -> Result<RunEntry, Failure> {
        let found = self.deps().journal.runs_in(run..=run, 1)?;
        found.into_iter().next().ok_or_else(|| unknown(&run.to_string()))
    }

    /// Runs that pass `filter`, newest first.
    ///
    /// # Errors
    /// If the journal fails.
    pub fn list(&self, filter: &Filter) -> Result<Vec<RunEntry>, Failure> {
        let mut runs = self.deps().journal.runs()?;
        runs.retain(|entry| filter.takes(entry));
        let created = |entry: &RunEntry| entry.summary.as_ref().map_or(0, |summary| summary.created_at);
        runs.sort_unstable_by_key(|entry| std::cmp::Reverse((created(entry), entry.id)));
        Ok(runs)
    }

    /// What a live run waits for at this moment, if for anything.
    pub fn waiting(&self, run: RunId) -> Option<String> {
        self.live(run)?.feed().live.borrow().waiting()
    }

    /// The nodes of a live run whose evaluations run at this moment.
    pub fn printing(&self, run: RunId) -> Vec<NodeId> {
        self.live(run)
            .map(|handle| handle.feed().printing.borrow().keys().copied().collect())
            .unwrap_or_default()
    }
}

/// The first and the last id that a prefix fits; none if it is no part of an id.
pub(super) fn range(prefix: &str) -> Option<(RunId, RunId)> {
    let digits: String = prefix.chars().filter(|char| *char != '-').collect();
    if digits.is_empty() || digits.len() > DIGITS || !digits.chars().all(|char| char.is_ascii_hexdigit()) {
        return None;
    }
    let filled = |rest: &str| Uuid::try_parse(&format!("{digits}{}", rest.repeat(DIGITS - digits.len())));
    Some((RunId(filled("0").ok()?), RunId(filled("f").ok()?)))
}

fn unknown(prefix: &str) -> Failure {
    Failure::new(FailureKind::NotFound, format!("there is no run '{prefix}'"))
        .hint("a run is called by its id (not its name), or the beginning of it; all runs: weco runs")
}

fn ambiguous(prefix: &str, found: &[RunEntry]) -> Failure {
    let named = found.iter().take(NAMED).map(|entry| match &entry.summary {
        Some(summary) => format!("{} ({})", entry.id, summary.name),
        None => entry.id.to_string(),
    });
    let named = named.collect::<Vec<_>>().join(", ");
    let more = if found.len() > NAMED { ", …" } else { "" };
    Failure::invalid(format!("'{prefix}' fits several runs: {named}{more}")).hint("give more of the run's id")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_a_range_of_ids() {
        let ids = |prefix: &str| range(prefix).map(|(first, last)| (first.to_string(), last.to_string()));
        let whole = "0002e071-1b67-411f-a514-36947f0c4b31";
        assert_eq!(ids(whole), Some((whole.to_owned(), whole.to_owned())));
        assert_eq!(ids(&whole.to_uppercase().replace('-', "")), ids(whole));
        let (first, last) = ids("0002E0-7").unwrap();
        assert_eq!(first, "0002e070-0000-0000-0000-000000000000");
        assert_eq!(last, "0002e07f-ffff-ffff-ffff-ffffffffffff");
        for wrong in ["", "-", "swift-heron", "0002e071 ", "é", &format!("{whole}0"), "{0002", "urn:uuid:00"]
        {
            assert_eq!(range(wrong), None, "{wrong}");
        }
    }
}
