use rand::Rng;
use weco_core::run::NodeId;
use weco_core::search::{Choice, Policy};
use weco_core::tree::Tree;

use super::pick::{draft, go_on_from, is_evaluated, working};

/// UCT (Kocsis and Szepesvári, "Bandit based Monte-Carlo Planning", 2006) on the solution tree. From the root it follows
/// the child with the largest `mean + c·√(ln n_parent / n_child)` until it comes to a node that may have another child,
/// and asks for that. Values are the scores turned to 0..1 by the least and the largest so far; what does not work is 0,
/// and what is unfinished counts as a visit without a value. A child of the root is a draft, one of a node that does not
/// work is a repair.
///
/// There is no end to the children that a node can have, so they are widened with its visits: at most `⌈√n⌉` (Coulom,
/// "Computing Elo Ratings of Move Patterns in the Game of Go", 2007, calls this progressive widening).
#[derive(Clone, Copy, Debug)]
pub struct Uct {
    /// `c`: the larger, the more is explored.
    pub exploration: f64,
}

impl Uct {
    /// As UCB1 has it for values in 0..1 (Auer, Cesa-Bianchi and Fischer, "Finite-time Analysis of the Multiarmed Bandit
    /// Problem", 2002).
    pub const UCB1: Self = Self { exploration: std::f64::consts::SQRT_2 };
    /// With so little exploration that the better branch is mostly followed. Budgets of hundreds are small for UCB1, and
    /// a rival should not lose by that alone. Chosen once, not tuned.
    pub const LOW: Self = Self { exploration: 0.25 };

    /// Visits and sum of values of each node's subtree, the node itself included.
    fn totals(tree: &Tree) -> Vec<(f64, f64)> {
        let scores = || working(tree).map(|(_, score)| score);
        let (least, largest) = (scores().fold(f64::MAX, f64::min), scores().fold(f64::MIN, f64::max));
        let range = if largest > least { largest - least } else { 1.0 };
        let value = |score: f64| (score - least) / range;
        let mut totals: Vec<(f64, f64)> =
            tree.nodes().iter().map(|node| (1.0, tree.score(node).map_or(0.0, value))).collect();
        // A parent's number is smaller than its children's.
        for node in tree.nodes().iter().rev() {
            if let Some(parent) = node.parent {
                let (visits, sum) = totals[node.id.index()];
                totals[parent.index()].0 += visits;
                totals[parent.index()].1 += sum;
            }
        }
        totals
    }
}

impl Policy for Uct {
    fn choose(&self, tree: &Tree, _rng: &mut dyn Rng) -> Choice {
        let totals = Self::totals(tree);
        let mut at = NodeId::BASELINE;
        while let Some(node) = tree.get(at) {
            let visits = totals[at.index()].0;
            if is_evaluated(node) && (node.children.len() as f64) < visits.sqrt().ceil() {
                return match at {
                    NodeId::BASELINE => draft(),
                    _ => go_on_from(node),
                };
            }
            let bound = |child: &NodeId| {
                let (n, sum) = totals[child.index()];
                sum / n + self.exploration * (visits.ln() / n).sqrt()
            };
            let open = node.children.iter().filter(|id| tree.get(**id).is_some_and(is_evaluated));
            match open.max_by(|a, b| bound(a).total_cmp(&bound(b)).then(b.cmp(a))) {
                Some(child) => at = *child,
                None => break,
            }
        }
        draft()
    }
}
