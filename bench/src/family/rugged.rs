use std::f64::consts::PI;

use rand::{Rng, RngExt};

use super::{Faults, World};
use crate::genome::Genome;

/// Many algorithms for one task: each can be polished up to a ceiling of its own, with small ups and downs on the way,
/// and how well a first version does says little about its ceiling. The ones that come to mind first are drafted most
/// often (by Zipf's law), and only one of the twelve reaches 10.
#[derive(Clone, Debug)]
pub struct Rugged {
    ceilings: Vec<f64>,
}

impl Rugged {
    /// Paradigms that can be drafted. The user's own code is of one more, which nobody drafts.
    pub const PARADIGMS: usize = 12;
    /// Ceiling of the user's own paradigm.
    pub const BASELINE_CEILING: f64 = 4.0;
    /// Probability that a change makes progress within the paradigm.
    const GAIN: f64 = 0.45;
    /// Probability that an improvement becomes another paradigm.
    const SWITCH: f64 = 0.04;
    /// Share of the progress that is carried over into another paradigm.
    const CARRIED: f64 = 0.8;
    /// Depth of the ups and downs, as a share of the ceiling.
    const RIPPLE: f64 = 0.06;

    /// The ceilings of one task: the best is 10, the others between 3 and 9, low ones more often.
    pub fn new(rng: &mut dyn Rng) -> Self {
        let mut ceilings: Vec<f64> =
            (0..Self::PARADIGMS).map(|_| 3.0 + 6.0 * rng.random::<f64>().powi(2)).collect();
        ceilings[rng.random_range(0..Self::PARADIGMS)] = 10.0;
        ceilings.push(Self::BASELINE_CEILING);
        Self { ceilings }
    }

    /// The ceiling of a paradigm.
    pub fn ceiling(&self, paradigm: u32) -> f64 {
        self.ceilings[paradigm as usize]
    }

    /// A paradigm by Zipf's law: the k-th is drawn with probability proportional to 1/k.
    fn paradigm(rng: &mut dyn Rng) -> u32 {
        let weight = |rank: usize| 1.0 / (rank + 1) as f64;
        let total: f64 = (0..Self::PARADIGMS).map(weight).sum();
        let mut left = total * rng.random::<f64>();
        for rank in 0..Self::PARADIGMS {
            left -= weight(rank);
            if left < 0.0 {
                return rank as u32;
            }
        }
        0
    }
}

impl World for Rugged {
    fn baseline(&self) -> Genome {
        Genome { paradigm: Self::PARADIGMS as u32, defects: 0, genes: vec![0.25] }
    }

    fn draft(&self, rng: &mut dyn Rng) -> Genome {
        Genome { paradigm: Self::paradigm(rng), defects: 0, genes: vec![rng.random_range(0.2..0.5)] }
    }

    fn improve(&self, parent: &Genome, rng: &mut dyn Rng) -> Genome {
        let progress = parent.genes[0];
        if rng.random_bool(Self::SWITCH) {
            return Genome {
                paradigm: Self::paradigm(rng),
                defects: 0,
                genes: vec![Self::CARRIED * progress],
            };
        }
        let changed = if rng.random_bool(Self::GAIN) {
            progress + (1.0 - progress) * rng.random_range(0.0..0.3)
        } else {
            progress - rng.random_range(0.0..0.15)
        };
        Genome { genes: vec![changed.clamp(0.0, 1.0)], ..parent.clone() }
    }

    /// One's paradigm with one's progress, each with equal chances; some of the progress is lost on the way over.
    fn cross(&self, parent: &Genome, with: &Genome, rng: &mut dyn Rng) -> Genome {
        let (code, polish) = (
            if rng.random_bool(0.5) { parent } else { with },
            if rng.random_bool(0.5) { parent } else { with },
        );
        let carried = if code.paradigm == polish.paradigm { 1.0 } else { Self::CARRIED };
        Genome { genes: vec![carried * polish.genes[0]], ..code.clone() }
    }

    fn quality(&self, program: &Genome) -> f64 {
        let progress = program.genes[0];
        self.ceiling(program.paradigm) * (progress - Self::RIPPLE * (7.0 * PI * progress).sin().powi(2))
    }

    fn faults(&self) -> Faults {
        Faults::usual(0.2)
    }
}
