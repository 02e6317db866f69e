use rand::{Rng, RngExt};

use super::{Faults, World};
use crate::genome::Genome;
use crate::random::normal;

/// A redesign that is slower at first than what it replaces. The mean `m` of three design choices decides: below
/// [`Deceptive::PASS`] quality rises towards `m = 0`, where it ends at [`Deceptive::LOCAL`]; above, it rises from 0 to
/// 10 at `m = 1`. Most of the space, and the baseline in it, lead to the lesser end (the trap function of Deb and
/// Goldberg, "Analyzing deception in trap functions", 1993).
#[derive(Clone, Copy, Debug)]
pub struct Deceptive;

impl Deceptive {
    /// Where the two slopes meet, at quality 0.
    pub const PASS: f64 = 0.7;
    /// Quality at the lesser end.
    pub const LOCAL: f64 = 6.0;
    /// Design choices; each change moves one.
    pub const CHOICES: usize = 3;
    /// Spread of one change.
    const STEP: f64 = 0.12;
}

impl World for Deceptive {
    fn baseline(&self) -> Genome {
        Genome::of(vec![0.5; Self::CHOICES])
    }

    fn draft(&self, rng: &mut dyn Rng) -> Genome {
        Genome::of((0..Self::CHOICES).map(|_| rng.random()).collect())
    }

    fn improve(&self, parent: &Genome, rng: &mut dyn Rng) -> Genome {
        let mut child = parent.clone();
        let choice = &mut child.genes[rng.random_range(0..Self::CHOICES)];
        *choice = (*choice + Self::STEP * normal(rng)).clamp(0.0, 1.0);
        child
    }

    fn quality(&self, program: &Genome) -> f64 {
        let mean = program.genes.iter().sum::<f64>() / Self::CHOICES as f64;
        if mean < Self::PASS {
            Self::LOCAL * (Self::PASS - mean) / Self::PASS
        } else {
            10.0 * (mean - Self::PASS) / (1.0 - Self::PASS)
        }
    }

    fn faults(&self) -> Faults {
        Faults::usual(0.15)
    }
}
