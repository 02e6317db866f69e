use rand::{Rng, RngExt};

use super::{Faults, World};
use crate::genome::Genome;
use crate::random::normal;

/// Code that breaks when touched, such as GPU kernels or a strict verifier: [`MostlyBuggy::BUG`] of the children fail,
/// many of them twice over, and what to do about them is the question. What works narrows or widens the gap to 10 by
/// some percent.
#[derive(Clone, Copy, Debug)]
pub struct MostlyBuggy;

impl MostlyBuggy {
    /// Share of drafts and improvements that fail.
    pub const BUG: f64 = 0.7;
    /// Mean and spread of the logarithm by which a change multiplies the gap.
    const CHANGE: (f64, f64) = (-0.03, 0.12);
}

impl World for MostlyBuggy {
    fn baseline(&self) -> Genome {
        Genome::of(vec![9.0])
    }

    fn draft(&self, rng: &mut dyn Rng) -> Genome {
        Genome::of(vec![rng.random_range(7.0..10.0)])
    }

    fn improve(&self, parent: &Genome, rng: &mut dyn Rng) -> Genome {
        let (mean, spread) = Self::CHANGE;
        Genome { genes: vec![parent.genes[0] * (mean + spread * normal(rng)).exp()], ..parent.clone() }
    }

    fn quality(&self, program: &Genome) -> f64 {
        10.0 - program.genes[0]
    }

    fn faults(&self) -> Faults {
        Faults { bug: Self::BUG, second: 0.4, repair: 0.5 }
    }
}
