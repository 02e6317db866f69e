//! Puts the parts together: learns from results, and draws the next version.

use std::collections::HashSet;

use super::archive::{Archive, Point};
use super::credit::Credit;
use super::model::Model;
use super::moves::{Candidate, Moves};
use super::random::Random;
use super::space::{Space, key, real};
use crate::error::Exhausted;
use crate::literal::{Literal, Value};

/// Candidates that the model compares for one draw,
const POOL: usize = 64;
/// fewer where each costs more, so that a draw costs about the same with many literals.
const POOL_GENES: usize = 1000;
/// Draws that try untried literals, while there are any,
const EAGER: f64 = 0.7;
/// of which so many are to be enough.
const PROBES: usize = 8;
/// Draws that the model has no say in, so that its mistakes do not last,
const UNGUIDED: f64 = 0.08;
/// and how many more if it explains nothing.
const UNSKILLED: f64 = 0.35;

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

/// The state of a search.
#[derive(Clone, Debug)]
pub(crate) struct Searcher {
    space: Space,
    /// The baseline, the place to start while nothing has a score.
    home: Point,
    archive: Archive,
    credit: Credit,
    model: Model,
    /// Every version observed or under way.
    seen: HashSet<u64>,
    /// How many of these lie within the space.
    inside: usize,
    observed: u64,
}

impl Searcher {
    pub(crate) fn new(literals: &[Literal]) -> Self {
        let space = Space::new(literals);
        let values: Vec<Value> = literals.iter().map(|literal| literal.baseline).collect();
        let home = Point { node: 0, genes: space.genes(&values), values, score: None, step: Vec::new() };
        let (credit, model) = (Credit::new(&space, literals), Model::new(&space));
        let mut searcher = Self {
            space,
            home,
            archive: Archive::default(),
            credit,
            model,
            seen: HashSet::new(),
            inside: 0,
            observed: 0,
        };
        let home = searcher.home.values.clone();
        searcher.reserve(&home);
        searcher
    }

    /// Marks a version as under way. Says whether it was new.
    pub(crate) fn reserve(&mut self, values: &[Value]) -> bool {
        let new = self.seen.insert(key(values));
        if new && self.space.contains(values) {
            self.inside += 1;
        }
        new
    }

    /// Learns a version's score; `None` if it did not work.
    pub(crate) fn observe(&mut self, node: u32, values: Vec<Value>, score: Option<f64>) {
        self.reserve(&values);
        self.observed += 1;
        let score = score.filter(|score| score.is_finite());
        let genes = self.space.genes(&values);
        let origin = self.archive.origin(&genes).unwrap_or(&self.home);
        let step: Vec<f64> = genes.iter().zip(&origin.genes).map(|(new, old)| new - old).collect();
        let gained = match (score, origin.score) {
            (Some(new), Some(old)) => new > old,
            (Some(_), None) => true,
            (None, _) => false,
        };
        self.credit.learn(&step, gained);
        self.credit.count_failure(score.is_none());
        let best = self.archive.insert(Point { node, values, genes, score, step });
        self.credit.count(best);
        self.credit.refresh();
        let (genes, targets) = lesson(&self.archive);
        self.model.learn(&genes, &targets);
    }

    /// The next version to try: new, and the same for the same results and seed.
    ///
    /// # Errors
    /// [`Exhausted`] when there is no new version.
    pub(crate) fn draw(&mut self, seed: u64) -> Result<Draw, Exhausted> {
        if self.space.size.is_some_and(|size| self.inside >= size) {
            return Err(Exhausted { versions: self.inside });
        }
        let mut random = Random::new(seed, self.observed);
        let draw = self.searched(&mut random).or_else(|| self.leftover(&mut random));
        let draw = draw.ok_or(Exhausted { versions: self.inside })?;
        self.reserve(&draw.values);
        Ok(draw)
    }

