//! Which working nodes are best, where some were measured more often than others.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::run::NodeId;

/// A node's mean score, lowered by its standard error: one lucky measurement does not beat what was measured often,
/// unless by a clear margin. `sigma` is the standard deviation of a single measurement; 0 where it is not known.
pub fn lower_bound(score: f64, count: u32, sigma: f64) -> f64 {
    score - sigma / f64::from(count.max(1)).sqrt()
}

/// Working nodes by how often they were measured, and then by their mean score. What is known of the noise changes
/// all the time, and with it how nodes compare that were measured differently often; the order of those that were
/// measured equally often does not.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub(super) struct Ranking {
    by_count: BTreeMap<u32, BTreeSet<Place>>,
}

/// A node's place among those measured as often; the last is the best.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Place {
    /// Never -0.
    score: f64,
    node: NodeId,
}

impl Place {
    fn new(score: f64, node: NodeId) -> Self {
        Self { score: score + 0.0, node }
    }
}

impl Ord for Place {
    /// The earlier of equals is better.
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then(other.node.cmp(&self.node))
    }
}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Place {}

impl Ranking {
    pub(super) fn insert(&mut self, node: NodeId, score: f64, count: u32) {
        self.by_count.entry(count).or_default().insert(Place::new(score, node));
    }

    pub(super) fn remove(&mut self, node: NodeId, score: f64, count: u32) {
        if let Some(places) = self.by_count.get_mut(&count) {
            places.remove(&Place::new(score, node));
            if places.is_empty() {
                self.by_count.remove(&count);
            }
        }
    }

    /// The first `most` nodes by [`lower_bound`], best first; the earliest of equals.
    pub(super) fn top(&self, most: usize, sigma: f64) -> Vec<NodeId> {
        let bound =
            |count: u32, place: &Place| Place::new(lower_bound(place.score, count, sigma), place.node);
        let leaders = self.by_count.iter().flat_map(|(count, places)| {
            places.iter().rev().take(most).map(move |place| bound(*count, place))
        });
        let mut leaders: Vec<Place> = leaders.collect();
        leaders.sort_unstable_by(|a, b| b.cmp(a));
        leaders.iter().take(most).map(|place| place.node).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_lucky_measurement_does_not_beat_what_was_measured_often() {
        let mut ranking = Ranking::default();
        ranking.insert(NodeId(1), 10.0, 4);
        ranking.insert(NodeId(2), 10.4, 1);
        assert_eq!(ranking.top(1, 1.0), [NodeId(1)], "9.5 against 9.4");
        assert_eq!(ranking.top(1, 0.0), [NodeId(2)], "without noise the mean counts");
        ranking.insert(NodeId(3), 10.6, 1);
        assert_eq!(ranking.top(3, 1.0), [NodeId(3), NodeId(1), NodeId(2)], "by a clear margin");
        ranking.remove(NodeId(3), 10.6, 1);
        assert_eq!(ranking.top(3, 1.0), [NodeId(1), NodeId(2)]);
    }

    #[test]
    fn zero_has_no_sign() {
        let mut ranking = Ranking::default();
        ranking.insert(NodeId(1), -0.0, 1);
        ranking.insert(NodeId(2), 0.0, 1);
        assert_eq!(ranking.top(1, 0.0), [NodeId(1)], "the earliest of equals");
        ranking.remove(NodeId(1), 0.0, 1);
        assert_eq!(ranking.top(1, 0.0), [NodeId(2)]);
    }

    proptest! {
        /// However it is kept, it is the order of all bounds.
        #[test]
        fn the_top_is_that_of_all(
            nodes in proptest::collection::vec((-5_i8..5, 1_u32..4), 0..20),
            most in 0_usize..6,
            sigma in 0.0..3.0,
        ) {
            let mut ranking = Ranking::default();
            let mut all = Vec::new();
            for ((score, count), node) in nodes.into_iter().zip((0..).map(NodeId)) {
                ranking.insert(node, f64::from(score), count);
                all.push(Place::new(lower_bound(f64::from(score), count, sigma), node));
            }
            all.sort_by(|a, b| b.cmp(a));
            let top: Vec<NodeId> = all.iter().take(most).map(|place| place.node).collect();
            prop_assert_eq!(ranking.top(most, sigma), top);
        }
    }
}
