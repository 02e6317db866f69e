use rand::Rng;

use crate::event::Stage;
use crate::run::NodeId;
use crate::search::{Choice, Policy};
use crate::tree::Tree;

/// Always improves the best node. Fit for a proposer that explores by itself.
#[derive(Clone, Copy, Debug)]
pub struct Greedy;

impl Policy for Greedy {
    fn choose(&self, tree: &Tree, _rng: &mut dyn Rng) -> Choice {
        let parent = tree.best().map_or(NodeId::BASELINE, |node| node.id);
        Choice::new(parent, Stage::Improve, "the best so far")
    }
}
