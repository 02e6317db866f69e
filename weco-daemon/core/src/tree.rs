//! The solution tree: every version of the code that a run has asked for, and how each did.

mod change;
mod family;
mod node;
mod ranking;
mod standing;
mod tally;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::event::{Stage, Timestamp};
use crate::run::{CodeId, FileRefs, Goal, NodeId};
use crate::spread::Spread;

pub use family::Family;
pub use node::{Approval, Evaluation, Node, Progress, Recheck, Revision, Times};
pub use ranking::lower_bound;
pub use tally::Tally;

use family::Families;
use ranking::Ranking;
use standing::Standing;

/// All nodes of a run, with what a search policy asks for kept at hand, so that choosing costs the
/// same at step 10 and at step 10,000.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Tree {
    goal: Goal,
    nodes: Vec<Node>,
    best: Option<NodeId>,
    is_gated: bool,
    ranking: Ranking,
    spread: Spread,
    rechecks: u32,
    drafts: u32,
    newest_family: NodeId,
    buggy_leaves: BTreeSet<NodeId>,
    unfinished: BTreeSet<NodeId>,
    rejected: BTreeSet<NodeId>,
    /// The first node with each code.
    codes: BTreeMap<CodeId, NodeId>,
    families: Families,
    standing: Standing,
    repairs: Tally,
    others: Tally,
}

impl Tree {
    /// The most nodes that [`Self::ranked`] names.
    pub const MOST_RANKED: usize = standing::MOST_RANKED;

    /// A tree that holds only the baseline, not evaluated yet. In one that `is_gated` only nodes that were verified can
    /// be the best.
    pub(crate) fn new(
        goal: Goal,
        is_gated: bool,
        baseline: FileRefs,
        code: Option<CodeId>,
        at: Timestamp,
    ) -> Self {
        let mut root = Node::asked(NodeId::BASELINE, None, Stage::Baseline, at);
        root.times.proposed = Some(at);
        let root = Node { files: Some(baseline), code, progress: Progress::Proposed, ..root };
        let mut families = Families::default();
        families.join(NodeId::BASELINE);
        Self {
            goal,
            families,
            nodes: vec![root],
            best: None,
            is_gated,
            ranking: Ranking::default(),
            spread: Spread::default(),
            rechecks: 0,
            drafts: 0,
            newest_family: NodeId::BASELINE,
            buggy_leaves: BTreeSet::new(),
            unfinished: BTreeSet::from([NodeId::BASELINE]),
            rejected: BTreeSet::new(),
            codes: code.map(|code| (code, NodeId::BASELINE)).into_iter().collect(),
            standing: Standing::default(),
            repairs: Tally::default(),
            others: Tally::default(),
        }
    }

