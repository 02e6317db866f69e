use rand::{Rng, RngExt};

use super::{Faults, World};
use crate::genome::Genome;
use crate::random::normal;

/// Parameters that add up: block sizes, learning rates, cut-offs. There is one summit, each step up is visible, and
/// whoever keeps climbing arrives. Quality is `10 − |x|²` over [`Smooth::DIMENSIONS`] parameters (the sphere function).
#[derive(Clone, Copy, Debug)]
pub struct Smooth;

impl Smooth {
    /// Parameters that matter; each change moves one.
    pub const DIMENSIONS: usize = 6;
    /// Spread of one change.
    const STEP: f64 = 0.4;
    /// Spread of a draft's squared distance around the baseline's, which is 10.
    const DRAFT_SPREAD: f64 = 2.0;
}

impl World for Smooth {
    fn baseline(&self) -> Genome {
        Genome::of(vec![(10.0 / Self::DIMENSIONS as f64).sqrt(); Self::DIMENSIONS])
    }

    fn draft(&self, rng: &mut dyn Rng) -> Genome {
        let mut genes: Vec<f64> = (0..Self::DIMENSIONS).map(|_| normal(rng)).collect();
        let squared: f64 = genes.iter().map(|x| x * x).sum();
        let wanted = (10.0 + Self::DRAFT_SPREAD * normal(rng)).max(0.0);
        genes.iter_mut().for_each(|x| *x *= (wanted / squared.max(f64::MIN_POSITIVE)).sqrt());
        Genome::of(genes)
    }

    fn improve(&self, parent: &Genome, rng: &mut dyn Rng) -> Genome {
        let mut child = parent.clone();
        child.genes[rng.random_range(0..Self::DIMENSIONS)] += Self::STEP * normal(rng);
        child
    }

    fn quality(&self, program: &Genome) -> f64 {
        10.0 - program.genes.iter().map(|x| x * x).sum::<f64>()
    }

    fn faults(&self) -> Faults {
        Faults::usual(0.1)
    }
}
