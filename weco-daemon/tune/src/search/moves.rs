//! Ways to make a new version from the known ones.

use super::archive::Point;
use super::credit::Credit;
use super::random::Random;
use super::space::{Space, real};

/// What moves are made with.
pub(super) struct Moves<'a> {
    pub(super) space: &'a Space,
    pub(super) credit: &'a Credit,
    pub(super) elites: &'a [Point],
    pub(super) weights: Vec<f64>,
}

/// A way to make a candidate.
type Move<'a> = fn(&Moves<'a>, &mut Random) -> Candidate;

/// A place to try: where, how exact each gene is meant, and which version it starts from.
pub(super) struct Candidate {
    pub(super) genes: Vec<f64>,
    pub(super) grain: Vec<f64>,
    pub(super) from: usize,
}

impl<'a> Moves<'a> {
    /// A candidate of any kind.
    pub(super) fn any(&self, random: &mut Random) -> Candidate {
        let kinds: [(f64, Move<'a>); 7] = [
            (3.0, Self::few),
            (2.5, Self::all),
            (1.2, Self::jump),
            (1.5, Self::cross),
            (1.2, Self::difference),
            (0.8, Self::onward),
            (0.3, Self::anywhere),
        ];
        let chosen = random.weighted(&kinds.map(|(weight, _)| weight));
        (kinds[chosen].1)(self, random)
    }

    /// Changes so many of the literals with these weights, to learn what they do.
    pub(super) fn probe(&self, count: usize, mut weights: Vec<f64>, random: &mut Random) -> Candidate {
        let mut candidate = self.start(0);
        for _ in 0..count {
            let literal = random.weighted(&weights);
            weights[literal] = 0.0;
            self.shift(&mut candidate, literal, 1.5, random);
        }
        candidate
    }

    /// One of the good versions, the better the more often.
    fn pick(&self, random: &mut Random) -> usize {
        if random.chance(0.6) {
            return 0;
        }
        let spread = random.unit();
        #[expect(
            clippy::as_conversions,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and the count"
        )]
        let rank = (spread * spread * real(self.elites.len())) as usize;
        rank.min(self.elites.len().saturating_sub(1))
    }

    fn start(&self, from: usize) -> Candidate {
        let genes = self.elites[from].genes.clone();
        let grain = self.credit.records.iter().map(|record| record.step * 0.3).collect();
        Candidate { genes, grain, from }
    }

    /// Moves a literal by about its step; at least to the next value.
    fn shift(&self, candidate: &mut Candidate, literal: usize, scale: f64, random: &mut Random) {
        let dim = &self.space.dims[literal];
        let step = self.credit.records[literal].step * scale;
        let gene = candidate.genes[literal];
        if !dim.metric {
            candidate.genes[literal] = self.other_choice(literal, gene, random);
            return;
        }
        let mut delta = step * random.normal();
        if delta.abs() < dim.grain() {
            delta = dim.grain().copysign(delta);
        }
        if random.chance(0.8) {
            let times = if delta.abs() > 2.5 * step { 2.0 } else { 1.0 };
            delta = dim.doubled(0.0, times).map_or(delta, |length| length.copysign(delta));
        }
        candidate.grain[literal] = delta.abs().min(candidate.grain[literal]);
        // A bound is reflected once, then holds.
        let moved = gene + delta;
        let moved = if (0.0..=1.0).contains(&moved) || random.chance(0.5) { moved } else { gene - delta };
        candidate.genes[literal] = moved.clamp(0.0, 1.0);
    }

    fn other_choice(&self, literal: usize, gene: f64, random: &mut Random) -> f64 {
        let levels = self.space.dims[literal].levels().unwrap_or(1);
        let last = real(levels.saturating_sub(1).max(1));
        let drawn = real(random.index(levels.saturating_sub(1))) / last;
        // The present choice is skipped.
        if drawn >= gene - 1e-9 { drawn + 1.0 / last } else { drawn }
    }

    /// One to three literals, those that pay more often.
    fn few(&self, random: &mut Random) -> Candidate {
        let mut candidate = self.start(self.pick(random));
        let mut weights = self.weights.clone();
        let count = 1 + random.weighted(&[0.45, 0.35, 0.2]);
        for _ in 0..count.min(weights.len()) {
            let literal = random.weighted(&weights);
            weights[literal] = 0.0;
            self.shift(&mut candidate, literal, 1.0, random);
        }
        candidate
    }

    /// Many literals, each a little.
    fn all(&self, random: &mut Random) -> Candidate {
        let mut candidate = self.start(self.pick(random));
        let count = self.space.dims.len();
        let mean = self.weights.iter().sum::<f64>() / real(count);
        let share = (6.0 / real(count)).min(1.0);
        let scale = random.unit() * 1.2;
        for literal in 0..count {
            let share = share * (0.3 + 0.7 * self.weights[literal] / mean).min(1.5);
            let wanted = if self.space.dims[literal].metric { share } else { share * 0.25 };
            if random.chance(wanted) {
                self.shift(&mut candidate, literal, scale, random);
            }
        }
        candidate
    }

    /// One literal anywhere in its range.
    fn jump(&self, random: &mut Random) -> Candidate {
        let mut candidate = self.start(self.pick(random));
        let literal = random.weighted(&self.weights);
        candidate.genes[literal] = random.unit();
        candidate
    }

    /// Each literal from one of two good versions.
    fn cross(&self, random: &mut Random) -> Candidate {
        let (one, other) = (self.pick(random), random.index(self.elites.len()));
        let mut candidate = self.start(one);
        let share = 0.2 + 0.6 * random.unit();
        for (gene, theirs) in candidate.genes.iter_mut().zip(&self.elites[other].genes) {
            if random.chance(share) {
                *gene = *theirs;
            }
        }
        candidate.grain.fill(1e-6);
        candidate
    }

    /// A good version, moved as two others differ (differential evolution).
    fn difference(&self, random: &mut Random) -> Candidate {
        let good = (self.elites.len() / 2).max(2).min(self.elites.len());
        let mut candidate = self.start(self.pick(random));
        let (plus, minus) = (&self.elites[random.index(good)], &self.elites[random.index(self.elites.len())]);
        let factor = 0.3 + 0.7 * random.unit();
        for (literal, gene) in candidate.genes.iter_mut().enumerate() {
            if self.space.dims[literal].metric {
                *gene = (*gene + factor * (plus.genes[literal] - minus.genes[literal])).clamp(0.0, 1.0);
            } else if random.chance(0.3) {
                *gene = plus.genes[literal];
            }
        }
        candidate
    }

    /// On in the direction that led to a good version.
    fn onward(&self, random: &mut Random) -> Candidate {
        let from = self.pick(random);
        let mut candidate = self.start(from);
        let factor = 0.3 + 1.7 * random.unit();
        for (literal, delta) in self.elites[from].step.iter().enumerate() {
            if self.space.dims[literal].metric {
                candidate.genes[literal] = (candidate.genes[literal] + factor * delta).clamp(0.0, 1.0);
            }
        }
        candidate
    }

    /// Anywhere at all.
    fn anywhere(&self, random: &mut Random) -> Candidate {
        let mut candidate = self.start(0);
        candidate.genes.iter_mut().for_each(|gene| *gene = random.unit());
        candidate.grain.fill(0.05);
        candidate
    }
}
