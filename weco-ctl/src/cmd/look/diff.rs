//! `weco run diff`: how a step's code differs from another's.

use std::process::ExitCode;

use weco_proto::connect::Client;
use weco_proto::v1::{GetNodeRequest, Node};

use super::ask;
use crate::cli::DiffArgs;
use crate::cmd::node_json::node_status_word;
use crate::cmd::stdout::say;
use crate::error::Error;
use crate::ui::diff::{Version, compare, patch, screen};
use crate::ui::format::{one_line, short_id};
use crate::ui::terminal;

/// Prints the difference: a patch, or lines for a terminal.
pub(crate) async fn diff(args: DiffArgs) -> Result<ExitCode, Error> {
    let mut client = ask::connect().await?;
    let to = fetch(&mut client, &args.run.run_id, &args.step.step).await?;
    let from = other(&mut client, &args, &to).await?;
    // The lineage's best may be another run's: its steps must not pass for those of the run that was named.
    let is_own = |node: &Node| node.run_id.starts_with(&args.run.run_id.to_ascii_lowercase());
    let with_run = from.run_id != to.run_id || !is_own(&to);
    let label = |node: &Node| label(node, with_run);
    let (from, to) = (
        Version { label: label(&from), files: code(&from)? },
        Version { label: label(&to), files: code(&to)? },
    );
    let lines = compare(&from, &to);
    if lines.is_empty() {
        say(&format!("No differences between {} and {}.\n", from.label, to.label))?;
    } else if terminal::is_here() {
        say(&screen(&lines, terminal::has_color()))?;
    } else {
        say(&patch(&lines))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The version that `to` is compared with.
async fn other(client: &mut Client, args: &DiffArgs, to: &Node) -> Result<Node, Error> {
    match args.against.as_str() {
        "baseline" => fetch(client, &to.run_id, "0").await,
        "parent" if to.parent_id.is_empty() => {
            Err(Error::failure(format!("step {} is not made from another", to.step)).hint("--against a step"))
        }
        "parent" => fetch(client, &to.run_id, &to.parent_id).await,
        step => fetch(client, &args.run.run_id, step).await,
    }
}

async fn fetch(client: &mut Client, run_id: &str, node: &str) -> Result<Node, Error> {
    let request =
        GetNodeRequest { run_id: run_id.to_owned(), node: node.to_owned(), code: true, output: false };
    ask::node(client, request).await
}

/// `step 7`, `step 0 (baseline)`; with its run if two are compared.
fn label(node: &Node, with_run: bool) -> String {
    let of = if with_run { format!(" of {}", short_id(&node.run_id)) } else { String::new() };
    let baseline = if node.step == 0 { " (baseline)" } else { "" };
    format!("step {}{of}{baseline}", node.step)
}

fn code(node: &Node) -> Result<&[weco_proto::v1::SourceText], Error> {
    if node.files.is_empty() {
        let status = node_status_word(node.status());
        let why =
            if node.reason.is_empty() { String::new() } else { format!(": {}", one_line(&node.reason)) };
        return Err(Error::failure(format!("step {} has no code; it is {status}{why}", node.step))
            .hint(format!("weco run show {} --step {}", short_id(&node.run_id), node.step)));
    }
    Ok(&node.files)
}
