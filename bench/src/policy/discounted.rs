use rand::{Rng, RngExt};
use weco_core::event::Stage;
use weco_core::run::NodeId;
use weco_core::search::{Choice, Policy};
use weco_core::tree::{Node, Tree};

use super::pick::{draft, go_on_from, uniform, working};
use crate::report::median;

/// The project's first hypothesis: greedy, but a node whose children come to nothing loses its appeal.
///
/// Some drafts first. Then the parent with the largest `score − ½·s·log2(1 + fruitless/2)`, where `s` is the median gain
/// of a child that was better than its parent, and `fruitless` counts a node's children that are buggy, no better, or
/// not finished yet. With probability [`Discounted::EPSILON`] any of the best quarter. A buggy child is repaired once, at
/// once, and then left.
#[derive(Clone, Copy, Debug)]
pub struct Discounted {
    /// Drafts before anything is improved.
    pub drafts: u32,
}

impl Discounted {
    /// Probability of a parent out of the best quarter.
    pub const EPSILON: f64 = 0.1;
    /// Share of `s` that a doubling of `1 + fruitless/2` costs.
    const DISCOUNT: f64 = 0.5;

    /// One draft for each 20 proposals of the budget, at least 1 and at most 5.
    pub fn for_budget(steps: u32) -> Self {
        Self { drafts: (steps / 20).clamp(1, 5) }
    }

    /// The newest buggy node that nobody has tried to repair and that is no repair itself.
    fn fresh_bug(tree: &Tree) -> Option<&Node> {
        tree.buggy_leaves().rfind(|node| node.debug_depth == 0 && node.id != NodeId::BASELINE)
    }

    /// The median positive gain of a child over its parent; 0 before the first.
    fn typical_gain(tree: &Tree) -> f64 {
        let gain = |(node, score): (&Node, f64)| Some(score - tree.score(tree.get(node.parent?)?)?);
        let mut gains: Vec<f64> = working(tree).filter_map(gain).filter(|gain| *gain > 0.0).collect();
        median(&mut gains).unwrap_or(0.0)
    }

    /// Children of a node with this score that have not been better than it, so far.
    fn fruitless(tree: &Tree, node: &Node, score: f64) -> usize {
        let is_better =
            |id: &&NodeId| tree.get(**id).and_then(|child| tree.score(child)).is_some_and(|s| s > score);
        node.children.len() - node.children.iter().filter(is_better).count()
    }

    fn any_of_the_best_quarter<'t>(tree: &'t Tree, rng: &mut dyn Rng) -> Option<&'t Node> {
        let mut nodes: Vec<(&Node, f64)> = working(tree).collect();
        nodes.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        nodes.truncate(nodes.len().div_ceil(4));
        uniform(&nodes, rng).map(|(node, _)| *node)
    }

    fn most_promising(tree: &Tree) -> Option<&Node> {
        let gain = Self::typical_gain(tree);
        let appeal = |node: &Node, score: f64| {
            let fruitless = Self::fruitless(tree, node, score) as f64;
            score - Self::DISCOUNT * gain * (1.0 + fruitless / 2.0).log2()
        };
        let appeals = working(tree).map(|(node, score)| (node, appeal(node, score)));
        // The earliest of equals, as the tree's best is.
        appeals.max_by(|(a, x), (b, y)| x.total_cmp(y).then(b.id.cmp(&a.id))).map(|(node, _)| node)
    }
}

impl Policy for Discounted {
    fn choose(&self, tree: &Tree, rng: &mut dyn Rng) -> Choice {
        if let Some(bug) = Self::fresh_bug(tree) {
            return Choice::new(bug.id, Stage::Debug, "");
        }
        if tree.drafts() < self.drafts {
            return draft();
        }
        let parent = if rng.random_bool(Self::EPSILON) {
            Self::any_of_the_best_quarter(tree, rng)
        } else {
            Self::most_promising(tree)
        };
        parent.map_or_else(draft, go_on_from)
    }
}
