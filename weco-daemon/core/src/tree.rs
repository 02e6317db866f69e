//! The solution tree: every version of the code that a run has asked for, and how each did.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::event::{Exit, Outcome, ProcessRef, Stage, Terms, Timestamp, Usage, Verdict};
use crate::run::{BlobId, FileRefs, Goal, NodeId};

/// A version of the code and what became of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Node {
    /// Its step.
    pub id: NodeId,
    /// The node it starts from; none for the baseline.
    pub parent: Option<NodeId>,
    /// What it is to its parent.
    pub stage: Stage,
    /// Nodes that start from it, oldest first, unfinished ones included.
    pub children: Vec<NodeId>,
    /// Consecutive repairs that led here; 0 unless its stage is debug.
    pub debug_depth: u32,
    /// What the model says it does; empty until proposed.
    pub plan: String,
    /// Every source of this version; none until proposed.
    pub files: Option<FileRefs>,
    /// Lines added and removed against the baseline.
    pub lines: (u32, u32),
    /// Tokens of all its proposals.
    pub usage: Usage,
    /// The newest attempt at the proposal, from 1; 0 for the baseline.
    pub attempt: u32,
    /// The newest attempt at the evaluation, from 1; 0 before the first.
    pub eval_attempt: u32,
    /// Replies that could not be used.
    pub unusable: u32,
    /// Why the last of them could not.
    pub unusable_reason: Option<String>,
    /// Which of the run's instructions it was asked for under: see [`RunState::instructions_of`].
    ///
    /// [`RunState::instructions_of`]: crate::state::RunState::instructions_of
    pub instructions: Option<u32>,
    /// The model's own code, if it was revised since.
    pub proposal: Option<FileRefs>,
    /// What people made of it while it waited for approval, oldest first; the newest is [`Self::files`].
    pub revisions: Vec<Revision>,
    /// Who let it be evaluated, if someone had to.
    pub approval: Option<Approval>,
    /// When it got where it is.
    pub times: Times,
    /// How its evaluation went, once it has ended.
    pub evaluation: Option<Evaluation>,
    /// How far it is.
    pub progress: Progress,
}

/// A node's code as someone changed it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Revision {
    /// Every source.
    pub files: FileRefs,
    /// Who made it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Lines added and removed against the baseline.
    pub lines: (u32, u32),
}

/// Someone's word that a node may be evaluated.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Approval {
    /// Whose.
    pub by: String,
    /// When it was given.
    pub at: Timestamp,
    /// How it is evaluated.
    pub terms: Terms,
}

/// When a node got somewhere; none before it has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Times {
    /// It was asked for first. Of a baseline: the run was created.
    pub asked: Option<Timestamp>,
    /// Its code was there.
    pub proposed: Option<Timestamp>,
    /// It was evaluated, failed or was turned down.
    pub ended: Option<Timestamp>,
}

/// How an evaluation's command went.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Evaluation {
    /// How it ended.
    pub exit: Exit,
    /// Wall time in milliseconds.
    pub duration_ms: u64,
    /// It was made in the run that this one was derived from.
    pub inherited: bool,
}

/// How far a node is.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Progress {
    /// A model is asked.
    Asked,
    /// Its code is known; it is not evaluated yet.
    Proposed,
    /// It is being evaluated.
    Evaluating {
        /// The command's process group, once it runs.
        process: Option<ProcessRef>,
    },
    /// It works.
    Good {
        /// Always finite.
        metric: f64,
        /// What the command printed.
        output: BlobId,
    },
    /// It does not work.
    Buggy {
        /// Why.
        reason: String,
        /// What the command printed.
        output: BlobId,
    },
    /// There is no usable proposal; the step is spent.
    Failed {
        /// Why.
        reason: String,
    },
    /// Someone turned its proposal down; the step is spent.
    Rejected {
        /// Why; may be empty.
        reason: String,
    },
}

impl Node {
    /// The metric of a node that works.
    pub fn metric(&self) -> Option<f64> {
        match self.progress {
            Progress::Good { metric, .. } => Some(metric),
            _ => None,
        }
    }

    /// Why a node does not work, if it was evaluated and does not.
    pub fn bug(&self) -> Option<&str> {
        match &self.progress {
            Progress::Buggy { reason, .. } => Some(reason),
            _ => None,
        }
    }

    /// What the command printed for this node.
    pub fn output(&self) -> Option<BlobId> {
        match self.progress {
            Progress::Good { output, .. } | Progress::Buggy { output, .. } => Some(output),
            _ => None,
        }
    }

    /// Whether nothing more will happen to it by itself.
    pub fn is_done(&self) -> bool {
        !matches!(self.progress, Progress::Asked | Progress::Proposed | Progress::Evaluating { .. })
    }
}

/// All nodes of a run, with what a search policy asks for kept at hand, so that choosing costs the
/// same at step 10 and at step 10,000.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Tree {
    goal: Goal,
    nodes: Vec<Node>,
    best: Option<NodeId>,
    drafts: u32,
    buggy_leaves: BTreeSet<NodeId>,
    unfinished: BTreeSet<NodeId>,
    rejected: BTreeSet<NodeId>,
}

