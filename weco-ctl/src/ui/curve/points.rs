//! What is plotted.

use weco_proto::v1::{self, NodeStatus};

use crate::ui::RunView;
use crate::ui::format::Precision;
use crate::ui::view::Node;

/// The course of a metric.
#[derive(Clone, PartialEq, Debug)]
pub struct Curve {
    /// By step, each once.
    pub points: Vec<Point>,
    /// Whether a larger metric is better.
    pub maximize: bool,
    /// The last step that there may be.
    pub budget: u32,
    /// The decimals that the metric is shown with.
    pub precision: Precision,
}

/// One step.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Point {
    /// Its number, in the run or in the lineage.
    pub step: u32,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a step.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Outcome {
    /// It works, with this metric.
    Works(f64),
    /// It was evaluated and does not work.
    Buggy,
    /// It ended without an evaluation.
    Nothing,
    /// It has not ended.
    Open,
}

impl Point {
    /// The metric, if it works.
    pub(super) fn metric(self) -> Option<f64> {
        match self.outcome {
            Outcome::Works(metric) => Some(metric),
            _ => None,
        }
    }
}

impl Curve {
    /// The course over `nodes`, each at the step that `step` says.
    pub fn of(nodes: &[v1::Node], step: impl Fn(&v1::Node) -> u32, maximize: bool, budget: u32) -> Self {
        let point = |node: &v1::Node| Point { step: step(node), outcome: outcome(node) };
        let mut points: Vec<Point> = nodes.iter().map(point).collect();
        points.sort_by_key(|point| point.step);
        let curve = Self { points, maximize, budget, precision: Precision::of([]) };
        let precision = Precision::of(curve.baseline().into_iter().chain(curve.best().map(|(_, best)| best)));
        Self { precision, ..curve }
    }

    /// Every new best as `(step, metric)`, by step.
    pub fn record(&self) -> Vec<(u32, f64)> {
        let mut record: Vec<(u32, f64)> = Vec::new();
        for point in &self.points {
            let Some(metric) = point.metric() else { continue };
            let better = record
                .last()
                .is_none_or(|&(_, best)| if self.maximize { metric > best } else { metric < best });
            if better {
                record.push((point.step, metric));
            }
        }
        record
    }

    /// The best step and its metric.
    pub fn best(&self) -> Option<(u32, f64)> {
        self.record().last().copied()
    }

    /// The metric of step 0.
    pub fn baseline(&self) -> Option<f64> {
        self.points.first().filter(|point| point.step == 0).and_then(|point| point.metric())
    }
}

fn outcome(node: &v1::Node) -> Outcome {
    match node.status() {
        NodeStatus::Completed => {
            node.metric.filter(|metric| metric.is_finite()).map_or(Outcome::Buggy, Outcome::Works)
        }
        NodeStatus::Buggy => Outcome::Buggy,
        NodeStatus::Failed | NodeStatus::Rejected => Outcome::Nothing,
        _ => Outcome::Open,
    }
}

impl From<&RunView> for Curve {
    fn from(view: &RunView) -> Self {
        let outcome = |node: &Node| match node.metric() {
            Some(metric) => Outcome::Works(metric),
            None if node.evaluation().is_some() => Outcome::Buggy,
            None if node.is_settled() => Outcome::Nothing,
            None => Outcome::Open,
        };
        let points =
            view.nodes().iter().map(|(&step, node)| Point { step, outcome: outcome(node) }).collect();
        Self { points, maximize: view.maximize(), budget: view.budget(), precision: view.precision() }
    }
}