    fn searched(&self, random: &mut Random) -> Option<Draw> {
        let home = std::slice::from_ref(&self.home);
        let elites = if self.archive.elites.is_empty() { home } else { &self.archive.elites };
        let moves = Moves { space: &self.space, credit: &self.credit, elites, weights: self.weights() };
        if let Some(draw) = self.probe(&moves, random) {
            return Some(draw);
        }
        let count = POOL.min(POOL_GENES / self.space.dims.len().max(1)).max(16);
        let pool: Vec<Draw> = (0..count).filter_map(|_| self.fresh(&moves, &moves.any(random))).collect();
        if self.archive.elites.len() < 3 || random.chance(UNGUIDED + UNSKILLED * (1.0 - self.model.skill())) {
            return pool.into_iter().next();
        }
        let (genes, targets) = lesson(&self.archive);
        let best = targets.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let fit = self.model.fit(genes, &targets);
        let value = |draw: &Draw| {
            let (mean, deviation) = fit.predict(&self.space.genes(&draw.values));
            expected_gain(mean - best, deviation)
        };
        let mut chosen: Option<(f64, Draw)> = None;
        for draw in pool {
            let worth = value(&draw);
            if chosen.as_ref().is_none_or(|(most, _)| worth > *most) {
                chosen = Some((worth, draw));
            }
        }
        chosen.map(|(_, draw)| draw)
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
    fn probe(&self, moves: &Moves<'_>, random: &mut Random) -> Option<Draw> {
        let waiting: Vec<f64> = (self.credit.records.iter().zip(&moves.weights))
            .map(|(record, weight)| if record.trials == 0 { weight * weight } else { 0.0 })
            .collect();
        let left = waiting.iter().filter(|weight| **weight > 0.0).count();
        if left == 0 || !random.chance(EAGER) {
            return None;
        }
        let group = if self.credit.failing() { 1 } else { left.div_ceil(PROBES) };
        (0..4).find_map(|_| self.fresh(moves, &moves.probe(group, waiting.clone(), random)))
    }

    /// The candidate as a version, if it is new.
    fn fresh(&self, moves: &Moves<'_>, candidate: &Candidate) -> Option<Draw> {
        let origin = &moves.elites[candidate.from];
        let places = self
            .space
            .dims
            .iter()
            .zip(candidate.genes.iter().zip(&candidate.grain))
            .zip(origin.genes.iter().zip(&origin.values));
        let values: Vec<Value> = places
            .map(
                |((dim, (gene, grain)), (old, value))| {
                    if gene == old { *value } else { dim.value(*gene, *grain) }
                },
            )
            .collect();
        let scored = origin.score.is_some();
        (!self.seen.contains(&key(&values))).then(|| Draw {
            values,
            from: scored.then_some(origin.node),
            origin: origin.values.clone(),
        })
    }

    /// When moves find nothing new: random versions, and in a finite space all in turn.
    fn leftover(&self, random: &mut Random) -> Option<Draw> {
        let draw = |values: Vec<Value>| {
            let new = !self.seen.contains(&key(&values)) && self.space.contains(&values);
            new.then(|| Draw { values, from: None, origin: self.home.values.clone() })
        };
        let tried = (0..64)
            .find_map(|_| draw(self.space.dims.iter().map(|dim| dim.value(random.unit(), 1e-6)).collect()));
        let size = self.space.size;
        tried.or_else(|| {
            let size = size?;
            let first = random.index(size);
            (0..=self.seen.len()).find_map(|offset| draw(self.space.nth((first + offset) % size)))
        })
    }
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

/// Expected improvement (Močkus 1975) for a mean that far above the best, and a deviation.
fn expected_gain(above: f64, deviation: f64) -> f64 {
    let z = above / deviation;
    let density = (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt();
    // Logistic approximation of the normal distribution function, exact to 0.01.
    let below = 1.0 / (1.0 + (-1.702 * z).exp());
    deviation * (z * below + density)
}
