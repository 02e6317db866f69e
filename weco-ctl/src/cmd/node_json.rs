//! Versions of the code in JSON: the parts that several commands' objects are made of.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use weco_proto::v1::{DerivedFrom, NodeStatus, PendingNode, SourceText, Spread, Stage};

/// Code as `{path: text}`, in the order of the run's sources.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Code<'a>(pub(super) &'a [SourceText]);

impl Serialize for Code<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for file in self.0 {
            map.serialize_entry(&file.path, &file.text)?;
        }
        map.end()
    }
}

/// What is known of a metric beyond its value: its keys are joined to those of the object that has the value.
#[derive(Serialize, Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct SpreadJson {
    /// Standard deviation of the measurements; none of a single one.
    metric_sd: Option<f64>,
    /// How often it was measured; 0 without a metric.
    metric_count: u32,
}

impl From<Option<&Spread>> for SpreadJson {
    fn from(spread: Option<&Spread>) -> Self {
        spread.map_or_else(Self::default, |spread| Self { metric_sd: spread.sd, metric_count: spread.count })
    }
}

/// The same of the best version, beside its `best_metric`.
#[derive(Serialize, Clone, Copy, PartialEq, Debug, Default)]
pub(super) struct BestSpreadJson {
    /// Standard deviation of its measurements; none if it was measured once.
    best_metric_sd: Option<f64>,
    /// How often it was measured.
    best_metric_count: u32,
}

impl From<SpreadJson> for BestSpreadJson {
    fn from(spread: SpreadJson) -> Self {
        Self { best_metric_sd: spread.metric_sd, best_metric_count: spread.metric_count }
    }
}

impl From<Option<&Spread>> for BestSpreadJson {
    fn from(spread: Option<&Spread>) -> Self {
        SpreadJson::from(spread).into()
    }
}

/// A proposal that is not evaluated yet.
#[derive(Serialize, PartialEq, Debug)]
pub(super) struct PendingJson<'a> {
    node_id: &'a str,
    step: u32,
    plan: &'a str,
    status: &'static str,
}

impl<'a> From<&'a PendingNode> for PendingJson<'a> {
    fn from(node: &'a PendingNode) -> Self {
        let status = node_status_word(node.status());
        Self { node_id: &node.node_id, step: node.step, plan: &node.plan, status }
    }
}

/// The step that a derived run begins from.
#[derive(Serialize, PartialEq, Debug)]
pub(super) struct DerivedFromJson<'a> {
    run_id: &'a str,
    step: u32,
    node_id: &'a str,
}

impl<'a> From<&'a DerivedFrom> for DerivedFromJson<'a> {
    fn from(from: &'a DerivedFrom) -> Self {
        Self { run_id: &from.run_id, step: from.step, node_id: &from.node_id }
    }
}

/// A node's status as commands write it.
pub(crate) fn node_status_word(status: NodeStatus) -> &'static str {
    match status {
        NodeStatus::Unspecified => "unknown",
        NodeStatus::Proposing => "proposing",
        NodeStatus::PendingApproval => "pending_approval",
        NodeStatus::PendingEvaluation => "pending_evaluation",
        NodeStatus::Evaluating => "evaluating",
        NodeStatus::Completed => "completed",
        NodeStatus::Buggy => "buggy",
        NodeStatus::Failed => "failed",
        NodeStatus::Rejected => "rejected",
    }
}

/// What a version is to its parent.
pub(super) fn stage_word(stage: Stage) -> &'static str {
    match stage {
        Stage::Unspecified => "unknown",
        Stage::Baseline => "baseline",
        Stage::Draft => "draft",
        Stage::Improve => "improve",
        Stage::Debug => "debug",
        Stage::Cross => "cross",
        Stage::Leap => "leap",
    }
}
