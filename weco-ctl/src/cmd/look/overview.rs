//! `weco run overview`: a whole lineage, its runs and all their nodes.

use std::process::ExitCode;

use serde::{Serialize, Serializer};
use weco_proto::v1::{GetTreeRequest, Node, NodeStatus, RunSummary, TreeOrder};

use super::ask::{self, Tree};
use super::lineage::{Best, Lineage};
use super::plotted;
use crate::cli::OverviewArgs;
use crate::cmd::json;
use crate::cmd::node_json::{
    BestSpreadJson, Code, DerivedFromJson, SpreadJson, node_status_word, stage_word,
};
use crate::cmd::status_json::{goal_word, status_word};
use crate::error::Error;
use crate::ui::format::one_line_cut;

/// Columns of a node's title.
const TITLE: usize = 80;
/// Characters of a plan in which its title is found: two for each column, for some take none.
const TITLED: u32 = 160;

/// Prints the lineage of a run.
pub(crate) async fn overview(args: OverviewArgs) -> Result<ExitCode, Error> {
    let mut client = ask::connect().await?;
    let request = GetTreeRequest {
        run_id: args.run.run_id,
        lineage: true,
        order: TreeOrder::Step.into(),
        code: args.include_code,
        plan_chars: if args.include_code { 0 } else { TITLED },
        ..GetTreeRequest::default()
    };
    let mut tree = ask::tree(&mut client, request).await?;
    tree.nodes.sort_by_key(|node| node.global_step);
    if let Some(lineage) = Lineage::of(&tree.members) {
        json::print(&OverviewJson::new(&lineage, &tree, args.include_code))?;
    }
    if args.plot {
        plotted::beside(&tree)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A lineage in full. The first keys of each object are those of the hosted service's `run overview`; what follows
/// is ours. Keys may be added, never renamed or removed.
#[derive(Serialize)]
struct OverviewJson<'a> {
    lineage_id: &'a str,
    /// The oldest run that is still there.
    root_run_id: &'a str,
    name: &'a str,
    metric_name: &'a str,
    goal: &'static str,
    status: &'static str,
    best_metric: Option<f64>,
    current_step: u32,
    total_steps: u32,
    member_count: usize,
    active_member_count: usize,
    best: Option<Best<'a>>,
    members: Vec<MemberJson<'a>>,
    nodes: Nodes<'a>,
}

/// One run.
#[derive(Serialize)]
struct MemberJson<'a> {
    run_id: &'a str,
    name: &'a str,
    status: &'static str,
    /// Its place among the runs, by age.
    sub_run_index: usize,
    best_metric: Option<f64>,
    best_step: Option<u32>,
    current_step: u32,
    steps: u32,
    derived_from: Option<DerivedFromJson<'a>>,
    additional_instructions: &'a str,
    children: Vec<&'a str>,
    directory: &'a str,
    require_review: bool,
    #[serde(flatten)]
    best_spread: BestSpreadJson,
}

/// Nodes, each made as it is written.
struct Nodes<'a> {
    nodes: &'a [Node],
    code: bool,
}

impl Serialize for Nodes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.nodes.iter().map(|node| NodeJson::new(node, self.code)))
    }
}

/// One node.
#[derive(Serialize)]
struct NodeJson<'a> {
    global_step: u32,
    run_id: &'a str,
    step: u32,
    node_id: &'a str,
    /// None if it starts from nothing.
    parent_id: Option<&'a str>,
    metric: Option<f64>,
    status: &'static str,
    is_buggy: bool,
    summary_title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Code<'a>>,
    stage: &'static str,
    inherited: bool,
    #[serde(flatten)]
    spread: SpreadJson,
}

impl<'a> OverviewJson<'a> {
    fn new(lineage: &Lineage<'a>, tree: &'a Tree, code: bool) -> Self {
        let (root, best) = (lineage.root(), lineage.best());
        let members = lineage.members.iter().enumerate();
        Self {
            lineage_id: lineage.id(),
            root_run_id: &root.run_id,
            name: &root.name,
            metric_name: &root.metric,
            goal: goal_word(root.goal()),
            status: lineage.status(),
            best_metric: best.map(|best| best.metric),
            current_step: lineage.current_step(),
            total_steps: lineage.total_steps(),
            member_count: lineage.members.len(),
            active_member_count: lineage.active(),
            best,
            members: members.map(|(index, run)| MemberJson::new(lineage, index, run)).collect(),
            nodes: Nodes { nodes: &tree.nodes, code },
        }
    }
}

impl<'a> MemberJson<'a> {
    fn new(lineage: &Lineage<'a>, index: usize, run: &'a RunSummary) -> Self {
        Self {
            run_id: &run.run_id,
            name: &run.name,
            status: status_word(run.status()),
            sub_run_index: index,
            best_metric: run.best_metric,
            best_step: run.best_step,
            current_step: run.steps_done,
            steps: run.steps,
            derived_from: run.derived_from.as_ref().map(DerivedFromJson::from),
            additional_instructions: &run.instructions,
            children: lineage.children(run),
            directory: &run.directory,
            require_review: run.require_review,
            best_spread: run.best.as_ref().into(),
        }
    }
}

impl<'a> NodeJson<'a> {
    fn new(node: &'a Node, code: bool) -> Self {
        Self {
            global_step: node.global_step,
            run_id: &node.run_id,
            step: node.step,
            node_id: &node.node_id,
            parent_id: Some(node.parent_id.as_str()).filter(|id| !id.is_empty()),
            metric: node.metric,
            status: node_status_word(node.status()),
            is_buggy: node.status() == NodeStatus::Buggy,
            summary_title: title(node),
            plan: code.then_some(&node.plan),
            code: code.then_some(Code(&node.files)),
            stage: stage_word(node.stage()),
            inherited: node.inherited,
            spread: node.total.as_ref().into(),
        }
    }
}

/// The beginning of its plan's first line.
fn title(node: &Node) -> String {
    let first = node.plan.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    one_line_cut(first, TITLE)
}
