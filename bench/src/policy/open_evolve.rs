use rand::{Rng, RngExt};
use weco_core::run::NodeId;
use weco_core::search::{Choice, Policy};
use weco_core::tree::{Node, Tree};

use super::pick::{draft, go_on_from, is_evaluated, uniform, weighted, working};

/// OpenEvolve's sampling (`openevolve/database.py` and the defaults of its configuration): five islands that take turns;
/// the parent is with probability 0.2 any program of the island, with 0.7 one of the elite archive (of this island if it
/// has any there), else one of the island weighted by its score. Every 50 generations of an island its best tenth is
/// copied to both neighbours. It starts from the user's program on each island and makes no drafts; a program that fails
/// has the score 0 there and is shown its error when it is drawn, which is a repair here.
///
/// The grid of features that its archive is kept in needs lengths and distances of real code; here the archive is the
/// best 100 that work. Scores below 0 weigh nothing.
#[derive(Clone, Copy, Debug)]
pub struct OpenEvolve;

impl OpenEvolve {
    /// `num_islands`.
    pub const ISLANDS: usize = 5;
    /// `migration_interval`, in generations of an island.
    pub const MIGRATION_INTERVAL: usize = 50;
    /// `migration_rate`.
    const MIGRATION_RATE: f64 = 0.1;
    /// `exploration_ratio`.
    const EXPLORATION: f64 = 0.2;
    /// `exploitation_ratio`.
    const EXPLOITATION: f64 = 0.7;
    /// `archive_size`.
    const ARCHIVE: usize = 100;

    /// Which programs, by step, are on each island when node `next` is about to be asked for. A function of the tree:
    /// nothing is remembered.
    fn islands(tree: &Tree, next: NodeId) -> Vec<Vec<bool>> {
        let mut only_baseline = vec![false; next.index()];
        only_baseline[NodeId::BASELINE.index()] = true;
        let mut islands = vec![only_baseline; Self::ISLANDS];
        for proposal in 1..next.index() {
            let turn = proposal - 1;
            if turn > 0 && turn % (Self::ISLANDS * Self::MIGRATION_INTERVAL) == 0 {
                Self::migrate(tree, &mut islands);
            }
            islands[turn % Self::ISLANDS][proposal] = true;
        }
        islands
    }

    /// Copies each island's best tenth, at least one, to its two neighbours on the ring.
    fn migrate(tree: &Tree, islands: &mut [Vec<bool>]) {
        let migrants: Vec<Vec<NodeId>> =
            islands.iter().map(|island| Self::best_tenth(tree, island)).collect();
        for (from, migrants) in migrants.iter().enumerate() {
            for to in [from + 1, from + Self::ISLANDS - 1] {
                for migrant in migrants {
                    islands[to % Self::ISLANDS][migrant.index()] = true;
                }
            }
        }
    }

    fn best_tenth(tree: &Tree, island: &[bool]) -> Vec<NodeId> {
        let size = island.iter().filter(|is_member| **is_member).count();
        let count = ((size as f64 * Self::MIGRATION_RATE) as usize).max(1);
        let members = working(tree).filter(|(node, _)| island[node.id.index()]);
        best(members.collect(), count).iter().map(|node| node.id).collect()
    }
}

impl Policy for OpenEvolve {
    fn choose(&self, tree: &Tree, rng: &mut dyn Rng) -> Choice {
        let next = tree.next_id();
        let islands = Self::islands(tree, next);
        let island = &islands[(next.index() - 1) % Self::ISLANDS];
        let is_member = |node: &Node| island[node.id.index()];
        let drawn: f64 = rng.random();
        let parent = if drawn < Self::EXPLORATION {
            let members: Vec<&Node> =
                tree.nodes().iter().filter(|node| is_member(node) && is_evaluated(node)).collect();
            uniform(&members, rng).copied()
        } else if drawn < Self::EXPLORATION + Self::EXPLOITATION {
            let archive = best(working(tree).collect(), Self::ARCHIVE);
            let own: Vec<&Node> = archive.iter().copied().filter(|node| is_member(node)).collect();
            uniform(if own.is_empty() { &archive } else { &own }, rng).copied()
        } else {
            let members = working(tree).filter(|(node, _)| is_member(node));
            let (members, scores): (Vec<&Node>, Vec<f64>) = members.unzip();
            let weights: Vec<f64> = scores.iter().map(|score| score.max(0.0)).collect();
            weighted(&members, &weights, rng).copied()
        };
        parent.map_or_else(draft, go_on_from)
    }
}

/// The best `count`; the earlier of equals first.
fn best(mut nodes: Vec<(&Node, f64)>, count: usize) -> Vec<&Node> {
    nodes.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    nodes.into_iter().take(count).map(|(node, _)| node).collect()
}
