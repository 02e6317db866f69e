//! A version of the code, and how far it is.

use serde::{Deserialize, Serialize};

use crate::event::{Exit, Grounds, ProcessRef, Stage, Terms, Timestamp, Usage};
use crate::report::Report;
use crate::run::{BlobId, CodeId, FileRefs, NodeId};
use crate::spread;

/// A version of the code and what became of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Node {
    /// Its step.
    pub id: NodeId,
    /// The node it starts from; none for the baseline.
    pub parent: Option<NodeId>,
    /// What it is to its parent.
    pub stage: Stage,
    /// How it came to be asked for.
    pub grounds: Grounds,
    /// Nodes that start from it, oldest first, unfinished ones included.
    pub children: Vec<NodeId>,
    /// The fresh approach that it comes from, which may be itself; the baseline for what improves that.
    pub family: NodeId,
    /// Of what starts from it, how many came out better than it: its children that work, and the repairs of those that
    /// did not.
    pub fruitful: u32,
    /// Consecutive repairs that led here; 0 unless its stage is debug.
    pub debug_depth: u32,
    /// What the model says it does; empty until proposed.
    pub plan: String,
    /// Every source of this version; none until proposed.
    pub files: Option<FileRefs>,
    /// Its code, whatever its layout, if that is known.
    pub code: Option<CodeId>,
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
    /// What was measured of it, in order: its metric is the mean. Empty before.
    pub samples: Vec<f64>,
    /// Whether it was verified; always false in a run that does not ask for that.
    pub verified: bool,
    /// It works and is being measured again.
    pub recheck: Option<Recheck>,
    /// How often it was measured again.
    pub rechecks: u32,
    /// What a backend told of its newest evaluation.
    pub report: Option<Box<Report>>,
}

/// Another evaluation of a node that works.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Recheck {
    /// The command's process group, once it runs.
    pub process: Option<ProcessRef>,
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
        /// Always finite. The mean of its [`Node::samples`].
        metric: f64,
        /// What the command printed, the last time.
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
    /// A node that was just asked for.
    pub(super) fn asked(id: NodeId, parent: Option<NodeId>, stage: Stage, at: Timestamp) -> Self {
        Self {
            id,
            parent,
            stage,
            grounds: Grounds::default(),
            children: Vec::new(),
            family: NodeId::BASELINE,
            fruitful: 0,
            debug_depth: 0,
            plan: String::new(),
            files: None,
            code: None,
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
            samples: Vec::new(),
            verified: false,
            recheck: None,
            rechecks: 0,
            report: None,
        }
    }

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

    /// The standard deviation of its measurements, if it was measured more than once.
    pub fn deviation(&self) -> Option<f64> {
        spread::deviation(&self.samples)
    }

    /// How often it was measured.
    pub fn count(&self) -> u32 {
        u32::try_from(self.samples.len()).unwrap_or(u32::MAX)
    }

    /// Whether its command runs, or is about to.
    pub fn is_evaluating(&self) -> bool {
        self.recheck.is_some() || matches!(self.progress, Progress::Evaluating { .. })
    }

    /// The process group of its command, if that runs and was recorded.
    pub fn process(&self) -> Option<&ProcessRef> {
        match (&self.recheck, &self.progress) {
            (Some(recheck), _) => recheck.process.as_ref(),
            (None, Progress::Evaluating { process }) => process.as_ref(),
            _ => None,
        }
    }

    /// Its command runs.
    pub(crate) fn started(&mut self, process: ProcessRef) {
        match &mut self.recheck {
            Some(recheck) => recheck.process = Some(process),
            None => self.progress = Progress::Evaluating { process: Some(process) },
        }
    }

    /// Whether nothing more will happen to it by itself. What is measured again has been done before.
    pub fn is_done(&self) -> bool {
        !matches!(self.progress, Progress::Asked | Progress::Proposed | Progress::Evaluating { .. })
    }
}
