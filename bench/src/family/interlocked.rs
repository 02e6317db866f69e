use rand::{Rng, RngExt};

use super::{Faults, World};
use crate::genome::Genome;

/// Decisions that depend on each other: layout, precision, order of loops. Each of [`Interlocked::SWITCHES`] switches
/// contributes according to its own setting and that of the [`Interlocked::NEIGHBOURS`] after it, so that a change
/// undoes what others had gained and there are many local optima (the NK model of Kauffman and Levin, "Towards a
/// general theory of adaptive walks on rugged landscapes", 1987). Scaled so that a random program is worth 0 on
/// average and the best one 10; the user's own is the most average of all.
#[derive(Clone, Debug)]
pub struct Interlocked {
    contributions: Vec<[f64; 1 << (Self::NEIGHBOURS + 1)]>,
    mean: f64,
    best: f64,
    baseline: usize,
}

impl Interlocked {
    /// Switches (the model's N).
    pub const SWITCHES: usize = 14;
    /// Others that each depends on (the model's K).
    pub const NEIGHBOURS: usize = 5;
    /// Probability that a change throws two switches and not one.
    const TWO: f64 = 0.3;

    /// The contributions of one task.
    pub fn new(rng: &mut dyn Rng) -> Self {
        let contributions = (0..Self::SWITCHES).map(|_| std::array::from_fn(|_| rng.random())).collect();
        let mut task = Self { contributions, mean: 0.0, best: 1.0, baseline: 0 };
        let all: Vec<f64> = (0..1 << Self::SWITCHES).map(|settings| task.sum(settings)).collect();
        task.mean = all.iter().sum::<f64>() / all.len() as f64;
        let distance = |settings: &usize| (all[*settings] - task.mean).abs();
        task.baseline =
            (0..all.len()).min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap_or(task.baseline);
        task.best = all.iter().copied().fold(f64::MIN, f64::max);
        task
    }

    /// The sum of all contributions, switch `i` being bit `i` of `settings`.
    fn sum(&self, settings: usize) -> f64 {
        let around = settings | settings << Self::SWITCHES;
        let mask = (1 << (Self::NEIGHBOURS + 1)) - 1;
        self.contributions.iter().enumerate().map(|(switch, worth)| worth[around >> switch & mask]).sum()
    }
}

impl World for Interlocked {
    fn baseline(&self) -> Genome {
        Genome::of((0..Self::SWITCHES).map(|switch| (self.baseline >> switch & 1) as f64).collect())
    }

    fn draft(&self, rng: &mut dyn Rng) -> Genome {
        Genome::of((0..Self::SWITCHES).map(|_| f64::from(u8::from(rng.random_bool(0.5)))).collect())
    }

    fn improve(&self, parent: &Genome, rng: &mut dyn Rng) -> Genome {
        let mut child = parent.clone();
        for _ in 0..1 + u32::from(rng.random_bool(Self::TWO)) {
            let switch = &mut child.genes[rng.random_range(0..Self::SWITCHES)];
            *switch = 1.0 - *switch;
        }
        child
    }

    fn quality(&self, program: &Genome) -> f64 {
        let on = |(switch, gene): (usize, &f64)| usize::from(*gene != 0.0) << switch;
        let settings = program.genes.iter().enumerate().map(on).sum();
        10.0 * (self.sum(settings) - self.mean) / (self.best - self.mean)
    }

    fn faults(&self) -> Faults {
        Faults::usual(0.2)
    }
}
