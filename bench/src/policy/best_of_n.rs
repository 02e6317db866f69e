use rand::Rng;
use weco_core::search::{Choice, Policy};
use weco_core::tree::Tree;

use super::pick::draft;

/// Always drafts, and never builds on anything: what search has to beat.
#[derive(Clone, Copy, Debug)]
pub struct BestOfN;

impl Policy for BestOfN {
    fn choose(&self, _tree: &Tree, _rng: &mut dyn Rng) -> Choice {
        draft()
    }
}
