//! Steps as a table.

use weco_proto::v1::{Node, NodeStatus, Stage};

use super::format::{Precision, end_cut, one_line, short_id, spread, width};

/// Columns between two cells.
const GAP: usize = 2;
/// Least columns of the terminal that a plan is shown in.
const LEAST_PLAN: usize = 10;
/// What stands where there is no metric.
const NOTHING: &str = "–";

/// The nodes in a table with a heading, in their order, each on a line. Plans are cut to fit into `columns`, if that
/// is given; in a lineage each node's run is named too.
pub fn table(nodes: &[Node], lineage: bool, columns: Option<usize>) -> String {
    let precision = precision(nodes);
    let titles: &[&str] =
        if lineage { &["#", "RUN", "STEP", "METRIC", "STATUS"] } else { &["STEP", "METRIC", "STATUS"] };
    let mut rows = vec![titles.iter().map(|title| (*title).to_owned()).collect()];
    rows.extend(nodes.iter().map(|node| cells(node, lineage, precision)));
    let widths: Vec<usize> = (0..titles.len())
        .map(|column| rows.iter().map(|row: &Vec<String>| width(&row[column])).max().unwrap_or(0))
        .collect();
    let plans = ["PLAN".to_owned()].into_iter().chain(nodes.iter().map(plan));
    let room = columns.map(|columns| columns.saturating_sub(widths.iter().map(|width| width + GAP).sum()));
    rows.iter()
        .zip(plans)
        .map(|(row, plan)| line(titles, row, &widths, &fitted(&plan, room), columns))
        .collect()
}

/// The decimals that tell the baseline from the best; the best comes first.
fn precision(nodes: &[Node]) -> Precision {
    let metrics = || nodes.iter().filter_map(|node| node.metric);
    let baseline = nodes.iter().find(|node| node.step == 0).and_then(|node| node.metric);
    Precision::of(metrics().next().into_iter().chain(baseline.or_else(|| metrics().next_back())))
}

fn cells(node: &Node, lineage: bool, precision: Precision) -> Vec<String> {
    let metric =
        node.metric.map_or_else(|| NOTHING.to_owned(), |metric| precision.show(metric) + &spread_of(node));
    let mut cells = vec![node.step.to_string(), metric, status(node).to_owned()];
    if lineage {
        cells.splice(0..0, [node.global_step.to_string(), short_id(&node.run_id).to_owned()]);
    }
    cells
}

/// What follows a node's metric.
fn spread_of(node: &Node) -> String {
    node.total.as_ref().map_or_else(String::new, |total| spread(total.sd, total.count))
}

fn status(node: &Node) -> &'static str {
    match node.status() {
        NodeStatus::Unspecified => "? unknown",
        NodeStatus::Proposing => "… proposing",
        NodeStatus::PendingApproval => "! to approve",
        NodeStatus::PendingEvaluation => "… approved",
        NodeStatus::Evaluating => "… evaluating",
        NodeStatus::Completed if node.inherited => "✓ inherited",
        NodeStatus::Completed => "✓ works",
        NodeStatus::Buggy => "× buggy",
        NodeStatus::Failed => "– failed",
        NodeStatus::Rejected => "– rejected",
    }
}

/// What it does; of one that has none, why.
fn plan(node: &Node) -> String {
    match one_line(&node.plan) {
        plan if !plan.is_empty() => plan,
        _ if !node.reason.is_empty() => one_line(&node.reason),
        _ if node.stage() == Stage::Baseline => "baseline".to_owned(),
        _ => String::new(),
    }
}

fn fitted(plan: &str, room: Option<usize>) -> String {
    match room {
        None => plan.to_owned(),
        Some(room) if room < LEAST_PLAN => String::new(),
        Some(room) => end_cut(plan, room),
    }
}

/// Numbers to the right, words to the left.
fn line(titles: &[&str], row: &[String], widths: &[usize], plan: &str, columns: Option<usize>) -> String {
    let mut line = String::new();
    for ((title, text), columns) in titles.iter().zip(row).zip(widths) {
        let space = std::iter::repeat_n(' ', columns - width(text));
        if matches!(*title, "#" | "STEP" | "METRIC") {
            line.extend(space);
            line.push_str(text);
        } else {
            line.push_str(text);
            line.extend(space);
        }
        line.extend(std::iter::repeat_n(' ', GAP));
    }
    let line = line + plan;
    let line = line.trim_end();
    columns.map_or_else(|| line.to_owned(), |columns| end_cut(line, columns)) + "\n"
}

#[cfg(test)]
mod tests;
