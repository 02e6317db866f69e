use rand::Rng;

use crate::event::{Grounds, Stage};
use crate::run::{NodeId, SearchSpec};
use crate::search::{Aide, Greedy};
use crate::tree::Tree;

/// What to ask for next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// The node to start from.
    pub parent: NodeId,
    /// What kind of proposal.
    pub stage: Stage,
    /// Its second parent, where the stage has two, and why it was chosen.
    pub grounds: Grounds,
}

impl Choice {
    /// A fresh approach.
    pub fn draft(why: impl Into<String>) -> Self {
        Self::new(NodeId::BASELINE, Stage::Draft, why)
    }

    /// A proposal with one parent.
    pub fn new(parent: NodeId, stage: Stage, why: impl Into<String>) -> Self {
        Self { parent, stage, grounds: Grounds { why: why.into(), ..Grounds::default() } }
    }

    /// Two working nodes joined, the first of which is the parent in the tree.
    pub fn cross(parent: NodeId, with: NodeId, why: impl Into<String>) -> Self {
        Self {
            parent,
            stage: Stage::Cross,
            grounds: Grounds { with: Some(with), ..Self::new(parent, Stage::Cross, why).grounds },
        }
    }
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
        SearchSpec::Forage(ref forage) => Box::new(forage.clone()),
        SearchSpec::Greedy => Box::new(Greedy),
    }
}
