//! How the nodes that work stand to each other, kept so that no choice looks at all of them.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::run::NodeId;

/// Best nodes that are kept in order: more than a policy tells apart, and few enough to look at for every step.
pub(super) const MOST_RANKED: usize = 64;

/// Newest gains that are kept: enough for a median, and so few that it follows a search whose gains become small.
const GAINS: usize = 64;

/// Nodes in the order of their scores.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub(super) struct Standing {
    ranked: Vec<(NodeId, f64)>,
    gains: VecDeque<f64>,
}

impl Standing {
    /// The best first.
    pub(super) fn ranked(&self) -> impl ExactSizeIterator<Item = (NodeId, f64)> {
        self.ranked.iter().copied()
    }

    /// The median of the newest gains.
    pub(super) fn usual_gain(&self) -> Option<f64> {
        let mut gains: Vec<f64> = self.gains.iter().copied().collect();
        let middle = gains.len() / 2;
        if gains.is_empty() {
            return None;
        }
        Some(*gains.select_nth_unstable_by(middle, f64::total_cmp).1)
    }

    /// Notes that a child was better than what it started from, by so much.
    pub(super) fn gained(&mut self, gain: f64) {
        if self.gains.len() == GAINS {
            self.gains.pop_front();
        }
        self.gains.push_back(gain);
    }

    /// A node turned out not to work after all.
    pub(super) fn leave(&mut self, id: NodeId) {
        self.ranked.retain(|(other, _)| *other != id);
    }

    /// Takes in a node that works, or another score of one that was taken in.
    pub(super) fn enter(&mut self, id: NodeId, score: f64) {
        self.ranked.retain(|(other, _)| *other != id);
        let place = self.ranked.partition_point(|(other, of)| *of > score || (*of == score && *other < id));
        if place < MOST_RANKED {
            self.ranked.truncate(MOST_RANKED - 1);
            self.ranked.insert(place, (id, score));
        }
    }
}
