//! The whole search: one climb, and from time to time another from elsewhere that may take its place.

use std::collections::HashSet;

use super::archive::Point;
use super::random::Random;
use super::region::{Draw, Region, patience};
use super::space::{Space, key};
use crate::error::Exhausted;
use crate::literal::{Literal, Value};

/// Results after its scouts for which a challenger may lag.
const WARM_UP: usize = 6;

/// The state of a search.
#[derive(Clone, Debug)]
pub(crate) struct Searcher {
    space: Space,
    /// The baseline.
    home: Point,
    /// The climb that has come highest.
    leader: Region,
    /// One begun elsewhere because the leader was stuck. Which of the two a result belongs to follows from
    /// the results before it, so that stored results taken in again after a restart tell the same.
    challenger: Option<Region>,
    /// A region that knows nothing.
    blank: Region,
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
        let blank = Region::new(&space, literals);
        let leader = blank.clone();
        let seen = HashSet::new();
        let mut searcher =
            Self { space, home, leader, challenger: None, blank, seen, inside: 0, observed: 0 };
        let home = searcher.home.values.clone();
        searcher.reserve(&home);
        searcher
    }

    /// Marks a version as under way.
    pub(crate) fn reserve(&mut self, values: &[Value]) {
        if self.seen.insert(key(values)) && self.space.contains(values) {
            self.inside += 1;
        }
    }

    /// Learns a version's score; `None` if it did not work.
    pub(crate) fn observe(&mut self, node: u32, values: Vec<Value>, score: Option<f64>) {
        self.reserve(&values);
        self.observed += 1;
        let score = score.filter(|score| score.is_finite());
        if values == self.home.values {
            self.home.node = node;
            self.home.score = score;
        }
        let point = Point { node, genes: self.space.genes(&values), values, score, step: Vec::new() };
        let region = self.challenger.as_mut().unwrap_or(&mut self.leader);
        region.observe(&self.home, point);
        self.referee();
    }

    /// Begins, ends or crowns a challenger.
    fn referee(&mut self) {
        let Some(challenger) = self.challenger.take() else {
            if self.leader.stuck() {
                self.challenger = Some(self.blank.clone());
            }
            return;
        };
        let warm = self.scouts() + WARM_UP;
        let longest = self.scouts() + 3 * patience(self.space.dims.len());
        let late = challenger.results > warm && challenger.is_behind(&self.leader);
        if challenger.best() > self.leader.best() {
            self.leader = challenger;
        } else if late || challenger.stuck() || challenger.results > longest {
            self.leader.encourage();
        } else {
            self.challenger = Some(challenger);
        }
    }

    /// How many versions from anywhere a challenger begins with.
    fn scouts(&self) -> usize {
        4 + self.space.dims.len().min(12)
    }

    /// The next version to try: new, and the same for the same results and seed.
    ///
    /// # Errors
    /// [`Exhausted`] when there is no new version.
    pub(crate) fn draw(&mut self, seed: u64) -> Result<Draw, Exhausted> {
        let exhausted = Exhausted { versions: self.inside };
        if self.space.size.is_some_and(|size| self.inside >= size) {
            return Err(exhausted);
        }
        let mut random = Random::new(seed, self.observed);
        let is_new = |values: &[Value]| !self.seen.contains(&key(values));
        let drawn = match &self.challenger {
            Some(region) if region.results < self.scouts() => {
                region.anywhere(&self.space, &self.home, &is_new, &mut random)
            }
            Some(region) => region.draw(&self.space, &self.home, &is_new, &mut random),
            None => self.leader.draw(&self.space, &self.home, &is_new, &mut random),
        };
        let draw = drawn.or_else(|| self.leftover(&mut random)).ok_or(exhausted)?;
        self.reserve(&draw.values);
        Ok(draw)
    }

    /// When moves find nothing new: random versions, and in a finite space all in turn.
    fn leftover(&self, random: &mut Random) -> Option<Draw> {
        let draw = |values: Vec<Value>| {
            let new = !self.seen.contains(&key(&values)) && self.space.contains(&values);
            let from = self.home.score.map(|_| self.home.node);
            new.then(|| Draw { values, from, origin: self.home.values.clone() })
        };
        let tried = (0..64)
            .find_map(|_| draw(self.space.dims.iter().map(|dim| dim.value(random.unit(), 1e-6)).collect()));
        tried.or_else(|| {
            let size = self.space.size?;
            let first = random.index(size);
            (0..=self.seen.len()).find_map(|offset| draw(self.space.nth((first + offset) % size)))
        })
    }
}
