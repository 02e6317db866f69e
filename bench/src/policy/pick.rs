//! What several policies need: the nodes that can be built upon, and draws among them.

use rand::{Rng, RngExt};
use weco_core::event::Stage;
use weco_core::search::Choice;
use weco_core::tree::{Node, Tree};

/// A fresh approach.
pub(super) fn draft() -> Choice {
    Choice::draft("")
}

/// The next version of a node: a better one, or a repaired one if it does not work.
pub(super) fn go_on_from(node: &Node) -> Choice {
    let stage = if node.bug().is_some() { Stage::Debug } else { Stage::Improve };
    Choice::new(node.id, stage, "")
}

/// Whether a node was evaluated, so that something can be built on it: not if it is unfinished or came to nothing.
pub(super) fn is_evaluated(node: &Node) -> bool {
    node.metric().is_some() || node.bug().is_some()
}

/// Nodes that work, with their scores, by step.
pub(super) fn working(tree: &Tree) -> impl Iterator<Item = (&Node, f64)> {
    tree.nodes().iter().filter_map(|node| Some((node, tree.score(node)?)))
}

/// One of `items`, each as likely.
pub(super) fn uniform<'t, T>(items: &'t [T], rng: &mut dyn Rng) -> Option<&'t T> {
    if items.is_empty() { None } else { items.get(rng.random_range(0..items.len())) }
}

/// One of `items` with probability proportional to its weight; uniformly if no weight is positive.
pub(super) fn weighted<'t, T>(items: &'t [T], weights: &[f64], rng: &mut dyn Rng) -> Option<&'t T> {
    let total: f64 = weights.iter().sum();
    if total.is_nan() || total <= 0.0 {
        return uniform(items, rng);
    }
    let mut left = total * rng.random::<f64>();
    let drawn = items.iter().zip(weights).find(|(_, weight)| {
        left -= **weight;
        left < 0.0
    });
    drawn.map(|(item, _)| item).or(items.last())
}
