use rand::{Rng, RngExt};

use super::{Faults, World};
use crate::genome::Genome;
use crate::random::normal;

/// A metric that moves in steps: tests passed, bytes rounded up to pages. Most changes that work alter the code and not
/// the metric; whether they lead towards the next step is not seen until it is reached. Quality is [`Plateau::RISE`]
/// times the whole part of a hidden value.
#[derive(Clone, Copy, Debug)]
pub struct Plateau;

impl Plateau {
    /// Height of a step.
    pub const RISE: f64 = 2.0;
    /// Steps to the top.
    const STEPS: f64 = 5.0;
    /// Spread of a change of the hidden value.
    const SPREAD: f64 = 0.3;
}

impl World for Plateau {
    fn baseline(&self) -> Genome {
        Genome::of(vec![0.3])
    }

    fn draft(&self, rng: &mut dyn Rng) -> Genome {
        Genome::of(vec![rng.random_range(0.0..1.5)])
    }

    fn improve(&self, parent: &Genome, rng: &mut dyn Rng) -> Genome {
        let hidden = (parent.genes[0] + Self::SPREAD * normal(rng)).clamp(0.0, Self::STEPS);
        Genome { genes: vec![hidden], ..parent.clone() }
    }

    fn quality(&self, program: &Genome) -> f64 {
        Self::RISE * program.genes[0].floor()
    }

    fn faults(&self) -> Faults {
        Faults::usual(0.1)
    }
}