impl Tree {
    /// A tree that holds only the baseline, not evaluated yet.
    pub(crate) fn new(goal: Goal, baseline: FileRefs, at: Timestamp) -> Self {
        let mut root = Node::asked(NodeId::BASELINE, None, Stage::Baseline, at);
        root.times.proposed = Some(at);
        let root = Node { files: Some(baseline), progress: Progress::Proposed, ..root };
        Self {
            goal,
            nodes: vec![root],
            best: None,
            drafts: 0,
            buggy_leaves: BTreeSet::new(),
            unfinished: BTreeSet::from([NodeId::BASELINE]),
            rejected: BTreeSet::new(),
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

    /// The best node that works; the earliest of equals.
    pub fn best(&self) -> Option<&Node> {
        self.best.and_then(|id| self.get(id))
    }

    /// The metric of a node that works, turned so that larger is better.
    pub fn score(&self, node: &Node) -> Option<f64> {
        node.metric().map(|metric| self.goal.score(metric))
    }

    /// Drafts asked for so far, buggy and unfinished ones included.
    pub fn drafts(&self) -> u32 {
        self.drafts
    }

    /// Evaluated nodes that do not work and that nothing starts from, by step.
    pub fn buggy_leaves(&self) -> impl Iterator<Item = &Node> {
        self.buggy_leaves.iter().filter_map(|id| self.get(*id))
    }

    /// Nodes that are neither evaluated nor failed, by step.
    pub fn unfinished(&self) -> impl Iterator<Item = &Node> {
        self.unfinished.iter().filter_map(|id| self.get(*id))
    }

    /// Nodes that someone turned down, by step.
    pub fn rejected(&self) -> impl DoubleEndedIterator<Item = NodeId> {
        self.rejected.iter().copied()
    }

    pub(crate) fn get_mut(&mut self, id: NodeId) -> Option<&mut Node> {
        self.nodes.get_mut(id.index())
    }

    /// Adds the next node. The caller has checked that `parent` exists.
    pub(crate) fn add(&mut self, parent: NodeId, stage: Stage, at: Timestamp) {
        let id = self.next_id();
        let mut node = Node::asked(id, Some(parent), stage, at);
        if let Some(parent) = self.nodes.get_mut(parent.index()) {
            parent.children.push(id);
            if stage == Stage::Debug {
                node.debug_depth = parent.debug_depth + 1;
            }
        }
        self.buggy_leaves.remove(&parent);
        self.drafts += u32::from(stage == Stage::Draft);
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
        if let Some(node) = self.get_mut(id) {
            node.parent = Some(parent);
        }
    }

    /// Ends a node without an evaluation.
    pub(crate) fn give_up(&mut self, id: NodeId, end: Progress, at: Timestamp) {
        self.unfinished.remove(&id);
        if matches!(end, Progress::Rejected { .. }) {
            self.rejected.insert(id);
        }
        if let Some(node) = self.get_mut(id) {
            node.times.ended = Some(at);
            node.progress = end;
        }
    }

    pub(crate) fn reopen(&mut self, id: NodeId) {
        self.buggy_leaves.remove(&id);
        self.unfinished.insert(id);
    }

    pub(crate) fn evaluated(&mut self, id: NodeId, outcome: &Outcome, at: Timestamp, inherited: bool) {
        self.unfinished.remove(&id);
        let best = self.best().and_then(Node::metric);
        let Some(node) = self.nodes.get_mut(id.index()) else { return };
        node.times.ended = Some(at);
        node.evaluation =
            Some(Evaluation { exit: outcome.exit, duration_ms: outcome.duration_ms, inherited });
        match &outcome.verdict {
            Verdict::Good { metric } => {
                node.progress = Progress::Good { metric: *metric, output: outcome.output };
                if best.is_none_or(|best| self.goal.is_better(*metric, best)) {
                    self.best = Some(id);
                }
            }
            Verdict::Buggy { reason, .. } => {
                node.progress = Progress::Buggy { reason: reason.clone(), output: outcome.output };
                if node.children.is_empty() {
                    self.buggy_leaves.insert(id);
                }
            }
        }
    }
}

impl Node {
    fn asked(id: NodeId, parent: Option<NodeId>, stage: Stage, at: Timestamp) -> Self {
        Self {
            id,
            parent,
            stage,
            children: Vec::new(),
            debug_depth: 0,
            plan: String::new(),
            files: None,
            lines: (0, 0),
            usage: Usage::default(),
            attempt: 0,
            eval_attempt: 0,
            unusable: 0,
            unusable_reason: None,
            instructions: None,
            proposal: None,
            revisions: Vec::new(),
            approval: None,
            times: Times { asked: Some(at), ..Times::default() },
            evaluation: None,
            progress: Progress::Asked,
        }
    }
}
