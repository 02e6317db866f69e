use super::Forage;
use crate::tree::{Node, Tree};

/// Newest children that tell whether their parent's score was luck.
const WITNESSES: usize = 8;

/// A node and what speaks for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Appealing<'t> {
    /// The node.
    pub(super) node: &'t Node,
    /// What it counts as, on the scale of its score.
    pub(super) appeal: f64,
    /// How many of its children were no better than it, or are under way.
    pub(super) fruitless: u32,
}

/// What a run's own figures say of a difference between scores.
#[derive(Clone, Copy, Debug)]
struct Scale {
    /// The usual gain.
    gain: f64,
    /// How far scores are to be doubted: 0 where they are exact, towards 1 where the noise is larger than the gains.
    doubt: f64,
    /// What a doubling of the fruitless children costs.
    price: f64,
}

impl Forage {
    /// The node with the largest appeal; the earliest of equals, as the tree's best is.
    pub(super) fn most_appealing<'t>(&self, tree: &'t Tree) -> Option<Appealing<'t>> {
        let scale = self.scale(tree);
        tree.ranked()
            .map(|(node, score)| self.judge(tree, node, score, scale))
            .max_by(|a, b| a.appeal.total_cmp(&b.appeal).then(b.node.id.cmp(&a.node.id)))
    }

    fn scale(&self, tree: &Tree) -> Scale {
        let gain = tree.usual_gain().unwrap_or(0.0);
        let sigma = tree.sigma().unwrap_or(0.0);
        // Both finite: a share of nothing is none.
        let doubt = if sigma > 0.0 { sigma / (sigma + self.clarity * gain) } else { 0.0 };
        Scale { gain, doubt, price: gain * (self.discount + doubt * (self.noisy_discount - self.discount)) }
    }

    fn judge<'t>(&self, tree: &'t Tree, node: &'t Node, score: f64, scale: Scale) -> Appealing<'t> {
        let fruitless = fruitless(node);
        let worth = self.in_hindsight(tree, node, self.less_luck(tree, node, score, scale), scale);
        let appeal = worth - scale.price * (1.0 + f64::from(fruitless) / 2.0).log2();
        Appealing { node, appeal, fruitless }
    }

    /// The score without some of what the node has over its parent beyond a usual gain: in a noisy run such a leap is,
    /// more often than not, an error of measurement.
    fn less_luck(&self, tree: &Tree, node: &Node, score: f64, scale: Scale) -> f64 {
        let parent = node.parent.and_then(|parent| tree.get(parent)).and_then(|parent| tree.score(parent));
        let beyond = parent.map_or(0.0, |parent| (score - parent - scale.gain).max(0.0));
        score - scale.doubt * self.luck * beyond
    }

    /// A worth drawn towards that of the newest children, the more the more there are: they are much like their parent,
    /// and if they are measured to be worse, then part of its score was luck.
    fn in_hindsight(&self, tree: &Tree, node: &Node, worth: f64, scale: Scale) -> f64 {
        if scale.doubt == 0.0 {
            return worth;
        }
        let newest = node.children.iter().rev().take(WITNESSES);
        let scores = newest.filter_map(|child| tree.score(tree.get(*child)?));
        let (sum, count) = scores.fold((0.0, 0.0), |(sum, count), score| (sum + score, count + 1.0));
        if count == 0.0 {
            return worth;
        }
        worth - scale.doubt * self.hindsight * count / (count + 2.0) * (worth - sum / count).max(0.0)
    }
}

/// Children that have not led to anything better, so far.
fn fruitless(node: &Node) -> u32 {
    u32::try_from(node.children.len()).unwrap_or(u32::MAX).saturating_sub(node.fruitful)
}
