//! What is remembered of the versions tried: a bounded choice, so that ten thousand cost no more than fifty.

use std::collections::VecDeque;

use crate::literal::Value;

/// The best versions kept.
const ELITES: usize = 28;
/// The latest of the others kept.
const RECENT: usize = 14;
/// The latest that did not work kept.
const BUGGY: usize = 6;

/// A version that was tried.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    /// Its node in the tree.
    pub(crate) node: u32,
    /// Its literals' values.
    pub(crate) values: Vec<Value>,
    /// Where these are in the space.
    pub(crate) genes: Vec<f64>,
    /// Its score, larger is better; `None` if it did not work.
    pub(crate) score: Option<f64>,
    /// How it differs from the version it most likely came from; empty if from none.
    pub(crate) step: Vec<f64>,
}

/// The versions that are remembered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Archive {
    /// The best, best first.
    pub(crate) elites: Vec<Point>,
    recent: VecDeque<Point>,
    buggy: VecDeque<Point>,
}

impl Archive {
    /// Remembers a version. Says whether it is the best.
    pub(crate) fn insert(&mut self, point: Point) -> bool {
        let Some(score) = point.score else {
            push_bounded(&mut self.buggy, point, BUGGY);
            return false;
        };
        let at = self.elites.partition_point(|elite| elite.score.is_some_and(|better| better >= score));
        self.elites.insert(at, point);
        if self.elites.len() > ELITES
            && let Some(last) = self.elites.pop()
        {
            push_bounded(&mut self.recent, last, RECENT);
        }
        at == 0
    }

    /// All that have a score, best first as far as they are elites.
    pub(crate) fn scored(&self) -> impl Iterator<Item = &Point> {
        self.elites.iter().chain(&self.recent)
    }

    /// All that did not work.
    pub(crate) fn failed(&self) -> impl Iterator<Item = &Point> {
        self.buggy.iter()
    }

    /// The version that these values most likely came from: of the good ones, that with which they share
    /// most literals, then the nearest. Kept apart from what was proposed, so that reading stored versions
    /// again after a restart finds the same.
    pub(crate) fn origin(&self, genes: &[f64]) -> Option<&Point> {
        let distance = |point: &Point| {
            let differences =
                point.genes.iter().zip(genes).map(|(a, b)| (a - b).abs()).filter(|delta| *delta > 0.0);
            differences.fold((0u32, 0.0), |(count, sum), delta| (count + 1, sum + delta))
        };
        let mut best: Option<((u32, f64), &Point)> = None;
        for point in &self.elites {
            let far = distance(point);
            if best.as_ref().is_none_or(|(near, _)| far < *near) {
                best = Some((far, point));
            }
        }
        best.map(|(_, point)| point)
    }
}

fn push_bounded(queue: &mut VecDeque<Point>, point: Point, bound: usize) {
    if queue.len() == bound {
        queue.pop_front();
    }
    queue.push_back(point);
}
