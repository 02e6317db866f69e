//! How runs came along, in few points.
//!
//! A trend ends at what the run holds for its best. Where measurements scatter that is not the best mean: what was
//! better for a while and is not trusted any more is left out, so that a run looks the same whether it was followed or
//! is read again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio_stream::StreamExt;
use weco_proto::v1::{self, weco_server::Weco};

use super::ask;
use super::run::RunJson;

/// Most points of a trend: a sparkline is some 100 pixels wide.
const POINTS: usize = 64;

/// Runs whose trend is remembered.
const REMEMBERED: usize = 2_000;

/// The trends of runs, each read from its tree once and then kept up with what its summaries say.
#[derive(Debug, Default)]
pub(crate) struct Trends(Mutex<HashMap<String, Trend>>);

/// The best metric by step, where it changed.
#[derive(Clone, PartialEq, Debug, Default)]
struct Trend {
    is_maximized: bool,
    /// The newest event that is in it.
    seq: u64,
    /// Steps done by when it is up to date.
    steps: u32,
    /// Step and best metric from then on.
    changes: Vec<(u32, f64)>,
}

impl Trends {
    /// The trend of a run that stands like this; none if it cannot be read.
    pub(crate) async fn of(&self, service: &dyn Weco, run: &RunJson) -> Option<Vec<f64>> {
        if let Some(points) = self.known(run) {
            return Some(points);
        }
        let trend = Trend::read(service, run).await?;
        let points = trend.points();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(run.run_id.clone(), trend);
        Some(points)
    }

    /// The same if nothing has to be read for it.
    pub(crate) fn known(&self, run: &RunJson) -> Option<Vec<f64>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let trend = known.get_mut(&run.run_id)?;
        trend.keep_up(run);
        Some(trend.points())
    }
}

impl Trend {
    async fn read(service: &dyn Weco, run: &RunJson) -> Option<Self> {
        let run_id = run.run_id.clone();
        let request = v1::GetTreeRequest { run_id, plan_chars: 1, ..v1::GetTreeRequest::default() };
        let mut parts = service.get_tree(ask(request)).await.ok()?.into_inner();
        let mut trend = Self { is_maximized: run.is_maximized(), ..Self::default() };
        let held = run.best_metric();
        while let Some(part) = parts.next().await {
            for node in part.ok()?.nodes {
                trend.measured(node.step, node.metric, held);
            }
        }
        trend.keep_up(run);
        Some(trend)
    }

    /// Takes in what a step measured of a run that holds `held` for its best.
    fn measured(&mut self, step: u32, metric: Option<f64>, held: Option<f64>) {
        let Some(metric) = metric else { return };
        let is_trusted = held.is_some_and(|held| !self.is_better(metric, held));
        if is_trusted && self.changes.last().is_none_or(|&(_, best)| self.is_better(metric, best)) {
            self.note(step, metric);
        }
    }

    /// Takes in how the run stands, unless more is known.
    fn keep_up(&mut self, run: &RunJson) {
        if run.last_seq < self.seq {
            return;
        }
        self.seq = run.last_seq;
        match run.best_metric() {
            Some(best) => self.note(run.steps_done(), best),
            None => self.changes.clear(),
        }
        self.steps = self.steps.max(run.steps_done());
    }

    fn note(&mut self, step: u32, best: f64) {
        let is_maximized = self.is_maximized;
        self.changes.retain(|&(_, before)| !if is_maximized { before > best } else { before < best });
        self.steps = self.steps.max(step);
        match self.changes.last() {
            Some(&(_, last)) if last == best => {}
            // A step may have been measured before others that were asked for before it.
            Some(&(last, _)) => self.changes.push((step.max(last), best)),
            None => self.changes.push((step, best)),
        }
    }

    fn is_better(&self, metric: f64, than: f64) -> bool {
        if self.is_maximized { metric > than } else { metric < than }
    }

    /// The best metric at so many steps, evenly apart.
    fn points(&self) -> Vec<f64> {
        let Some((first, _)) = self.changes.first() else { return Vec::new() };
        let span = self.steps.saturating_sub(*first) as usize;
        let count = (span + 1).min(POINTS);
        let step = |point: usize| *first as usize + point * span / (count - 1).max(1);
        let at = |step: usize| {
            let known = self.changes.partition_point(|(from, _)| *from as usize <= step);
            self.changes[known.saturating_sub(1)].1
        };
        (0..count).map(|point| at(step(point))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trend_is_what_was_best_at_each_step() {
        let mut trend = Trend { is_maximized: true, ..Trend::default() };
        assert!(trend.points().is_empty());
        for (steps, best) in [(0, 1.0), (2, 3.0), (4, 3.0), (5, 4.0)] {
            trend.note(steps, best);
        }
        assert_eq!(trend.points(), [1.0, 1.0, 3.0, 3.0, 3.0, 4.0]);
    }

    #[test]
    fn a_long_one_has_few_points_from_the_first_to_the_last() {
        let mut trend = Trend { is_maximized: true, ..Trend::default() };
        (0..=10_000).for_each(|step| trend.note(step, f64::from(step)));
        let points = trend.points();
        assert_eq!(points.len(), POINTS);
        assert_eq!((points[0], points[POINTS - 1]), (0.0, 10_000.0));
        assert!(points.is_sorted());
    }

    #[test]
    fn what_the_run_does_not_trust_is_no_part_of_it() {
        let mut read = Trend { is_maximized: true, ..Trend::default() };
        for (step, metric) in [(0, Some(1.0)), (1, Some(9.0)), (2, None), (3, Some(3.0)), (4, Some(5.0))] {
            read.measured(step, metric, Some(3.0));
        }
        let mut followed = Trend { is_maximized: true, ..Trend::default() };
        for (steps, best) in [(0, 1.0), (1, 9.0), (3, 3.0)] {
            followed.note(steps, best);
        }
        assert_eq!((read.points(), &read.changes), (vec![1.0, 1.0, 1.0, 3.0], &followed.changes));
    }

    #[test]
    fn an_older_summary_changes_nothing() {
        let run = |last_seq, steps_done, best: f64| {
            let best_metric = Some(best);
            RunJson::from(v1::RunSummary { last_seq, steps_done, best_metric, ..v1::RunSummary::default() })
        };
        let mut trend = Trend { is_maximized: true, ..Trend::default() };
        trend.keep_up(&run(5, 3, 2.0));
        let before = trend.clone();
        trend.keep_up(&run(4, 2, 1.0));
        assert_eq!(trend, before);
    }
}
