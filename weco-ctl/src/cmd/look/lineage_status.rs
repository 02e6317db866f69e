//! `weco run status --lineage`: runs derived from one another in short.

use std::process::ExitCode;

use serde::Serialize;
use weco_proto::v1::{GetTreeRequest, Node, NodeStatus};

use super::ask;
use super::lineage::Lineage;
use crate::cli::OneRunArgs;
use crate::cmd::json;
use crate::cmd::node_json::{BestSpreadJson, node_status_word};
use crate::cmd::status_json::goal_word;
use crate::error::Error;

/// Prints how the lineage of a run is.
pub(crate) async fn lineage_status(args: OneRunArgs) -> Result<ExitCode, Error> {
    let mut client = ask::connect().await?;
    let waiting = [NodeStatus::PendingApproval, NodeStatus::PendingEvaluation];
    let request = GetTreeRequest {
        run_id: args.run_id,
        lineage: true,
        status: waiting.map(i32::from).to_vec(),
        ..GetTreeRequest::default()
    };
    let tree = ask::tree(&mut client, request).await?;
    if let Some(lineage) = Lineage::of(&tree.members) {
        json::print(&LineageJson::new(&lineage, &tree.nodes))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A lineage in short. The first keys are those of the hosted service's `run status --lineage`; what follows is ours.
/// Keys may be added, never renamed or removed.
#[derive(Serialize, PartialEq, Debug)]
struct LineageJson<'a> {
    lineage_id: &'a str,
    scope: &'static str,
    status: &'static str,
    name: &'a str,
    current_step: u32,
    total_steps: u32,
    best_metric: Option<f64>,
    best_step: Option<u32>,
    best_run_id: Option<&'a str>,
    metric_name: &'a str,
    goal: &'static str,
    member_count: usize,
    active_member_count: usize,
    require_review: bool,
    pending_nodes: Vec<PendingJson<'a>>,
    #[serde(flatten)]
    best_spread: BestSpreadJson,
}

/// A proposal of one of the runs that is not evaluated yet.
#[derive(Serialize, PartialEq, Debug)]
struct PendingJson<'a> {
    node_id: &'a str,
    run_id: &'a str,
    global_step: u32,
    step: u32,
    status: &'static str,
}

impl<'a> LineageJson<'a> {
    fn new(lineage: &Lineage<'a>, pending: &'a [Node]) -> Self {
        let (root, best) = (lineage.root(), lineage.best());
        Self {
            lineage_id: lineage.id(),
            scope: "lineage",
            status: lineage.status(),
            name: &root.name,
            current_step: lineage.current_step(),
            total_steps: lineage.total_steps(),
            best_metric: best.map(|best| best.metric),
            best_step: best.map(|best| best.step),
            best_run_id: best.map(|best| best.run_id),
            metric_name: &root.metric,
            goal: goal_word(root.goal()),
            member_count: lineage.members.len(),
            active_member_count: lineage.active(),
            require_review: lineage.require_review(),
            pending_nodes: pending.iter().map(PendingJson::from).collect(),
            best_spread: best.map(|best| best.spread.into()).unwrap_or_default(),
        }
    }
}

impl<'a> From<&'a Node> for PendingJson<'a> {
    fn from(node: &'a Node) -> Self {
        Self {
            node_id: &node.node_id,
            run_id: &node.run_id,
            global_step: node.global_step,
            step: node.step,
            status: node_status_word(node.status()),
        }
    }
}
