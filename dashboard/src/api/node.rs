use serde::Serialize;
use utoipa::ToSchema;
use weco_proto::v1;

use super::report::ReportJson;
use super::run::RunJson;
use super::words;

/// One version of the code and what became of it, as a tree shows it.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(as = Node)]
pub(super) struct NodeJson {
    run_id: String,
    /// 0 is the baseline.
    step: u32,
    node_id: String,
    /// The step of the same run that it starts from.
    parent_step: Option<u32>,
    /// Of a derived run's step 0: the node of the other run.
    parent_id: String,
    /// The second parent of a cross.
    with_step: Option<u32>,
    /// `baseline`, `draft`, `improve`, `debug`, `cross` or `leap`.
    stage: String,
    /// `proposing`, `pending_approval`, `pending_evaluation`, `evaluating`, `completed`, `buggy`, `failed` or `rejected`.
    status: String,
    /// Why it does not work, failed or was turned down.
    reason: String,
    /// Present if it works.
    metric: Option<f64>,
    /// Standard deviation of its measurements, whose mean `metric` is; absent if there is one.
    metric_sd: Option<f64>,
    metric_count: Option<u32>,
    /// Who was asked for it; empty for step 0.
    model: String,
    /// What the model says it does; in a tree at most 200 characters of it.
    plan: String,
    /// Its place among all nodes of the lineage, by the time it was asked for.
    global_step: u32,
    /// Of a derived run's step 0: it was not evaluated in this run.
    inherited: bool,
}

/// The same with all that is known of it.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(as = NodeDetail)]
pub(super) struct NodeDetailJson {
    #[serde(flatten)]
    node: NodeJson,
    /// Why the search chose to ask for it; may be empty.
    why: String,
    /// Against the baseline, over all files.
    lines_added: u32,
    lines_removed: u32,
    input_tokens: u64,
    output_tokens: u64,
    /// In US dollars; absent if the price is not known.
    cost_usd: Option<f64>,
    /// How often the model was asked for it.
    attempts: u32,
    asked_at_ms: Option<i64>,
    proposed_at_ms: Option<i64>,
    ended_at_ms: Option<i64>,
    /// Wall time of its evaluation.
    duration_ms: Option<u64>,
    exit_code: Option<i32>,
    signal: Option<i32>,
    timed_out: bool,
    /// Each measurement, in order, if there were several.
    samples: Vec<f64>,
    /// Whether the run's verify command ran on it and ended well.
    verified: bool,
    /// What it was proposed under; empty if there were none.
    instructions: String,
    /// Oldest first; the model's own proposal is not among them.
    revisions: Vec<RevisionJson>,
    approval: Option<ApprovalJson>,
    /// In the order of the run's sources; only if asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    files: Vec<SourceJson>,
    /// Only if asked for.
    #[serde(skip_serializing_if = "String::is_empty")]
    output: String,
    output_tail: String,
    /// What the backend told; absent if a command evaluated.
    report: Option<ReportJson>,
}

/// A node's code as someone changed it.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(as = Revision)]
pub(super) struct RevisionJson {
    revision_id: String,
    /// From 1.
    number: u32,
    by: String,
    at_ms: i64,
    lines_added: u32,
    lines_removed: u32,
}

/// Who let a node be evaluated, and how.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(as = Approval)]
pub(super) struct ApprovalJson {
    by: String,
    at_ms: i64,
    /// What is run instead of the run's own command, if another.
    eval_command: Option<String>,
    directory: String,
}

/// One source of a version.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(as = Source)]
pub(super) struct SourceJson {
    path: String,
    text: String,
}

/// The nodes of a run or of its lineage.
#[derive(Serialize, ToSchema)]
#[schema(as = Tree)]
pub(super) struct TreeJson {
    /// The runs, oldest first.
    pub(super) members: Vec<RunJson>,
    /// By run, then by step.
    pub(super) nodes: Vec<NodeJson>,
}

impl From<v1::Node> for NodeJson {
    fn from(node: v1::Node) -> Self {
        Self {
            stage: words::stage(node.stage()),
            status: words::node_status(node.status()),
            run_id: node.run_id,
            step: node.step,
            node_id: node.node_id,
            parent_step: node.parent_step,
            parent_id: node.parent_id,
            with_step: node.with_step,
            reason: node.reason,
            metric: node.metric,
            metric_sd: node.total.and_then(|spread| spread.sd),
            metric_count: node.total.map(|spread| spread.count),
            model: node.model,
            plan: node.plan,
            global_step: node.global_step,
            inherited: node.inherited,
        }
    }
}

impl From<v1::Node> for NodeDetailJson {
    fn from(mut node: v1::Node) -> Self {
        let take = std::mem::take::<String>;
        let usage = node.usage.unwrap_or_default();
        Self {
            why: take(&mut node.why),
            lines_added: node.lines_added,
            lines_removed: node.lines_removed,
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens,
            cost_usd: node.cost,
            attempts: node.attempts,
            asked_at_ms: node.asked_at_ms,
            proposed_at_ms: node.proposed_at_ms,
            ended_at_ms: node.ended_at_ms,
            duration_ms: node.duration_ms,
            exit_code: node.exit_code,
            signal: node.signal,
            timed_out: node.timed_out,
            samples: std::mem::take(&mut node.samples),
            verified: node.verified,
            instructions: take(&mut node.instructions),
            revisions: node.revisions.drain(..).map(RevisionJson::from).collect(),
            approval: node.approval.take().map(ApprovalJson::from),
            files: node.files.drain(..).map(|file| SourceJson { path: file.path, text: file.text }).collect(),
            output: take(&mut node.output),
            output_tail: take(&mut node.output_tail),
            report: node.report.take().map(ReportJson::from),
            node: node.into(),
        }
    }
}

impl From<v1::Revision> for RevisionJson {
    fn from(revision: v1::Revision) -> Self {
        let v1::Revision { revision_id, number, by, at_ms, lines_added, lines_removed } = revision;
        Self { revision_id, number, by, at_ms, lines_added, lines_removed }
    }
}

impl From<v1::Approval> for ApprovalJson {
    fn from(approval: v1::Approval) -> Self {
        let v1::Approval { by, at_ms, eval_command, directory } = approval;
        Self { by, at_ms, eval_command, directory }
    }
}
