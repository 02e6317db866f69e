//! `weco run results`: a run's steps, best first.

use std::process::ExitCode;

use serde::{Serialize, Serializer};
use weco_proto::v1::{GetTreeRequest, Node, Spread, TreeOrder};

use super::ask::{self, Tree};
use super::plotted;
use crate::cli::{ResultsArgs, ResultsFormatArg};
use crate::cmd::json;
use crate::cmd::node_json::{Code, SpreadJson, node_status_word};
use crate::cmd::stdout::{for_here, say};
use crate::error::Error;
use crate::ui::format::exact;
use crate::ui::results::table;
use crate::ui::terminal;

/// Prints the results that are asked for.
pub(crate) async fn results(args: ResultsArgs) -> Result<ExitCode, Error> {
    if args.include_code && args.format != ResultsFormatArg::Json {
        return Err(
            Error::usage("code fits into neither a table nor CSV").hint("--include-code with --format json")
        );
    }
    let mut client = ask::connect().await?;
    let request = GetTreeRequest {
        run_id: args.run.run_id,
        lineage: args.lineage,
        order: TreeOrder::Metric.into(),
        // A plot shows all.
        limit: if args.plot { 0 } else { args.top.unwrap_or(0) },
        code: args.include_code,
        ..GetTreeRequest::default()
    };
    let tree = ask::tree(&mut client, request).await?;
    let shown = &tree.nodes[..tree.nodes.len().min(args.top.map_or(usize::MAX, |top| top as usize))];
    match args.format {
        ResultsFormatArg::Json => {
            json::print(&Results { nodes: shown, lineage: args.lineage, code: args.include_code })?;
        }
        ResultsFormatArg::Csv => say(&for_here(&csv(&tree, shown, args.lineage)?))?,
        ResultsFormatArg::Table => say(&table(shown, args.lineage, terminal::columns()))?,
    }
    if args.plot {
        if args.format == ResultsFormatArg::Table {
            say(&format!("\n{}", plotted::text(&tree)))?;
        } else {
            plotted::beside(&tree)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A node in a list. The first keys are those of the hosted service's `run results`; keys may be added, never
/// renamed or removed.
#[derive(Serialize)]
struct ResultJson<'a> {
    step: u32,
    /// None unless it works.
    metric: Option<f64>,
    plan: &'a str,
    node_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Code<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    global_step: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    run_id: Option<&'a str>,
    status: &'static str,
    /// Who was asked for it; empty for step 0.
    model: &'a str,
    #[serde(flatten)]
    spread: SpreadJson,
}

/// Results as JSON, each made as it is written.
struct Results<'a> {
    nodes: &'a [Node],
    lineage: bool,
    code: bool,
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.nodes.iter().map(|node| ResultJson::new(node, self.lineage, self.code)))
    }
}

impl<'a> ResultJson<'a> {
    fn new(node: &'a Node, lineage: bool, code: bool) -> Self {
        Self {
            step: node.step,
            metric: node.metric,
            plan: &node.plan,
            node_id: &node.node_id,
            code: code.then_some(Code(&node.files)),
            global_step: lineage.then_some(node.global_step),
            run_id: lineage.then_some(&node.run_id),
            status: node_status_word(node.status()),
            model: &node.model,
            spread: node.total.as_ref().into(),
        }
    }
}

/// The columns of the hosted service's `run results`, then ours, quoted as in RFC 4180.
fn csv(tree: &Tree, nodes: &[Node], lineage: bool) -> Result<String, Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let metric = tree.members.first().map_or("metric", |run| run.metric.as_str());
    let of_lineage: &[&str] = if lineage { &["global_step", "run_id"] } else { &[] };
    let unwritten = |error: csv::Error| Error::failure(format!("cannot write CSV: {error}"));
    let titles = ["step", metric, "plan", "node_id", "metric_sd", "metric_count"];
    writer.write_record(of_lineage.iter().chain(&titles)).map_err(unwritten)?;
    for node in nodes {
        let place =
            if lineage { vec![node.global_step.to_string(), node.run_id.clone()] } else { Vec::new() };
        let metric = node.metric.map(exact).unwrap_or_default();
        let Spread { sd, count, .. } = node.total.unwrap_or_default();
        let spread = [sd.map(exact).unwrap_or_default(), count.to_string()];
        let row = [node.step.to_string(), metric, node.plan.clone(), node.node_id.clone()];
        writer.write_record(place.iter().chain(&row).chain(&spread)).map_err(unwritten)?;
    }
    let bytes = writer.into_inner().map_err(|error| unwritten(error.into_error().into()))?;
    String::from_utf8(bytes).map_err(|error| Error::failure(format!("cannot write CSV: {error}")))
}
