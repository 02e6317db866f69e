//! A run as one HTML page: the curve, the tree, what the best version changes, and every step.
//!
//! The page is complete in itself and has no script. Whatever comes from a model, an evaluation or a file is text in
//! it, never markup: it goes through `text::Text`. No IO and no clock in here.

mod curve;
mod dataset;
mod diff;
mod header;
mod numbers;
mod page;
mod scale;
mod standing;
mod steps;
#[cfg(test)]
mod tests;
mod text;
mod tree;

use std::collections::BTreeMap;

use weco_core::event::{Event, RunEvent, Timestamp};
use weco_core::run::{Files, NodeId};
use weco_core::state::RunState;

/// What a report is made from.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// The run.
    pub state: &'a RunState,
    /// The last lines of what each step printed, if it was evaluated.
    pub tails: &'a BTreeMap<NodeId, &'a str>,
    /// The code of step 0 and of the best version; none if it cannot be read.
    pub code: Option<(&'a Files, &'a Files)>,
    /// How long the run has been going, in milliseconds: see [`elapsed`].
    pub elapsed: i64,
    /// When the report is made.
    pub made_at: Timestamp,
    /// The version of weco that makes it.
    pub version: &'a str,
}

impl Report<'_> {
    /// The page.
    pub fn html(&self) -> String {
        page::Page::new(self).to_string()
    }
}

/// How long a run has been going by its events, in milliseconds: what comes after an end, and pauses until it was
/// resumed, do not count.
pub fn elapsed(events: &[Event]) -> i64 {
    let (mut past, mut since) = (0_i64, events.first().map(|event| event.at));
    let span = |since: Timestamp, until: Timestamp| until.saturating_sub(since).max(0);
    for event in events {
        match event.kind {
            RunEvent::Resumed { .. } => since = since.or(Some(event.at)),
            RunEvent::Ended { .. } => {
                past = past.saturating_add(since.take().map_or(0, |since| span(since, event.at)));
            }
            _ => {}
        }
    }
    let open = since.zip(events.last()).map_or(0, |(since, last)| span(since, last.at));
    past.saturating_add(open)
}

/// The last lines of what each step printed when it was evaluated last, by a run's events.
pub fn tails(events: &[Event]) -> BTreeMap<NodeId, &str> {
    events
        .iter()
        .filter_map(|event| match &event.kind {
            RunEvent::Evaluated { node, outcome, .. } => Some((*node, outcome.output_tail.as_str())),
            RunEvent::Inherited { outcome } => Some((NodeId::BASELINE, outcome.output_tail.as_str())),
            _ => None,
        })
        .collect()
}
