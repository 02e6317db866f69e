//! Nodes as clients are told of them.

use weco_core::event::Exit;
use weco_core::state::RunState;
use weco_core::tree::{Node, Progress};
use weco_proto::v1::{self, NodeStatus};

use crate::error::Failure;
use crate::journal::JournalError;
use crate::rpc::convert;
use crate::run::{Registry, load, node_id};

/// How far a node is, in a word.
pub(super) fn status(_state: &RunState, node: &Node) -> NodeStatus {
    match node.progress {
        Progress::Asked => NodeStatus::Proposing,
        Progress::Proposed => NodeStatus::PendingEvaluation,
        Progress::Evaluating { .. } => NodeStatus::Evaluating,
        Progress::Good { .. } => NodeStatus::Completed,
        Progress::Buggy { .. } => NodeStatus::Buggy,
        Progress::Failed { .. } => NodeStatus::Failed,
    }
}

/// A node without its code and output.
pub(super) fn node(state: &RunState, node: &Node, global_step: u32) -> v1::Node {
    let run = state.spec().id;
    let (exit_code, signal, timed_out) = match exit(node) {
        Some(Exit::Code { code }) => (Some(code), None, false),
        Some(Exit::Signal { signal }) => (None, Some(signal), false),
        Some(Exit::TimedOut { .. }) => (None, None, true),
        None => (None, None, false),
    };
    v1::Node {
        run_id: run.to_string(),
        step: node.id.0,
        node_id: node_id(run, node.id).to_string(),
        parent_step: node.parent.map(|parent| parent.0),
        parent_id: node.parent.map(|parent| node_id(run, parent).to_string()).unwrap_or_default(),
        stage: convert::stage(node.stage).into(),
        status: status(state, node).into(),
        reason: reason(node).to_owned(),
        metric: node.metric(),
        plan: node.plan.clone(),
        lines_added: node.lines.0,
        lines_removed: node.lines.1,
        usage: Some(convert::usage(node.usage)),
        attempts: node.attempt,
        exit_code,
        signal,
        timed_out,
        global_step,
        ..Default::default()
    }
}

fn exit(node: &Node) -> Option<Exit> {
    match node.progress {
        Progress::Good { exit, .. } => Some(exit),
        _ => None,
    }
}

/// Why a node does not work, or is none.
fn reason(node: &Node) -> &str {
    match &node.progress {
        Progress::Buggy { reason, .. } | Progress::Failed { reason } => reason,
        _ => "",
    }
}

/// A version's code, in the order of the run's sources; none before there is a proposal.
pub(super) fn files(
    registry: &Registry,
    state: &RunState,
    node: &Node,
) -> Result<Vec<v1::SourceText>, Failure> {
    let Some(refs) = &node.files else { return Ok(Vec::new()) };
    let mut texts = load(registry.deps().journal.as_ref(), state.spec().id, refs)?;
    let sources = state.spec().sources.iter().map(|source| &source.path);
    let told =
        sources.filter_map(|path| Some(v1::SourceText { path: path.clone(), text: texts.remove(path)? }));
    Ok(told.collect())
}

/// What a node's evaluation printed; nothing before it has ended.
pub(super) fn output(registry: &Registry, state: &RunState, node: &Node) -> Result<String, Failure> {
    let Some(id) = node.output() else { return Ok(String::new()) };
    let bytes = registry.deps().journal.blob(state.spec().id, id)?;
    let bytes =
        bytes.ok_or_else(|| JournalError::Damaged(format!("the output of step {} is missing", node.id)))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
