use rand::Rng;
use weco_core::search::{Choice, Greedy, Policy};
use weco_core::tree::Tree;

/// GEPA with one score (Agrawal et al., "GEPA: Reflective Prompt Evolution Can Outperform Reinforcement Learning",
/// 2025): the Pareto front that it samples from has one member, the best program, and each proposal improves it. It
/// starts from the user's program, makes no drafts and repairs nothing.
///
/// It measures the parent anew for each proposal, so a budget buys fewer of them: see [`Gepa::proposals`]. What the
/// second measurement may do against noise is not modelled.
#[derive(Clone, Copy, Debug)]
pub struct Gepa;

impl Gepa {
    /// Proposals that a budget of evaluations buys: 26 for 60, as observed of the public program.
    pub fn proposals(evaluations: u32) -> u32 {
        evaluations.saturating_mul(26) / 60
    }
}

impl Policy for Gepa {
    fn choose(&self, tree: &Tree, rng: &mut dyn Rng) -> Choice {
        Greedy.choose(tree, rng)
    }
}
