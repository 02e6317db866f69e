//! Nodes as clients are told of them.

use weco_core::event::Exit;
use weco_core::run::{NodeId, RunId, RunSpec};
use weco_core::state::RunState;
use weco_core::tree::{Approval, Node, Progress, Revision};
use weco_proto::v1::{self, NodeStatus};

use crate::error::Failure;
use crate::journal::JournalError;
use crate::rpc::{backend, convert};
use crate::run::{Registry, load};

/// How far a node is, in a word.
pub(super) fn status(state: &RunState, node: &Node) -> NodeStatus {
    match node.progress {
        Progress::Asked => NodeStatus::Proposing,
        Progress::Proposed if state.is_pending(node) => NodeStatus::PendingApproval,
        Progress::Proposed => NodeStatus::PendingEvaluation,
        Progress::Evaluating { .. } => NodeStatus::Evaluating,
        Progress::Good { .. } => NodeStatus::Completed,
        Progress::Buggy { .. } => NodeStatus::Buggy,
        Progress::Failed { .. } => NodeStatus::Failed,
        Progress::Rejected { .. } => NodeStatus::Rejected,
    }
}

/// A node as trees and lists show it.
pub(super) fn node(state: &RunState, node: &Node, global_step: u32) -> v1::Node {
    let run = state.spec().id;
    v1::Node {
        run_id: run.to_string(),
        step: node.id.0,
        node_id: run.node_id(node.id).to_string(),
        parent_step: node.parent.map(|parent| parent.0),
        parent_id: parent_id(state.spec(), node),
        stage: convert::stage(node.stage).into(),
        status: status(state, node).into(),
        reason: reason(node).to_owned(),
        metric: node.metric(),
        plan: node.plan.clone(),
        global_step,
        with_step: node.grounds.with.map(|with| with.0),
        model: if node.parent.is_some() {
            convert::model(state.spec(), &node.grounds)
        } else {
            String::new()
        },
        total: convert::total(node),
        verified: node.verified,
        inherited: node.evaluation.is_some_and(|evaluation| evaluation.inherited),
        ..v1::Node::default()
    }
}

/// A node without the texts that may be long: its code, output and instructions.
pub(super) fn detailed(state: &RunState, node: &Node, global_step: u32) -> v1::Node {
    let run = state.spec().id;
    let (exit_code, signal, timed_out) = match node.evaluation.map(|evaluation| evaluation.exit) {
        Some(Exit::Code { code }) => (Some(code), None, false),
        Some(Exit::Signal { signal }) => (None, Some(signal), false),
        Some(Exit::TimedOut { .. }) => (None, None, true),
        None => (None, None, false),
    };
    v1::Node {
        lines_added: node.lines.0,
        lines_removed: node.lines.1,
        usage: Some(convert::usage(node.usage)),
        cost: cost(state.spec(), node),
        attempts: node.attempt,
        asked_at_ms: node.times.asked,
        proposed_at_ms: node.times.proposed,
        ended_at_ms: node.times.ended,
        duration_ms: node.evaluation.map(|evaluation| evaluation.duration_ms),
        exit_code,
        signal,
        timed_out,
        revisions: (1..)
            .zip(&node.revisions)
            .map(|(number, it)| revision(run, node.id, number, it))
            .collect(),
        approval: node.approval.as_ref().map(approval),
        why: node.grounds.why.clone(),
        report: node.report.as_deref().map(backend::report),
        samples: if node.count() > 1 { node.samples.clone() } else { Vec::new() },
        ..self::node(state, node, global_step)
    }
}

/// What a node's tokens cost; of one that several models were asked for, as if they all were the last one's.
fn cost(spec: &RunSpec, node: &Node) -> Option<f64> {
    let price = spec.models().get(node.grounds.model as usize).and_then(|model| spec.prices.get(model));
    price.map(|price| price.of(node.usage))
}

/// The node that this one starts from: of a derived run's step 0 that of the other run.
fn parent_id(spec: &RunSpec, node: &Node) -> String {
    let parent = match (node.parent, &spec.derived) {
        (Some(parent), _) => Some(spec.id.node_id(parent)),
        (None, Some(derived)) => Some(derived.run.node_id(derived.node)),
        (None, None) => None,
    };
    parent.map(|parent| parent.to_string()).unwrap_or_default()
}

/// Why a node does not work, or is none.
fn reason(node: &Node) -> &str {
    match &node.progress {
        Progress::Buggy { reason, .. } | Progress::Failed { reason } | Progress::Rejected { reason } => {
            reason
        }
        Progress::Asked | Progress::Proposed | Progress::Evaluating { .. } | Progress::Good { .. } => "",
    }
}

fn revision(run: RunId, node: NodeId, number: u32, revision: &Revision) -> v1::Revision {
    v1::Revision {
        revision_id: run.revision_id(node, number).to_string(),
        number,
        by: revision.by.clone(),
        at_ms: revision.at,
        lines_added: revision.lines.0,
        lines_removed: revision.lines.1,
    }
}

fn approval(approval: &Approval) -> v1::Approval {
    v1::Approval {
        by: approval.by.clone(),
        at_ms: approval.at,
        eval_command: approval.terms.command.clone(),
        directory: approval.terms.directory.clone(),
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
