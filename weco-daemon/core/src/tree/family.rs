//! Families: the nodes that come from one fresh approach.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::run::NodeId;

/// Failures of a family that are kept at hand, the newest: enough to choose the telling ones from.
const MAX_FAILURES: usize = 32;

/// What came of a fresh approach: a draft or a leap, or the user's own code, with all that was made of it.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Family {
    /// Its nodes, unfinished ones included.
    pub size: u32,
    /// The best of them that works, and its score; the earliest of equals.
    pub best: Option<(NodeId, f64)>,
    /// Those that do not work, the newest of many, oldest first.
    pub failures: VecDeque<NodeId>,
}

/// All families, by the node that founded each.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub(super) struct Families(BTreeMap<NodeId, Family>);

impl Families {
    pub(super) fn get(&self, founder: NodeId) -> Option<&Family> {
        self.0.get(&founder)
    }

    /// By founder.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (NodeId, &Family)> {
        self.0.iter().map(|(founder, family)| (*founder, family))
    }

    /// One more node.
    pub(super) fn join(&mut self, founder: NodeId) {
        self.0.entry(founder).or_default().size += 1;
    }

    /// One node less, which has no result yet.
    pub(super) fn leave(&mut self, founder: NodeId) {
        if let Some(family) = self.0.get_mut(&founder) {
            family.size = family.size.saturating_sub(1);
            if family.size == 0 {
                self.0.remove(&founder);
            }
        }
    }

    /// A node works with this score, or has another than was thought.
    pub(super) fn works(&mut self, founder: NodeId, node: NodeId, score: f64) {
        if let Some(family) = self.0.get_mut(&founder)
            && family.best.is_none_or(|(best, of)| score > of || (score == of && node < best) || best == node)
        {
            family.best = Some((node, score));
        }
    }

    /// A node does not work, perhaps after all.
    pub(super) fn fails(&mut self, founder: NodeId, node: NodeId) {
        if let Some(family) = self.0.get_mut(&founder) {
            family.best = family.best.filter(|(best, _)| *best != node);
            family.failures.push_back(node);
            if family.failures.len() > MAX_FAILURES {
                family.failures.pop_front();
            }
        }
    }
}
