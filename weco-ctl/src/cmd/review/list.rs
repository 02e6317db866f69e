//! `weco run review`: what waits for approval.

use std::process::ExitCode;

use serde::Serialize;
use weco_proto::v1::{GetNodeRequest, Node, NodeStatus};

use crate::cli::OneRunArgs;
use crate::cmd::ask;
use crate::cmd::json;
use crate::cmd::node_json::{Code, node_status_word};
use crate::cmd::status::find;
use crate::daemon::Daemon;
use crate::error::Error;

/// Prints the nodes that wait, with their code.
pub(in crate::cmd) async fn list(args: OneRunArgs) -> Result<ExitCode, Error> {
    let daemon = Daemon::from_env()?;
    let run = find(&daemon, &args.run_id).await?;
    let mut client = daemon.connect_or_start().await?;
    let mut nodes = Vec::with_capacity(run.pending.len());
    for pending in &run.pending {
        let (run_id, node) = (run.run_id.clone(), pending.node_id.clone());
        let wanted = GetNodeRequest { run_id, node, code: true, output: false };
        nodes.push(ask::node(&mut client, wanted).await?);
    }
    let pending_nodes = nodes.iter().filter_map(Pending::new).collect();
    json::print(&Review { run_id: &run.run_id, require_review: run.require_review, pending_nodes })
}

/// What waits. The first keys are those of the hosted service's `run review`; `code` is a map from path to text.
#[derive(Serialize)]
struct Review<'a> {
    run_id: &'a str,
    require_review: bool,
    pending_nodes: Vec<Pending<'a>>,
}

#[derive(Serialize)]
struct Pending<'a> {
    node_id: &'a str,
    step: u32,
    plan: &'a str,
    code: Code<'a>,
    status: &'static str,
    parent_step: Option<u32>,
    /// How often someone changed its code; 0 is the model's own.
    revision: u32,
    /// Against the baseline.
    lines_added: u32,
    lines_removed: u32,
}

impl<'a> Pending<'a> {
    /// Nothing if it does not wait any more.
    fn new(node: &'a Node) -> Option<Self> {
        let waits = matches!(node.status(), NodeStatus::PendingApproval | NodeStatus::PendingEvaluation);
        let status = waits.then(|| node_status_word(node.status()))?;
        Some(Self {
            node_id: &node.node_id,
            step: node.step,
            plan: &node.plan,
            code: Code(&node.files),
            status,
            parent_step: node.parent_step,
            revision: node.revisions.last().map_or(0, |revision| revision.number),
            lines_added: node.lines_added,
            lines_removed: node.lines_removed,
        })
    }
}
