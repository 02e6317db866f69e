//! Measuring the best versions of a noisy run again, within its budget: whoever was only lucky is found out.

use crate::plan::NOISE_STEPS;
use crate::run::NodeId;
use crate::state::RunState;
use crate::tree::Node;

/// What part of the budget is kept for it.
const PART_KEPT: u32 = 10;

/// What is kept at least: the two best are told apart.
const KEPT_LEAST: u32 = 2;

/// Versions that are compared: one more for so many steps, within these bounds.
const STEPS_PER_CONTENDER: u32 = 25;
const CONTENDERS: (u32, u32) = (2, 4);

/// What is to be measured again next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Due {
    /// Nothing: go on with the search.
    Nothing,
    /// This node.
    Node(NodeId),
    /// Nothing else until what is being measured is done.
    Wait,
}

/// What is due in a run that has budget left; in one that `is_searched`, before it ends.
pub(super) fn due(state: &RunState, is_searched: bool) -> Due {
    let (tree, reserved) = (state.tree(), reserved(state));
    if !is_possible(state) {
        return Due::Nothing;
    }
    if let Some(node) = state.doubtful_target() {
        return Due::Node(node);
    }
    let left = state.steps().saturating_sub(state.steps_spent());
    if reserved == 0 || (left > reserved && !is_searched) {
        return Due::Nothing;
    }
    // Whoever is measured for the first time may be the luckiest of all.
    if tree.unfinished().any(|node| node.recheck.is_none()) {
        return Due::Wait;
    }
    let contenders = contenders(state);
    // Of what is left of a budget after a search no more is spent than tells the best apart.
    let is_open = |node: &&Node| node.recheck.is_none() && !(is_searched && node.rechecks > 0);
    match contenders.iter().copied().filter(is_open).min_by_key(|node| node.samples.len()) {
        Some(node) => Due::Node(node.id),
        None if contenders.iter().any(|node| node.recheck.is_some()) => Due::Wait,
        None => Due::Nothing,
    }
}

/// The versions of which one will be the best. The user's own code, measured as often as any, is none: nothing depends on
/// it.
fn contenders(state: &RunState) -> Vec<&Node> {
    let (tree, (least, most)) = (state.tree(), CONTENDERS);
    let count = (budget(state) / STEPS_PER_CONTENDER).clamp(least, most) as usize;
    let top = if tree.is_gated() {
        // Who was beaten by a lucky version was not verified, and is when it is measured again.
        tree.ranked().map(|(node, _)| node.id).take(count + 1).collect()
    } else {
        tree.top(count + 1)
    };
    let top = top.into_iter().filter(|node| *node != NodeId::BASELINE).take(count);
    top.filter_map(|id| tree.get(id)).collect()
}

/// Evaluations that the search leaves for the end.
pub(super) fn reserved(state: &RunState) -> u32 {
    if is_possible(state) { kept(budget(state)) } else { 0 }
}

/// Whether there are re-checks at all: with review people say what is evaluated, and in which environment.
fn is_possible(state: &RunState) -> bool {
    !state.spec().require_review && state.tree().is_noisy()
}

/// Steps that were given last.
fn budget(state: &RunState) -> u32 {
    state.steps().saturating_sub(state.since().budget_from())
}

/// Evaluations of a budget that are kept for the end.
pub(super) fn kept(budget: u32) -> u32 {
    if budget < NOISE_STEPS { 0 } else { (budget / PART_KEPT).max(KEPT_LEAST) }
}

#[cfg(test)]
mod tests {
    use super::kept;

    #[test]
    fn a_tenth_of_a_budget_that_is_not_small_is_kept() {
        assert_eq!([1, 19, 20, 29, 30, 100, 1000].map(kept), [0, 0, 2, 2, 3, 10, 100]);
    }
}
