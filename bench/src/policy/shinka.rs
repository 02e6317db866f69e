use rand::Rng;
use weco_core::search::{Choice, Policy};
use weco_core::tree::{Node, Tree};

use super::pick::{draft, go_on_from, weighted, working};
use crate::report::median;

/// ShinkaEvolve's weighted sampling (`shinka/database/parents.py`, `WeightedSamplingStrategy`): a working program is the
/// parent with probability proportional to `sigmoid(λ·(score − median)/MAD) / (1 + children)`, where MAD is the median
/// absolute deviation. It starts from the user's program and makes no drafts; what does not work is never a parent.
///
/// Its islands, novelty check and crossing of programs are left out; the archive is taken to hold all that works.
#[derive(Clone, Copy, Debug)]
pub struct Shinka;

impl Shinka {
    /// `parent_selection_lambda`, its default.
    const LAMBDA: f64 = 10.0;
    /// Smallest MAD that is divided by, as there.
    const LEAST_SCALE: f64 = 1e-6;
}

impl Policy for Shinka {
    fn choose(&self, tree: &Tree, rng: &mut dyn Rng) -> Choice {
        let (nodes, scores): (Vec<_>, Vec<f64>) = working(tree).unzip();
        let middle = median(&mut scores.clone()).unwrap_or(0.0);
        let mut deviations: Vec<f64> = scores.iter().map(|score| (score - middle).abs()).collect();
        let scale = median(&mut deviations).unwrap_or(0.0).max(Self::LEAST_SCALE);
        let weight = |(node, score): (&&Node, &f64)| {
            sigmoid(Self::LAMBDA * (score - middle) / scale) / (1.0 + node.children.len() as f64)
        };
        let weights: Vec<f64> = nodes.iter().zip(&scores).map(weight).collect();
        weighted(&nodes, &weights, rng).map_or_else(draft, |node| go_on_from(node))
    }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}
