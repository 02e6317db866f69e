use rand::{Rng, RngExt};

use crate::genome::Genome;

/// One task: which programs there are, how good each is, and what a proposer makes of one.
pub trait World {
    /// The user's own code. It works.
    fn baseline(&self) -> Genome;

    /// A fresh approach, as far as its landscape goes; [`Faults`] come on top.
    fn draft(&self, rng: &mut dyn Rng) -> Genome;

    /// A changed version of a program, likewise.
    fn improve(&self, parent: &Genome, rng: &mut dyn Rng) -> Genome;

    /// Two programs joined, likewise: each gene is of one or the other, with equal chances (uniform crossover, Syswerda,
    /// "Uniform crossover in genetic algorithms", 1989). Which parts are good is not known to whoever joins them.
    fn cross(&self, parent: &Genome, with: &Genome, rng: &mut dyn Rng) -> Genome {
        let genes = parent.genes.iter().zip(&with.genes);
        let either = |(own, other): (&f64, &f64)| if rng.random_bool(0.5) { *own } else { *other };
        Genome { genes: genes.map(either).collect(), ..parent.clone() }
    }

    /// What a program is worth without any error of measurement, its defects left aside; larger is better.
    fn quality(&self, program: &Genome) -> f64;

    /// How often children fail, and repairs succeed.
    fn faults(&self) -> Faults;
}

/// How often children fail, and repairs succeed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Faults {
    /// Probability that a draft or an improvement has a defect.
    pub bug: f64,
    /// Probability that one with a defect has a second.
    pub second: f64,
    /// Probability that a repair removes a defect.
    pub repair: f64,
}

impl Faults {
    /// Half of the repairs succeed, and one bug in five is two: assumed, not measured; the same for all families that
    /// are not about bugs.
    pub fn usual(bug: f64) -> Self {
        Self { bug, second: 0.2, repair: 0.5 }
    }

    /// Defects of a new draft or improvement. Always takes two draws, so that what is drawn next is the same.
    pub fn strike(&self, rng: &mut dyn Rng) -> u32 {
        let (first, second) = (rng.random_bool(self.bug), rng.random_bool(self.second));
        u32::from(first) + u32::from(first && second)
    }

    /// A repaired version: its genes are as before, and one defect less with luck.
    pub fn repaired(&self, broken: &Genome, rng: &mut dyn Rng) -> Genome {
        let removed = u32::from(rng.random_bool(self.repair));
        Genome { defects: broken.defects.saturating_sub(removed), ..broken.clone() }
    }
}
