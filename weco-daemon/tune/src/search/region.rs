//! One climb: the versions around a start, what was learned from them, and the next to try.

use std::collections::VecDeque;

use super::archive::{Archive, Point};
use super::credit::Credit;
use super::model::Model;
use super::moves::{Candidate, Moves};
use super::random::Random;
use super::space::{Space, real};
use crate::literal::{Literal, Value};

/// Candidates that the model compares for one draw,
const POOL: usize = 64;
/// fewer where each costs more, so that a draw costs about the same with many literals.
const POOL_GENES: usize = 1000;
/// A climb looks around first: of its first so many results (and half as many as there are literals)
const EARLY: usize = 12;
/// this share is from anywhere.
const SCOUTING: f64 = 0.3;
/// Draws that try untried literals, while there are any,
const EAGER: f64 = 0.7;
/// of which so many are to be enough.
const PROBES: usize = 8;
/// Draws that the model has no say in, so that its mistakes do not last,
const UNGUIDED: f64 = 0.08;
/// and how many more if it explains nothing.
const UNSKILLED: f64 = 0.35;
/// The most that a standard deviation counts for.
const CURIOSITY: f64 = 2.0;
/// A climb is stuck when the best gained less, while its patience lasted, than this share of how far
/// the versions of that time fell behind it.
const STUCK: f64 = 0.06;

/// How many first results are remembered for comparison: as many as a challenger can have.
const START: usize = 256;

/// A version to try.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Draw {
    /// Its literals' values.
    pub(crate) values: Vec<Value>,
    /// The node it starts from.
    pub(crate) from: Option<u32>,
    /// That node's values.
    pub(crate) origin: Vec<Value>,
}

/// A climb's state.
#[derive(Clone, Debug)]
pub(super) struct Region {
    archive: Archive,
    credit: Credit,
    model: Model,
    /// Results so far.
    pub(super) results: usize,
    /// The latest scores, and the best before each.
    window: VecDeque<(f64, f64)>,
    /// The best score after each of the first results.
    start: Vec<f64>,
}

impl Region {
    pub(super) fn new(space: &Space, literals: &[Literal]) -> Self {
        Self {
            archive: Archive::default(),
            credit: Credit::new(space, literals),
            model: Model::new(space),
            results: 0,
            window: VecDeque::new(),
            start: Vec::new(),
        }
    }

    /// The best version's score.
    pub(super) fn best(&self) -> f64 {
        self.archive.elites.first().and_then(|point| point.score).unwrap_or(f64::NEG_INFINITY)
    }

    /// Learns a result.
    pub(super) fn observe(&mut self, home: &Point, point: Point) {
        self.results += 1;
        let origin = self.archive.origin(&point.genes).unwrap_or(home);
        let step: Vec<f64> = point.genes.iter().zip(&origin.genes).map(|(new, old)| new - old).collect();
        let gained = match (point.score, origin.score) {
            (Some(new), Some(old)) => new > old,
            (Some(_), None) => true,
            (None, _) => false,
        };
        self.credit.learn(&step, gained);
        self.credit.count_failure(point.score.is_none());
        self.remember(point.score);
        let best = self.archive.insert(Point { step, ..point });
        if self.start.len() < START {
            self.start.push(self.best());
        }
        self.credit.count(best);
        self.credit.refresh();
        let (genes, targets) = lesson(&self.archive);
        self.model.learn(&genes, &targets);
    }

    fn remember(&mut self, score: Option<f64>) {
        if self.window.len() == patience(self.credit.records.len()) {
            self.window.pop_front();
        }
        // What did not work fell behind, but by how much is unknown.
        let best = self.best();
        self.window.push_back((score.unwrap_or(best), best));
    }

    /// Whether it has hardly got on for a while.
    pub(super) fn stuck(&self) -> bool {
        if self.window.len() < patience(self.credit.records.len()) {
            return false;
        }
        let best = self.best();
        let mut behind: Vec<f64> = self.window.iter().map(|(score, _)| best - score).collect();
        behind.sort_by(f64::total_cmp);
        let gain = self.window.front().map_or(0.0, |(_, then)| best - then);
        gain <= STUCK * behind[behind.len() / 2]
    }

    /// Whether this climb has come no higher than another had after as many results.
    pub(super) fn is_behind(&self, other: &Self) -> bool {
        let then = self.results.checked_sub(1).and_then(|at| other.start.get(at));
        then.is_some_and(|then| self.best() <= *then)
    }

    /// Gives it another while.
    pub(super) fn encourage(&mut self) {
        self.window.clear();
        self.credit.lengthen();
    }

    /// A version that `is_new`; `None` if none was found.
    pub(super) fn draw(
        &self,
        space: &Space,
        home: &Point,
        is_new: &dyn Fn(&[Value]) -> bool,
        random: &mut Random,
    ) -> Option<Draw> {
        let home = std::slice::from_ref(home);
        let elites = if self.archive.elites.is_empty() { home } else { &self.archive.elites };
        let moves = Moves { space, credit: &self.credit, elites, weights: self.weights() };
        let fresh = |candidate: &Candidate| realise(&moves, candidate).filter(|draw| is_new(&draw.values));
        let early = self.results < EARLY + space.dims.len() / 2 && !self.credit.failing();
        if early && random.chance(SCOUTING) {
            return self.anywhere(space, &home[0], is_new, random);
        }
        if let Some(probe) = self.probe(&moves, random)
            && let Some(draw) = fresh(&probe)
        {
            return Some(draw);
        }
        let count = POOL.min(POOL_GENES / space.dims.len().max(1)).max(16);
        let pool: Vec<Draw> = (0..count).filter_map(|_| fresh(&moves.any(random))).collect();
        if self.archive.elites.len() < 3 || random.chance(UNGUIDED + UNSKILLED * (1.0 - self.model.skill())) {
            return pool.into_iter().next();
        }
        self.most_promising(space, pool, random)
    }

