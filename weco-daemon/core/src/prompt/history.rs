//! What was tried and how it went.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write;

use super::bounds::{MAX_PATH, MAX_REASON_CHARS, MAX_TRIED, MAX_TRIED_CHARS};
use super::brief::{Brief, Tried, TriedResult};
use super::text::one_line;
use crate::event::Stage;
use crate::run::NodeId;

/// The section on earlier steps; empty if there are none to show.
pub(super) fn section(brief: &Brief) -> String {
    let shown = shown(brief);
    let mut text = path(brief);
    let (from_here, elsewhere): (Vec<&Tried>, Vec<&Tried>) =
        shown.into_iter().partition(|tried| tried.parent == brief.parent);
    let metrics = metrics(brief);
    for (title, steps) in [("from this version", from_here), ("elsewhere", elsewhere)] {
        if steps.is_empty() {
            continue;
        }
        let title = if brief.stage == Stage::Debug && title == "from this version" {
            "to repair this"
        } else {
            title
        };
        let _ = writeln!(text, "# Tried {title}\n");
        for step in steps {
            let _ = writeln!(text, "{}", entry(step, brief, &metrics));
        }
        text.push('\n');
    }
    text
}

/// What led to the version.
fn path(brief: &Brief) -> String {
    if brief.path.is_empty() {
        return String::new();
    }
    let title =
        if brief.stage == Stage::Debug { "Repairs before this one" } else { "What led to this version" };
    let metrics = metrics(brief);
    let first = brief.path.len().saturating_sub(MAX_PATH);
    let entries = brief.path[first..].iter().map(|step| entry(step, brief, &metrics) + "\n");
    format!("# {title}\n\n{}\n", entries.collect::<String>())
}

/// The steps that are listed, oldest first: those next to the parent, and what the user turned down, before others,
/// and new ones before old ones. A repair needs no others.
fn shown(brief: &Brief) -> Vec<&Tried> {
    let origin = brief.tried.iter().find(|tried| tried.node == brief.parent).map(|tried| tried.parent);
    let is_near = |tried: &Tried| tried.parent == brief.parent || Some(tried.parent) == origin;
    let mut steps: Vec<&Tried> = brief
        .tried
        .iter()
        .filter(|tried| tried.node != brief.parent && brief.path.iter().all(|step| step.node != tried.node))
        .filter(|tried| brief.stage != Stage::Debug || is_near(tried) || is_rejected(tried))
        .collect();
    steps.sort_by_key(|tried| Reverse((is_near(tried) || is_rejected(tried), tried.node)));
    steps.truncate(MAX_TRIED);
    steps.sort_by_key(|tried| tried.node);
    steps
}

fn is_rejected(tried: &Tried) -> bool {
    matches!(tried.result, TriedResult::Rejected(_))
}

/// The metrics that are known, by node.
fn metrics(brief: &Brief) -> BTreeMap<NodeId, f64> {
    let tried = brief.path.iter().chain(&brief.tried).filter_map(|tried| match tried.result {
        TriedResult::Metric(metric) => Some((tried.node, metric)),
        TriedResult::Buggy(_) | TriedResult::Rejected(_) => None,
    });
    let baseline = brief.baseline_metric.map(|metric| (NodeId::BASELINE, metric));
    let parent = brief.parent_metric.map(|metric| (brief.parent, metric));
    tried.chain(baseline).chain(parent).collect()
}

fn entry(step: &Tried, brief: &Brief, metrics: &BTreeMap<NodeId, f64>) -> String {
    let plan = one_line(&step.plan, MAX_TRIED_CHARS);
    let result = match &step.result {
        TriedResult::Buggy(reason) => format!("failed: {}", one_line(reason, MAX_TRIED_CHARS)),
        TriedResult::Rejected(reason) if reason.trim().is_empty() => "turned down by the user".to_owned(),
        TriedResult::Rejected(reason) => {
            format!("turned down by the user: {}", one_line(reason, MAX_REASON_CHARS))
        }
        TriedResult::Metric(metric) => {
            let against = metrics.get(&step.parent).map_or_else(String::new, |before| {
                let comparison = if brief.goal.is_better(*metric, *before) {
                    "better than"
                } else if brief.goal.is_better(*before, *metric) {
                    "worse than"
                } else {
                    "the same as"
                };
                format!(", {comparison} {} ({before:?})", node(step.parent))
            });
            format!("{metric:?}{against}")
        }
    };
    format!("- step {} from {}: {plan} => {result}", step.node, node(step.parent))
}

/// A node as it is called in a prompt.
pub(super) fn node(node: NodeId) -> String {
    if node == NodeId::BASELINE { "the baseline".to_owned() } else { format!("step {node}") }
}
