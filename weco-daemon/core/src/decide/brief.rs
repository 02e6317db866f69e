use crate::decide::memory::{self, told};
use crate::decide::recheck;
use crate::event::Stage;
use crate::prompt::{Approach, Brief, Second};
use crate::run::NodeId;
use crate::state::RunState;
use crate::tree::{Family, Node, Tree};

/// Approaches told to who is to find another one: the newest, and the best one.
const APPROACHES_TOLD: usize = 11;

/// What the model is told for `node`, which must have been asked for.
pub(super) fn brief(state: &RunState, node: &Node) -> Option<Brief> {
    let spec = state.spec();
    let tree = state.tree();
    let parent = tree.get(node.parent?)?;
    let path = memory::path(tree, parent);
    Some(Brief {
        metric: spec.metric.clone(),
        goal: spec.goal,
        eval_command: spec.eval_command.clone(),
        is_backend: spec.backend.is_some(),
        instructions: state.instructions().map(str::to_owned),
        stage: node.stage,
        parent: parent.id,
        files: parent.files.clone()?,
        parent_metric: parent.metric(),
        parent_bug: parent.bug().map(str::to_owned),
        parent_plan: parent.plan.clone(),
        parent_revised: !parent.revisions.is_empty(),
        parent_output: parent.output(),
        parent_report: parent.report.clone(),
        baseline_metric: state.baseline().metric(),
        best_metric: tree.best().and_then(Node::metric),
        second: second(tree, node),
        path: told(tree, path),
        tried: told(tree, memory::tried(tree, node, parent)),
        approaches: approaches(tree, node),
        idle_steps: tree.dry_steps(),
        forms: state.forms(),
        unusable: node.unusable_reason.clone(),
        // This one is spent already, and told as left.
        steps_left: state
            .steps()
            .saturating_sub(state.steps_spent().saturating_sub(1) + recheck::reserved(state)),
    })
}

fn second(tree: &Tree, node: &Node) -> Option<Second> {
    let second = tree.get(node.grounds.with?)?;
    Some(Second {
        node: second.id,
        files: second.files.clone()?,
        metric: second.metric(),
        plan: second.plan.clone(),
    })
}

/// What another approach has to differ from.
fn approaches(tree: &Tree, node: &Node) -> Vec<Approach> {
    if !matches!(node.stage, Stage::Draft | Stage::Leap) {
        return Vec::new();
    }
    let is_other = |founder: &NodeId| *founder != node.id;
    let newest = tree.families().rev().map(|(founder, _)| founder).filter(is_other);
    let mut founders: Vec<NodeId> = newest.take(APPROACHES_TOLD).collect();
    let best = tree.best().map(|best| best.family).filter(|best| is_other(best) && !founders.contains(best));
    founders.extend(best);
    founders.sort_unstable();
    let approach = |founder| Some(approach(tree, tree.get(founder)?, tree.family(founder)?));
    founders.into_iter().filter_map(approach).collect()
}

fn approach(tree: &Tree, founder: &Node, family: &Family) -> Approach {
    let newest_failure = || family.failures.back().and_then(|id| tree.get(*id)).and_then(Node::bug);
    let best = family.best.and_then(|(id, _)| tree.get(id)).and_then(Node::metric);
    let failure = best.is_none().then(newest_failure).flatten().map(str::to_owned);
    // The user's own code is no step, unless it is all that there is of it.
    let steps =
        if founder.id == NodeId::BASELINE { family.size.saturating_sub(1).max(1) } else { family.size };
    Approach { founder: founder.id, plan: founder.plan.clone(), steps, best, failure }
}
