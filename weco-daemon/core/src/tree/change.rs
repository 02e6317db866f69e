//! How the tree changes.

use super::{Evaluation, Node, Progress, Recheck, Tree};
use crate::event::{Grounds, Outcome, Stage, Timestamp, Verdict};
use crate::run::{CodeId, NodeId};
use crate::spread;

impl Tree {
    /// The fresh approach that a child of `parent` would belong to.
    fn family_of(&self, id: NodeId, parent: NodeId, stage: Stage) -> NodeId {
        match stage {
            Stage::Draft | Stage::Leap => id,
            _ => self.get(parent).map_or(NodeId::BASELINE, |parent| parent.family),
        }
    }

    pub(crate) fn get_mut(&mut self, id: NodeId) -> Option<&mut Node> {
        self.nodes.get_mut(id.index())
    }

    /// Adds the next node. The caller has checked that `parent` exists.
    pub(crate) fn add(&mut self, parent: NodeId, stage: Stage, grounds: Grounds, at: Timestamp) {
        let id = self.next_id();
        let family = self.family_of(id, parent, stage);
        self.families.join(family);
        let mut node = Node { grounds, family, ..Node::asked(id, Some(parent), stage, at) };
        if let Some(parent) = self.nodes.get_mut(parent.index()) {
            parent.children.push(id);
            if stage == Stage::Debug {
                node.debug_depth = parent.debug_depth + 1;
            }
        }
        self.buggy_leaves.remove(&parent);
        self.drafts += u32::from(stage == Stage::Draft);
        if node.family == id {
            self.newest_family = id;
        }
        self.unfinished.insert(id);
        self.nodes.push(node);
    }

    /// Hangs a node under another parent: the one that its proposer really started from.
    pub(crate) fn reparent(&mut self, id: NodeId, parent: NodeId) {
        let Some(old) = self.get(id).and_then(|node| node.parent) else { return };
        if let Some(old) = self.get_mut(old) {
            old.children.retain(|child| *child != id);
        }
        if let Some(new) = self.get_mut(parent) {
            new.children.push(id);
        }
        self.buggy_leaves.remove(&parent);
        let Some(stage) = self.get(id).map(|node| node.stage) else { return };
        let family = self.family_of(id, parent, stage);
        if let Some(node) = self.get_mut(id) {
            node.parent = Some(parent);
            let before = std::mem::replace(&mut node.family, family);
            self.families.leave(before);
            self.families.join(family);
        }
    }

    /// Ends a node without an evaluation.
    pub(crate) fn give_up(&mut self, id: NodeId, end: Progress, at: Timestamp) {
        self.unfinished.remove(&id);
        match end {
            Progress::Rejected { .. } => {
                self.rejected.insert(id);
            }
            _ => self.identify(id, None),
        }
        if let Some(node) = self.get_mut(id) {
            node.times.ended = Some(at);
            node.progress = end;
        }
    }

    /// A node is about to be evaluated: for the first time, or again.
    pub(crate) fn intend(&mut self, id: NodeId, attempt: u32) {
        self.buggy_leaves.remove(&id);
        self.unfinished.insert(id);
        let Some(node) = self.nodes.get_mut(id.index()) else { return };
        node.eval_attempt = attempt;
        match (&node.progress, &node.recheck) {
            // Cut short: it is the same one.
            (_, Some(_)) => node.recheck = Some(Recheck::default()),
            (Progress::Good { .. }, None) => {
                node.recheck = Some(Recheck::default());
                self.rechecks += 1;
            }
            _ => node.progress = Progress::Evaluating { process: None },
        }
    }

    /// An evaluation was not made after all, and will be if the run goes on; a re-check may then be of another node.
    pub(crate) fn abandon(&mut self, id: NodeId) {
        let Some(node) = self.nodes.get_mut(id.index()) else { return };
        if node.recheck.take().is_some() {
            self.rechecks -= 1;
            self.unfinished.remove(&id);
        } else {
            node.progress = Progress::Proposed;
        }
    }

