use rand::{Rng, RngExt};

use crate::event::Stage;
use crate::run::{NodeId, SearchSpec};
use crate::search::{Choice, Policy};
use crate::tree::{Node, Tree};

/// AIDE's tree search (Jiang et al., "AIDE: AI-Driven Exploration in the Space of Code", 2025):
/// first drafts, then with some probability the repair of a buggy leaf, else an improvement of the
/// best node. The user's own code is the root that drafts start from.
#[derive(Clone, Copy, Debug)]
pub struct Aide {
    /// Drafts before anything is improved; buggy and unfinished ones count.
    pub num_drafts: u32,
    /// Probability of a repair, where there is something to repair.
    pub debug_prob: f64,
    /// Longest chain of consecutive repairs.
    pub max_debug_depth: u32,
}

impl Aide {
    /// The parameters that the hosted client sends for a budget of `steps`:
    /// `num_drafts = ⌈0.15·steps⌉`, `debug_prob = 0.5`, `max_debug_depth = ⌈0.1·steps⌉`, at least 1 each.
    pub fn for_budget(steps: u32) -> SearchSpec {
        SearchSpec::Aide {
            num_drafts: (steps.saturating_mul(3)).div_ceil(20).max(1),
            debug_prob: 0.5,
            max_debug_depth: steps.div_ceil(10).max(1),
        }
    }
}

impl Policy for Aide {
    fn choose(&self, tree: &Tree, rng: &mut dyn Rng) -> Choice {
        if tree.drafts() < self.num_drafts {
            return Choice::draft(format!("fresh approach {} of {}", tree.drafts() + 1, self.num_drafts));
        }
        if rng.random_bool(self.debug_prob)
            && let Some(leaf) = self.random_repairable(tree, rng)
        {
            return Choice::new(leaf.id, Stage::Debug, "a failure drawn to be repaired");
        }
        match tree.best() {
            Some(best) => Choice::new(best.id, Stage::Improve, "the best so far"),
            None => Choice::draft("nothing works yet"),
        }
    }
}

impl Aide {
    fn random_repairable<'a>(&self, tree: &'a Tree, rng: &mut dyn Rng) -> Option<&'a Node> {
        let repairable =
            |node: &&Node| node.id != NodeId::BASELINE && node.debug_depth < self.max_debug_depth;
        let count = tree.buggy_leaves().filter(repairable).count();
        if count == 0 {
            return None;
        }
        tree.buggy_leaves().filter(repairable).nth(rng.random_range(0..count))
    }
}
