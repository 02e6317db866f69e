mod appeal;
mod reason;
#[cfg(test)]
mod tests;

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use crate::event::Stage;
use crate::run::{NodeId, SearchSpec};
use crate::search::{Choice, Policy};
use crate::tree::{Node, Tree};

/// Greedy, but a node whose children come to nothing loses its appeal: the search leaves a patch when it yields less
/// than another would (Charnov, "Optimal foraging, the marginal value theorem", 1976).
///
/// 1. The first proposals are [`Forage::drafts`] fresh approaches.
/// 2. A version that does not work is repaired, at once and [`Forage::repairs`] times, and then left; not at all while
///    repairs work less often than new proposals.
/// 3. After [`Forage::leap_after`] steps without a new best comes a change of paradigm.
/// 4. After [`Forage::cross_after`] of them, sometimes, the two most promising families are joined.
/// 5. Else the version with the largest appeal is improved; now and then any of the best quarter.
///
/// The appeal is the score, less what was probably luck, less some usual gains for each doubling of the children that
/// were no better, those under way included. Where measuring the same code twice gave the same, nothing was luck, and
/// the price of fruitless children is [`Forage::discount`]; the larger the noise is against the usual gain, the more
/// luck counts, and the nearer the price comes to [`Forage::noisy_discount`]. Choosing looks at the best
/// [`Tree::MOST_RANKED`] nodes and at no more of them in a longer run.
///
/// The numbers were chosen on the open half of the search benchmark's task families alone.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Forage {
    /// Fresh approaches before anything is improved; those that fail count.
    pub drafts: u32,
    /// Repairs in a row of a version that does not work.
    pub repairs: u32,
    /// Share of repairs that are expected to work, before the first.
    pub repair_hope: f64,
    /// Usual gains that appeal loses, where scores are exact, when the fruitless children go from 0 to 2, from 2 to 6,
    /// and so on.
    pub discount: f64,
    /// The same where noise is all there is.
    pub noisy_discount: f64,
    /// Usual gains that the noise must come to for scores to be doubted by half.
    pub clarity: f64,
    /// Share of what a version has over its parent beyond a usual gain that is taken for luck.
    pub luck: f64,
    /// Share of what many children show of a version to have been luck that counts.
    pub hindsight: f64,
    /// Probability of a parent out of the best quarter.
    pub curiosity: f64,
    /// Probability of a cross when gains have dried up.
    pub cross: f64,
    /// Steps without a new best after which there are crosses.
    pub cross_after: u32,
    /// Steps without a new best, and since the last fresh approach, after which there is a change of paradigm.
    pub leap_after: u32,
}

/// Steps, for each that is under way, after which a failure is left alone: what would have been repaired at once was
/// not worth it then.
const AT_ONCE: u32 = 8;

/// Share of proposals other than repairs that are expected to work, before the first.
const EXPECTED: f64 = 0.75;

/// Best versions of other families of which one is taken for a cross.
const PARTNERS: usize = 4;

impl Forage {
    /// The policy for a budget of `steps`: 0.9·√steps drafts; crosses and changes of paradigm after a share of the budget.
    pub fn for_budget(steps: u32) -> Self {
        let leap_after = (steps / 10).max(15);
        Self {
            drafts: ((0.9 * f64::from(steps).sqrt()).ceil() as u32).max(1),
            repairs: 1,
            // As of others: whether a model repairs well is known only once it has tried.
            repair_hope: EXPECTED,
            discount: 0.1,
            noisy_discount: 0.8,
            clarity: 0.25,
            luck: 0.5,
            hindsight: 0.8,
            curiosity: 0.05,
            cross: 0.05,
            cross_after: leap_after / 2,
            leap_after,
        }
    }

    /// As it is recorded with a run.
    pub fn spec(steps: u32) -> SearchSpec {
        SearchSpec::Forage(Self::for_budget(steps))
    }

    /// The newest failure that was not repaired often enough, as long as repairs work no less often than new proposals
    /// do: what works then is worth the same, so the likelier way to it is the better one.
    fn repairable<'t>(&self, tree: &'t Tree) -> Option<&'t Node> {
        if tree.repairs().chance(self.repair_hope) < tree.others().chance(EXPECTED) {
            return None;
        }
        let under_way = u32::try_from(tree.unfinished().count()).unwrap_or(u32::MAX);
        let oldest = AT_ONCE.saturating_mul(under_way.saturating_add(1));
        let is_fresh = |node: &&Node| steps_since(tree, node.id) < oldest;
        let is_open = |node: &&Node| node.debug_depth < self.repairs && node.id != NodeId::BASELINE;
        tree.buggy_leaves().rev().take_while(is_fresh).find(is_open)
    }

    /// Two good nodes of different families: the most appealing of all, and one of the best of the others.
    fn couple<'t>(&self, tree: &'t Tree, rng: &mut dyn Rng) -> Option<(&'t Node, &'t Node)> {
        let first = self.most_appealing(tree)?.node;
        let mut others: Vec<(&Node, f64)> =
            tree.champions().filter(|(node, _)| node.family != first.family).collect();
        others.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        others.truncate(PARTNERS);
        if others.is_empty() {
            return None;
        }
        others.get(rng.random_range(0..others.len())).map(|(second, _)| (first, *second))
    }

    fn any_of_the_best_quarter(tree: &Tree, rng: &mut dyn Rng) -> Option<Choice> {
        let quarter = tree.ranked().len().div_ceil(4);
        if quarter == 0 {
            return None;
        }
        let (node, _) = tree.ranked().nth(rng.random_range(0..quarter))?;
        Some(Choice::new(node.id, Stage::Improve, reason::curiosity(quarter)))
    }
}

impl Policy for Forage {
    fn choose(&self, tree: &Tree, rng: &mut dyn Rng) -> Choice {
        if tree.drafts() < self.drafts {
            return Choice::draft(reason::draft(tree.drafts() + 1, self.drafts));
        }
        if let Some(failed) = self.repairable(tree) {
            return Choice::new(failed.id, Stage::Debug, reason::repair(failed, self.repairs));
        }
        let dry = tree.dry_steps();
        if let Some(best) = tree.best()
            && dry.min(steps_since(tree, tree.newest_family())) >= self.leap_after
        {
            return Choice::new(best.id, Stage::Leap, reason::leap(dry));
        }
        if dry >= self.cross_after
            && rng.random_bool(self.cross)
            && let Some((first, second)) = self.couple(tree, rng)
        {
            return Choice::cross(first.id, second.id, reason::cross(dry));
        }
        if rng.random_bool(self.curiosity)
            && let Some(choice) = Self::any_of_the_best_quarter(tree, rng)
        {
            return choice;
        }
        match self.most_appealing(tree) {
            Some(found) => Choice::new(found.node.id, Stage::Improve, reason::improve(tree, &found)),
            None => Choice::draft(reason::NOTHING_WORKS),
        }
    }
}

/// Steps asked for after this one.
fn steps_since(tree: &Tree, step: NodeId) -> u32 {
    tree.steps_asked().saturating_sub(step.0)
}