    /// A version from anywhere, to begin with; literals whose range nobody vouches for mostly stay.
    pub(super) fn anywhere(
        &self,
        space: &Space,
        home: &Point,
        is_new: &dyn Fn(&[Value]) -> bool,
        random: &mut Random,
    ) -> Option<Draw> {
        let draw =
            |random: &mut Random| {
                let places = space.dims.iter().zip(&self.credit.records).zip(&home.values);
                let values = places.map(|((dim, record), value)| {
                    if random.chance(record.trust) { dim.value(random.unit(), 0.05) } else { *value }
                });
                Draw {
                    values: values.collect(),
                    from: home.score.map(|_| home.node),
                    origin: home.values.clone(),
                }
            };
        (0..16).map(|_| draw(random)).find(|draw| is_new(&draw.values))
    }

    /// The version of the pool that the model expects most of, uncertainty counted in its favour.
    fn most_promising(&self, space: &Space, pool: Vec<Draw>, random: &mut Random) -> Option<Draw> {
        let (genes, targets) = lesson(&self.archive);
        let fit = self.model.fit(genes, &targets);
        // Mostly little, so that the climb gets on; at times much, so that it learns.
        let curiosity = CURIOSITY * random.unit() * random.unit();
        let worth = |draw: &Draw| {
            let (mean, deviation) = fit.predict(&space.genes(&draw.values));
            mean + curiosity * deviation
        };
        let rated = pool.into_iter().map(|draw| (worth(&draw), draw));
        rated.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, draw)| draw)
    }

    /// How worthwhile each literal is to change: by its gains, and by how much it matters at all.
    fn weights(&self) -> Vec<f64> {
        let relevance = self.model.relevance();
        self.credit
            .weights()
            .iter()
            .zip(relevance)
            .map(|(weight, relevance)| weight * (0.1 + relevance))
            .collect()
    }

    /// At first most draws try literals that were not tried yet, best kinds first: one alone, or several
    /// at once where there are many, unless versions tend to fail.
    fn probe(&self, moves: &Moves<'_>, random: &mut Random) -> Option<Candidate> {
        let waiting: Vec<f64> = (self.credit.records.iter().zip(&moves.weights))
            .map(|(record, weight)| if record.trials == 0 { weight * weight } else { 0.0 })
            .collect();
        let left = waiting.iter().filter(|weight| **weight > 0.0).count();
        if left == 0 || !random.chance(EAGER) {
            return None;
        }
        let group = if self.credit.failing() { 1 } else { left.div_ceil(PROBES) };
        Some(moves.probe(group, waiting, random))
    }
}

/// Results that a climb with so many literals may go without getting on.
pub(super) fn patience(literals: usize) -> usize {
    14 + 2 * literals.min(16)
}

/// The candidate as a version; `None` if it is the one it starts from.
fn realise(moves: &Moves<'_>, candidate: &Candidate) -> Option<Draw> {
    let origin = &moves.elites[candidate.from];
    let places = candidate.genes.iter().zip(&candidate.grain).zip(origin.genes.iter().zip(&origin.values));
    let values: Vec<Value> = moves
        .space
        .dims
        .iter()
        .zip(places)
        .map(
            |(dim, ((gene, grain), (old, value)))| {
                if gene == old { *value } else { dim.value(*gene, *grain) }
            },
        )
        .collect();
    let from = origin.score.map(|_| origin.node);
    (values != origin.values).then(|| Draw { values, from, origin: origin.values.clone() })
}

/// What the model learns from: places and targets. Scores count by rank, so that neither their unit nor
/// a disaster among them matters; what did not work is as bad as the worst.
fn lesson(archive: &Archive) -> (Vec<&[f64]>, Vec<f64>) {
    let mut scored: Vec<&Point> = archive.scored().collect();
    scored.sort_by(|a, b| {
        b.score.unwrap_or(f64::NEG_INFINITY).total_cmp(&a.score.unwrap_or(f64::NEG_INFINITY))
    });
    let count = real(scored.len());
    let mut targets: Vec<f64> =
        (0..scored.len()).map(|rank| normal_quantile(1.0 - (real(rank) + 0.5) / count)).collect();
    let worst = targets.last().copied().unwrap_or(-1.0);
    let mut genes: Vec<&[f64]> = scored.iter().map(|point| point.genes.as_slice()).collect();
    for point in archive.failed() {
        genes.push(&point.genes);
        targets.push(worst);
    }
    (genes, targets)
}

/// Inverse of the standard normal distribution, to three digits (Tukey's lambda approximation).
fn normal_quantile(p: f64) -> f64 {
    4.91 * (p.powf(0.14) - (1.0 - p).powf(0.14))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_normal_distribution() {
        for (p, expected) in [(0.5, 0.0), (0.841_34, 1.0), (0.025, -1.96), (0.99, 2.326)] {
            assert!((normal_quantile(p) - expected).abs() < 0.03, "{p}");
        }
    }
}
