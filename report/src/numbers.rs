//! A run's metric values, written alike all over the page.

use weco_core::run::Goal;
use weco_core::state::RunState;
use weco_core::tree::Node;
use weco_view::format::{self, Precision};

/// How this run's values are written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    precision: Precision,
    baseline: Option<f64>,
    maximize: bool,
}

impl Numbers {
    pub(crate) fn of(state: &RunState) -> Self {
        let baseline = state.baseline().metric();
        let best = state.tree().best().and_then(Node::metric);
        let maximize = state.spec().goal == Goal::Maximize;
        Self { precision: Precision::of(baseline.into_iter().chain(best)), baseline, maximize }
    }

    /// A value of the metric.
    pub(crate) fn metric(self, value: f64) -> String {
        typographic(&self.precision.show(value))
    }

    /// A node's metric with its spread, if it works.
    pub(crate) fn measured(self, node: &Node) -> Option<String> {
        node.metric().map(|metric| self.metric(metric) + &format::spread(node.deviation(), node.count()))
    }

    /// How much better than the baseline; empty without one.
    pub(crate) fn gain(self, value: f64) -> String {
        self.baseline.map(|baseline| format::improvement(value, baseline, self.maximize)).unwrap_or_default()
    }

    /// Whether a value is better than the baseline, if it differs.
    pub(crate) fn is_better(self, value: f64) -> Option<bool> {
        let baseline = self.baseline.filter(|baseline| *baseline != value)?;
        Some((value > baseline) == self.maximize)
    }
}

/// With a minus sign in place of the hyphen.
pub(crate) fn typographic(number: &str) -> String {
    number.replace('-', "−")
}