    pub(crate) fn evaluated(&mut self, id: NodeId, outcome: &Outcome, at: Timestamp, inherited: bool) {
        self.unfinished.remove(&id);
        self.unrank(id);
        let Some(node) = self.nodes.get_mut(id.index()) else { return };
        let is_recheck = node.recheck.take().is_some();
        node.rechecks += u32::from(is_recheck);
        node.times.ended = Some(at);
        node.evaluation =
            Some(Evaluation { exit: outcome.exit, duration_ms: outcome.duration_ms, inherited });
        node.report.clone_from(&outcome.report);
        match &outcome.verdict {
            Verdict::Good { metric } => {
                self.spread.remove(&node.samples);
                if !is_recheck {
                    node.samples.clear();
                }
                match &outcome.samples[..] {
                    [] => node.samples.push(*metric),
                    samples => node.samples.extend(samples),
                }
                self.spread.add(&node.samples);
                let metric = spread::mean(&node.samples).unwrap_or(*metric);
                node.verified = outcome.verified;
                node.progress = Progress::Good { metric, output: outcome.output };
                self.stand(id, self.goal.score(metric), is_recheck);
            }
            Verdict::Buggy { reason, .. } => {
                node.progress = Progress::Buggy { reason: reason.clone(), output: outcome.output };
                if node.children.is_empty() {
                    self.buggy_leaves.insert(id);
                }
                let family = node.family;
                self.standing.leave(id);
                self.families.fails(family, id);
                self.succeed(family);
            }
        }
        if !is_recheck {
            self.count(id);
        }
        self.rank(id);
        self.best = self.top(1).first().copied();
    }

    /// Counts a proposal that was evaluated for the first time.
    fn count(&mut self, id: NodeId) {
        let Some(node) = self.get(id) else { return };
        let works = node.metric().is_some();
        match node.stage {
            Stage::Baseline => {}
            Stage::Debug => self.repairs.add(works),
            _ => self.others.add(works),
        }
    }

    /// Lets a node that works count, if it may.
    fn rank(&mut self, id: NodeId) {
        if let Some((score, count)) = self.rankable(id) {
            self.ranking.insert(id, score, count);
        }
    }

    fn unrank(&mut self, id: NodeId) {
        if let Some((score, count)) = self.rankable(id) {
            self.ranking.remove(id, score, count);
        }
    }

    /// The mean score of a node that may be the best, and how often it was measured.
    fn rankable(&self, id: NodeId) -> Option<(f64, u32)> {
        let node = self.get(id).filter(|node| node.verified || !self.is_gated)?;
        Some((self.score(node)?, node.count()))
    }

    /// Notes which code a node has now.
    pub(crate) fn identify(&mut self, id: NodeId, code: Option<CodeId>) {
        let Some(node) = self.nodes.get_mut(id.index()) else { return };
        let before = std::mem::replace(&mut node.code, code);
        if let Some(before) = before.filter(|before| self.codes.get(before) == Some(&id)) {
            self.codes.remove(&before);
        }
        if let Some(code) = code {
            self.codes.entry(code).or_insert(id);
        }
    }

    /// Takes in the score of a node that works, or what it is known to be after it was measured again.
    fn stand(&mut self, id: NodeId, score: f64, is_recheck: bool) {
        let Some(node) = self.get(id) else { return };
        let family = node.family;
        if !is_recheck
            && let Some(gain) = self.gain(id).filter(|gain| *gain > 0.0)
            && let Some(origin) = self.origin(node).map(|origin| origin.id)
        {
            self.standing.gained(gain);
            self.nodes[origin.index()].fruitful += 1;
        }
        self.standing.enter(id, score);
        self.families.works(family, id, score);
    }

    /// Finds a family's best anew, if it has none any more; among the best of all, where one worth going on from is.
    fn succeed(&mut self, family: NodeId) {
        if self.families.get(family).is_none_or(|family| family.best.is_some()) {
            return;
        }
        let is_of_it = |(id, _): &(NodeId, f64)| self.get(*id).is_some_and(|node| node.family == family);
        if let Some((next, score)) = self.standing.ranked().find(is_of_it) {
            self.families.works(family, next, score);
        }
    }
}
