//! What a prompt is made from, and what it is.

use crate::event::Stage;
use crate::run::{BlobId, FileRefs, Goal, NodeId};

/// Everything a proposal is asked with, but for the texts of the parent's files, which are stored
/// apart. Bounded: its size does not grow with the run.
#[derive(Clone, PartialEq, Debug)]
pub struct Brief {
    /// The metric's name.
    pub metric: String,
    /// Which values are better.
    pub goal: Goal,
    /// The command that measures.
    pub eval_command: String,
    /// The user's instructions.
    pub instructions: Option<String>,
    /// What kind of proposal is wanted.
    pub stage: Stage,
    /// The version to start from: the baseline for a draft, the buggy node for a debug.
    pub parent: NodeId,
    /// The parent's files.
    pub files: FileRefs,
    /// The parent's metric, if it works.
    pub parent_metric: Option<f64>,
    /// Why the parent does not work, if it does not.
    pub parent_bug: Option<String>,
    /// The parent's plan; empty for the baseline.
    pub parent_plan: String,
    /// Whether the user changed the parent's code after it was proposed.
    pub parent_revised: bool,
    /// What the parent's evaluation printed.
    pub parent_output: Option<BlobId>,
    /// The baseline's metric.
    pub baseline_metric: Option<f64>,
    /// The best metric so far.
    pub best_metric: Option<f64>,
    /// What was tried and how it went, oldest first; bounded.
    pub tried: Vec<Tried>,
    /// Why the model's previous answer to this very question could not be used.
    pub unusable: Option<String>,
    /// Steps left in the budget, this one included.
    pub steps_left: u32,
}

/// An earlier step, in brief.
#[derive(Clone, PartialEq, Debug)]
pub struct Tried {
    /// The step.
    pub node: NodeId,
    /// The node it started from.
    pub parent: NodeId,
    /// What it did.
    pub plan: String,
    /// How it went.
    pub result: TriedResult,
}

/// How an earlier step went.
#[derive(Clone, PartialEq, Debug)]
pub enum TriedResult {
    /// It works, with this metric.
    Metric(f64),
    /// It does not work, and why.
    Buggy(String),
    /// The user turned it down, and why if that was said.
    Rejected(String),
}

/// A prompt, ready for any provider.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Prompt {
    /// The role and the answer's form.
    pub system: String,
    /// The task at hand.
    pub user: String,
}
