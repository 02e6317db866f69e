//! `weco run show`: all about one step.

use std::process::ExitCode;

use serde::Serialize;
use weco_proto::v1::{Approval, GetNodeRequest, Node, NodeStatus, Revision};

use super::ask;
use crate::cli::ShowArgs;
use crate::cmd::json;
use crate::cmd::node_json::{Code, SpreadJson, node_status_word, stage_word};
use crate::cmd::report_json::ReportJson;
use crate::cmd::status_json::rfc3339;
use crate::error::Error;

/// Prints the step. A failure is told in JSON too, for those who read standard output alone.
pub(crate) async fn show(args: ShowArgs) -> Result<ExitCode, Error> {
    let node = match fetch(args).await {
        Ok(node) => node,
        Err(error) => {
            json::print(&Failed { error: error.message() })?;
            return Err(error);
        }
    };
    json::print(&NodeJson::from(&node))
}

async fn fetch(args: ShowArgs) -> Result<Node, Error> {
    let mut client = ask::connect().await?;
    let request = GetNodeRequest { run_id: args.run.run_id, node: args.step.step, code: true, output: true };
    ask::node(&mut client, request).await
}

#[derive(Serialize)]
struct Failed<'a> {
    error: &'a str,
}

/// A node in full. The first keys are those of the hosted service's `run show`, with its meaning; what follows is
/// ours. Keys may be added, never renamed or removed.
#[derive(Serialize, PartialEq, Debug)]
struct NodeJson<'a> {
    step: u32,
    /// None unless it works.
    metric: Option<f64>,
    plan: &'a str,
    code: Code<'a>,
    parent_step: Option<u32>,
    node_id: &'a str,
    status: &'static str,
    is_buggy: bool,
    run_id: &'a str,
    /// Of a derived run's step 0: the node of the other run.
    parent_id: Option<&'a str>,
    global_step: u32,
    stage: &'static str,
    inherited: bool,
    /// Why it does not work, failed or was turned down.
    reason: &'a str,
    exit_code: Option<i32>,
    signal: Option<i32>,
    timed_out: bool,
    duration_ms: Option<u64>,
    asked_at: Option<String>,
    proposed_at: Option<String>,
    ended_at: Option<String>,
    attempts: u32,
    /// Who was asked for it; empty for step 0.
    model: &'a str,
    input_tokens: u64,
    output_tokens: u64,
    /// What its tokens cost in US dollars; none if the price is not known.
    cost_usd: Option<f64>,
    /// Against the baseline.
    lines_added: u32,
    lines_removed: u32,
    instructions: &'a str,
    revisions: Vec<RevisionJson<'a>>,
    approval: Option<ApprovalJson<'a>>,
    /// The second parent of a cross.
    with_step: Option<u32>,
    /// Why the search chose it; may be empty.
    why: &'a str,
    /// What its evaluation printed.
    output: &'a str,
    #[serde(flatten)]
    spread: SpreadJson,
    /// Each measurement, in order, if there were several.
    samples: &'a [f64],
    /// Whether the run's verify command ran on it and ended well.
    verified: bool,
    /// What the backend told of it; none if a command evaluated.
    report: Option<ReportJson<'a>>,
}

impl<'a> From<&'a Node> for NodeJson<'a> {
    fn from(node: &'a Node) -> Self {
        let usage = node.usage.unwrap_or_default();
        Self {
            step: node.step,
            metric: node.metric,
            plan: &node.plan,
            code: Code(&node.files),
            parent_step: node.parent_step,
            node_id: &node.node_id,
            status: node_status_word(node.status()),
            is_buggy: node.status() == NodeStatus::Buggy,
            run_id: &node.run_id,
            parent_id: Some(node.parent_id.as_str()).filter(|id| !id.is_empty()),
            global_step: node.global_step,
            stage: stage_word(node.stage()),
            inherited: node.inherited,
            reason: &node.reason,
            exit_code: node.exit_code,
            signal: node.signal,
            timed_out: node.timed_out,
            duration_ms: node.duration_ms,
            asked_at: node.asked_at_ms.and_then(rfc3339),
            proposed_at: node.proposed_at_ms.and_then(rfc3339),
            ended_at: node.ended_at_ms.and_then(rfc3339),
            attempts: node.attempts,
            model: &node.model,
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens,
            cost_usd: node.cost,
            lines_added: node.lines_added,
            lines_removed: node.lines_removed,
            instructions: &node.instructions,
            revisions: node.revisions.iter().map(RevisionJson::from).collect(),
            approval: node.approval.as_ref().map(ApprovalJson::from),
            with_step: node.with_step,
            why: &node.why,
            output: &node.output,
            spread: node.total.as_ref().into(),
            samples: &node.samples,
            verified: node.verified,
            report: node.report.as_ref().map(ReportJson::from),
        }
    }
}

/// Other code that someone gave a node.
#[derive(Serialize, PartialEq, Debug)]
struct RevisionJson<'a> {
    revision_id: &'a str,
    number: u32,
    created_by: &'a str,
    created_at: Option<String>,
    lines_added: u32,
    lines_removed: u32,
}

impl<'a> From<&'a Revision> for RevisionJson<'a> {
    fn from(revision: &'a Revision) -> Self {
        Self {
            revision_id: &revision.revision_id,
            number: revision.number,
            created_by: &revision.by,
            created_at: rfc3339(revision.at_ms),
            lines_added: revision.lines_added,
            lines_removed: revision.lines_removed,
        }
    }
}

/// Who let a node be evaluated, and how.
#[derive(Serialize, PartialEq, Debug)]
struct ApprovalJson<'a> {
    approved_by: &'a str,
    approved_at: Option<String>,
    /// None: the run's own.
    eval_command: Option<&'a str>,
    directory: &'a str,
}

impl<'a> From<&'a Approval> for ApprovalJson<'a> {
    fn from(approval: &'a Approval) -> Self {
        Self {
            approved_by: &approval.by,
            approved_at: rfc3339(approval.at_ms),
            eval_command: approval.eval_command.as_deref(),
            directory: &approval.directory,
        }
    }
}
