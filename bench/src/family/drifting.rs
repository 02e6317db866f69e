use rand::{Rng, RngExt};

use super::{Faults, World};
use crate::genome::Genome;
use crate::random::normal;

/// A proposer that is only so good: it lifts poor code easily and spoils good code as a rule, so that what is better
/// than its own level is reached by keeping its lucky children. A change adds a normal draw whose mean falls with the
/// quality: the Ornstein-Uhlenbeck process in discrete time, with its level at
/// [`Drifting::LIFT`]/[`Drifting::PULL`] ≈ 3.3.
#[derive(Clone, Copy, Debug)]
pub struct Drifting;

impl Drifting {
    /// Mean change of a program that is worth 0.
    pub const LIFT: f64 = 0.6;
    /// How much less the mean change is for each point of quality.
    pub const PULL: f64 = 0.18;
    /// Spread of a change.
    const SPREAD: f64 = 0.5;
}

impl World for Drifting {
    fn baseline(&self) -> Genome {
        Genome::of(vec![1.0])
    }

    fn draft(&self, rng: &mut dyn Rng) -> Genome {
        Genome::of(vec![rng.random_range(0.0..3.0)])
    }

    fn improve(&self, parent: &Genome, rng: &mut dyn Rng) -> Genome {
        let before = parent.genes[0];
        let change = Self::LIFT - Self::PULL * before + Self::SPREAD * normal(rng);
        Genome { genes: vec![(before + change).min(10.0)], ..parent.clone() }
    }

    fn quality(&self, program: &Genome) -> f64 {
        program.genes[0]
    }

    fn faults(&self) -> Faults {
        Faults::usual(0.15)
    }
}
