use rand::Rng;

use crate::event::Stage;
use crate::run::{NodeId, SearchSpec};
use crate::search::{Aide, Greedy};
use crate::tree::Tree;

/// What to ask for next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Choice {
    /// The node to start from.
    pub parent: NodeId,
    /// What kind of proposal.
    pub stage: Stage,
}

/// Chooses the next node to work on. Pure: the same tree and random stream give the same choice.
pub trait Policy {
    /// The next choice. The tree's baseline works; other nodes may still be unfinished, and count.
    fn choose(&self, tree: &Tree, rng: &mut dyn Rng) -> Choice;
}

/// The policy that a run was created with.
pub fn policy_for(spec: &SearchSpec) -> Box<dyn Policy> {
    match *spec {
        SearchSpec::Aide { num_drafts, debug_prob, max_debug_depth } => {
            Box::new(Aide { num_drafts, debug_prob, max_debug_depth })
        }
        SearchSpec::Greedy => Box::new(Greedy),
    }
}