    /// All nodes in the order of their steps; the first is the baseline.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// A node, if it exists.
    pub fn get(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.index())
    }

    /// The step that the next proposal takes.
    pub fn next_id(&self) -> NodeId {
        NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX))
    }

    /// Proposals asked for so far, finished or not.
    pub fn steps_asked(&self) -> u32 {
        self.next_id().0 - 1
    }

    /// The best node that works, by its [`Self::lower_bound`]; the earliest of equals.
    pub fn best(&self) -> Option<&Node> {
        self.best.and_then(|id| self.get(id))
    }

    /// The best nodes that work, at most so many, best first.
    pub fn top(&self, most: usize) -> Vec<NodeId> {
        self.ranking.top(most, self.sigma().unwrap_or(0.0))
    }

    /// What a node that works is ranked by, larger is better: its mean score, lowered by the standard error as far as
    /// the noise is known. As long as it is not, that is its score.
    pub fn lower_bound(&self, node: &Node) -> Option<f64> {
        Some(lower_bound(self.score(node)?, node.count(), self.sigma().unwrap_or(0.0)))
    }

    /// The standard deviation of a single measurement of the metric, over all nodes that were measured more than once;
    /// none if none was.
    pub fn sigma(&self) -> Option<f64> {
        self.spread.sigma()
    }

    /// Whether only nodes that were verified can be the best.
    pub fn is_gated(&self) -> bool {
        self.is_gated
    }

    /// Whether measuring the same code again is known to give another metric.
    pub fn is_noisy(&self) -> bool {
        self.sigma().is_some_and(|sigma| sigma > 0.0)
    }

    /// How often nodes that work were measured again, or are.
    pub fn rechecks(&self) -> u32 {
        self.rechecks
    }

    /// The metric of a node that works, turned so that larger is better.
    pub fn score(&self, node: &Node) -> Option<f64> {
        node.metric().map(|metric| self.goal.score(metric))
    }

    /// By how much a working node is better than what it started from, a crossed one than the better of its two
    /// parents, and a repair than the nearest working node before it; none for a node that does not work.
    pub fn gain(&self, id: NodeId) -> Option<f64> {
        let node = self.get(id)?;
        let own = self.score(node)?;
        let with = node.grounds.with.and_then(|with| self.score(self.get(with)?));
        let before = self.score(self.origin(node)?)?;
        Some(own - with.map_or(before, |with| with.max(before)))
    }

    /// What a node was to be better than: its parent, or the working node that a chain of repairs goes back to.
    fn origin(&self, node: &Node) -> Option<&Node> {
        // A chain of repairs: bounded by the policy, and by the number of nodes.
        let mut at = self.get(node.parent?)?;
        while at.metric().is_none() {
            at = self.get(at.parent?)?;
        }
        Some(at)
    }

    /// Steps asked for after the best node that have ended.
    pub fn dry_steps(&self) -> u32 {
        let best = self.best.unwrap_or(NodeId::BASELINE);
        let is_later = |node: &&Node| node.id > best && node.recheck.is_none();
        let under_way = u32::try_from(self.unfinished().filter(is_later).count()).unwrap_or(u32::MAX);
        self.steps_asked().saturating_sub(best.0).saturating_sub(under_way)
    }

    /// Drafts asked for so far, buggy and unfinished ones included.
    pub fn drafts(&self) -> u32 {
        self.drafts
    }

    /// The newest fresh approach or change of paradigm asked for; the baseline before the first.
    pub fn newest_family(&self) -> NodeId {
        self.newest_family
    }

    /// Which values of the metric are better.
    pub fn goal(&self) -> Goal {
        self.goal
    }

    /// Evaluated nodes that do not work and that nothing starts from, by step.
    pub fn buggy_leaves(&self) -> impl DoubleEndedIterator<Item = &Node> {
        self.buggy_leaves.iter().filter_map(|id| self.get(*id))
    }

    /// The best nodes that work, the best first and the earlier of equals; no more than [`Self::MOST_RANKED`].
    pub fn ranked(&self) -> impl ExactSizeIterator<Item = (&Node, f64)> {
        self.standing.ranked().map(|(id, score)| (&self.nodes[id.index()], score))
    }

    /// The best node of each family of which any works, the earliest family first.
    pub fn champions(&self) -> impl DoubleEndedIterator<Item = (&Node, f64)> {
        self.families
            .iter()
            .filter_map(|(_, family)| family.best)
            .map(|(id, score)| (&self.nodes[id.index()], score))
    }

    /// The median of the newest gains of a child over its parent, of those that were better; none before the first.
    pub fn usual_gain(&self) -> Option<f64> {
        self.standing.usual_gain()
    }

    /// How many of the repairs that were evaluated work.
    pub fn repairs(&self) -> Tally {
        self.repairs
    }

    /// How many of all other proposals that were evaluated work.
    pub fn others(&self) -> Tally {
        self.others
    }

    /// Nodes that are neither evaluated nor failed, or are being measured again, by step.
    pub fn unfinished(&self) -> impl Iterator<Item = &Node> {
        self.unfinished.iter().filter_map(|id| self.get(*id))
    }

    /// Nodes that someone turned down, by step.
    pub fn rejected(&self) -> impl DoubleEndedIterator<Item = NodeId> {
        self.rejected.iter().copied()
    }

    /// The first node with this code, whatever its layout. A node without a usable proposal has none.
    pub fn with_code(&self, code: CodeId) -> Option<&Node> {
        self.get(*self.codes.get(&code)?)
    }

    /// A family, by its founder.
    pub fn family(&self, founder: NodeId) -> Option<&Family> {
        self.families.get(founder)
    }

    /// All families, by founder; the first is the user's own code with what improves it.
    pub fn families(&self) -> impl DoubleEndedIterator<Item = (NodeId, &Family)> {
        self.families.iter()
    }
}
