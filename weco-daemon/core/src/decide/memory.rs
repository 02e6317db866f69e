//! Which earlier steps a proposal is told of: those that bear on it, however long the run.
//!
//! Everything is found by bounded walks from the parent and by what the tree keeps at hand, so that a step costs the
//! same at step 10 and at step 10,000.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashSet};

use crate::event::Stage;
use crate::prompt::{Tried, TriedResult};
use crate::run::NodeId;
use crate::tree::{Node, Progress, Tree};

/// Of a node's children, those that are looked at: the newest.
const CHILDREN_SEEN: usize = 64;
/// Generations that are looked back on.
const GENERATIONS_SEEN: usize = 64;
/// What was made of the parent: the newest, and the best besides.
const CHILDREN_TOLD: (usize, usize) = (8, 2);
/// What was made of its own parent.
const SIBLINGS_TOLD: (usize, usize) = (4, 2);
/// Other failures in the family that resemble the parent most.
const FAILURES_TOLD: usize = 4;
/// The newest steps, wherever they started.
const RECENT_TOLD: usize = 4;
/// What people turned down is told whatever it started from: they should not have to say it twice.
const REJECTED_TOLD: usize = 4;
/// Steps on the way to the parent: those that helped most, or the newest repairs.
const PATH_TOLD: usize = 6;

/// The steps that led to `parent`, oldest first and without it: of a failure the repairs before it with what they were
/// to repair, otherwise those that gained most on the way from the baseline.
pub(super) fn path(tree: &Tree, parent: &Node) -> Vec<NodeId> {
    let ancestors = || {
        let mut next = parent.parent.and_then(|id| tree.get(id));
        std::iter::from_fn(move || {
            let node = next.filter(|node| node.id != NodeId::BASELINE)?;
            next = node.parent.and_then(|id| tree.get(id));
            Some(node)
        })
        .take(GENERATIONS_SEEN)
    };
    let mut steps: Vec<NodeId> = if parent.bug().is_some() {
        ancestors().take_while(|node| node.bug().is_some()).take(PATH_TOLD).map(|node| node.id).collect()
    } else {
        let mut gains: Vec<(f64, NodeId)> = ancestors()
            .filter_map(|node| Some((tree.gain(node.id)?, node.id)))
            .filter(|(gain, _)| *gain > 0.0)
            .collect();
        gains.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        gains.into_iter().take(PATH_TOLD).map(|(_, id)| id).collect()
    };
    steps.sort_unstable();
    steps
}

/// What was tried that bears on `node`, which starts from `parent`; oldest first.
pub(super) fn tried(tree: &Tree, node: &Node, parent: &Node) -> Vec<NodeId> {
    let mut told: BTreeSet<NodeId> = offspring(tree, parent, CHILDREN_TOLD);
    if let Some(grandparent) = parent.parent.and_then(|id| tree.get(id)) {
        told.extend(offspring(tree, grandparent, SIBLINGS_TOLD));
    }
    if node.stage != Stage::Debug {
        told.extend(tree.nodes().iter().rev().take(RECENT_TOLD).map(|node| node.id));
    }
    if !matches!(node.stage, Stage::Draft | Stage::Leap) {
        told.extend(like_failures(tree, parent, &told));
    }
    told.extend(tree.rejected().rev().take(REJECTED_TOLD));
    told.extend(tree.best().map(|best| best.id));
    told.remove(&NodeId::BASELINE);
    told.remove(&node.id);
    told.into_iter().collect()
}

/// The newest finished children of a node, and the best of the others.
fn offspring(tree: &Tree, node: &Node, (newest, best): (usize, usize)) -> BTreeSet<NodeId> {
    let seen = node.children.iter().rev().take(CHILDREN_SEEN).filter_map(|id| tree.get(*id));
    let done: Vec<&Node> = seen.filter(|child| child.is_done()).collect();
    let (new, old) = done.split_at(newest.min(done.len()));
    let mut good: Vec<(f64, NodeId)> =
        old.iter().filter_map(|child| Some((tree.score(child)?, child.id))).collect();
    good.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    new.iter().map(|child| child.id).chain(good.into_iter().take(best).map(|(_, id)| id)).collect()
}

/// Failures in the parent's family whose plans have most words in common with what is being worked on, each with a
/// reason of its own.
fn like_failures(tree: &Tree, parent: &Node, told: &BTreeSet<NodeId>) -> Vec<NodeId> {
    let Some(family) = tree.family(parent.family) else { return Vec::new() };
    let wanted = words(&parent.plan);
    let failures = family.failures.iter().filter(|id| !told.contains(id) && **id != parent.id);
    let mut ranked: Vec<(usize, &Node)> = failures
        .filter_map(|id| tree.get(*id))
        .map(|node| (words(&node.plan).intersection(&wanted).count(), node))
        .collect();
    ranked.sort_by_key(|(common, node)| Reverse((*common, node.id)));
    let mut reasons = HashSet::new();
    let distinct = ranked.into_iter().filter(|(_, node)| reasons.insert(node.bug()));
    distinct.take(FAILURES_TOLD).map(|(_, node)| node.id).collect()
}

/// The words of a plan that say what it is about, as far as their length tells.
fn words(plan: &str) -> HashSet<String> {
    let words = plan.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 3);
    words.map(str::to_lowercase).collect()
}

/// The nodes as a prompt tells of them; those without a result are left out.
pub(super) fn told(tree: &Tree, ids: Vec<NodeId>) -> Vec<Tried> {
    ids.into_iter().filter_map(|id| tree.get(id)).filter_map(in_brief).collect()
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
