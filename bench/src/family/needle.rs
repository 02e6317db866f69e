use rand::{Rng, RngExt};

use super::{Faults, World};
use crate::genome::Genome;

/// A few insights are worth almost everything, and most changes are polish: the missing cache, the loop that need not
/// be there. Of [`Needle::IDEAS`] changes that look alike, [`Needle::NEEDLES`] give 2.2 each, once; the rest of the
/// scale, 1.2, is polish, which goes up and down.
#[derive(Clone, Copy, Debug)]
pub struct Needle;

impl Needle {
    /// Insights there are.
    pub const NEEDLES: usize = 4;
    /// Ideas that a proposer chooses from.
    pub const IDEAS: usize = 40;
    /// What an insight is worth.
    pub const WORTH: f64 = 2.2;
    /// What perfect polish is worth.
    const POLISH: f64 = 1.2;

    /// Puts an idea, drawn uniformly, into a program; whether it was an insight.
    fn try_idea(genes: &mut [f64], rng: &mut dyn Rng) -> bool {
        let idea = rng.random_range(0..Self::IDEAS);
        let is_new = idea < Self::NEEDLES && genes[idea] == 0.0;
        if is_new {
            genes[idea] = 1.0;
        }
        is_new
    }
}

impl World for Needle {
    fn baseline(&self) -> Genome {
        Genome::of(vec![0.0, 0.0, 0.0, 0.0, 0.2])
    }

    fn draft(&self, rng: &mut dyn Rng) -> Genome {
        let mut genes = vec![0.0, 0.0, 0.0, 0.0, rng.random_range(0.0..0.4)];
        Self::try_idea(&mut genes, rng);
        Genome::of(genes)
    }

    fn improve(&self, parent: &Genome, rng: &mut dyn Rng) -> Genome {
        let mut child = parent.clone();
        if !Self::try_idea(&mut child.genes, rng) {
            let polish = &mut child.genes[Self::NEEDLES];
            *polish += if rng.random_bool(0.3) {
                (1.0 - *polish) * rng.random_range(0.0..0.3)
            } else {
                -*polish * rng.random_range(0.0..0.2)
            };
        }
        child
    }

    fn quality(&self, program: &Genome) -> f64 {
        let (needles, polish) = program.genes.split_at(Self::NEEDLES);
        Self::WORTH * needles.iter().sum::<f64>() + Self::POLISH * polish.iter().sum::<f64>()
    }

    fn faults(&self) -> Faults {
        Faults::usual(0.25)
    }
}
