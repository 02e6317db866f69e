use std::collections::BTreeSet;

use crate::event::Stage;
use crate::prompt::{Brief, Tried, TriedResult};
use crate::run::NodeId;
use crate::state::RunState;
use crate::tree::{Node, Progress, Tree};

/// Earlier steps told to the model: what was tried from the same node, from its parent, and lately.
/// Together they bound the prompt however long the run is.
const CHILDREN_TOLD: usize = 12;
const SIBLINGS_TOLD: usize = 6;
const RECENT_TOLD: usize = 8;
/// What people turned down is told whatever it started from: they should not have to say it twice.
const REJECTED_TOLD: usize = 4;

/// What the model is told for `node`, which must have been asked for.
pub(super) fn brief(state: &RunState, node: &Node) -> Option<Brief> {
    let spec = state.spec();
    let tree = state.tree();
    let parent = tree.get(node.parent?)?;
    Some(Brief {
        metric: spec.metric.clone(),
        goal: spec.goal,
        eval_command: spec.eval_command.clone(),
        instructions: state.instructions().map(str::to_owned),
        stage: node.stage,
        parent: parent.id,
        files: parent.files.clone()?,
        parent_metric: parent.metric(),
        parent_bug: parent.bug().map(str::to_owned),
        parent_plan: parent.plan.clone(),
        parent_revised: !parent.revisions.is_empty(),
        parent_output: parent.output(),
        baseline_metric: state.baseline().metric(),
        best_metric: tree.best().and_then(Node::metric),
        tried: tried(tree, node, parent),
        unusable: node.unusable_reason.clone(),
        steps_left: (state.steps().saturating_add(1)).saturating_sub(node.id.0),
    })
}

fn tried(tree: &Tree, node: &Node, parent: &Node) -> Vec<Tried> {
    let newest =
        |ids: &[NodeId], count: usize| -> Vec<NodeId> { ids.iter().rev().take(count).copied().collect() };
    let mut told: BTreeSet<NodeId> = newest(&parent.children, CHILDREN_TOLD).into_iter().collect();
    if let Some(grandparent) = parent.parent.and_then(|id| tree.get(id)) {
        told.extend(newest(&grandparent.children, SIBLINGS_TOLD));
    }
    if node.stage != Stage::Debug {
        told.extend(tree.nodes().iter().rev().take(RECENT_TOLD).map(|node| node.id));
    }
    told.extend(tree.rejected().rev().take(REJECTED_TOLD));
    told.extend(tree.best().map(|best| best.id));
    told.remove(&NodeId::BASELINE);
    told.remove(&node.id);
    told.into_iter().filter_map(|id| tree.get(id)).filter_map(in_brief).collect()
}

fn in_brief(node: &Node) -> Option<Tried> {
    let result = match &node.progress {
        Progress::Good { metric, .. } => TriedResult::Metric(*metric),
        Progress::Buggy { reason, .. } => TriedResult::Buggy(reason.clone()),
        Progress::Rejected { reason } => TriedResult::Rejected(reason.clone()),
        _ => return None,
    };
    Some(Tried { node: node.id, parent: node.parent?, plan: node.plan.clone(), result })
}
