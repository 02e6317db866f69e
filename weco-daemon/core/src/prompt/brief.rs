//! What a prompt is made from, and what it is.

use crate::event::Stage;
use crate::forms::Forms;
use crate::report::Report;
use crate::run::{BlobId, FileRefs, Files, Goal, NodeId};

/// Everything a proposal is asked with, but for the texts of the parent's files, which are stored
/// apart. Bounded: its size does not grow with the run.
#[derive(Clone, PartialEq, Debug)]
pub struct Brief {
    /// The metric's name.
    pub metric: String,
    /// Which values are better.
    pub goal: Goal,
    /// The command that measures, or the backend in words.
    pub eval_command: String,
    /// Whether a backend measures.
    pub is_backend: bool,
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
    /// What a backend told of the parent.
    pub parent_report: Option<Box<Report>>,
    /// The baseline's metric.
    pub baseline_metric: Option<f64>,
    /// The best metric so far.
    pub best_metric: Option<f64>,
    /// The version to join with the parent, for a cross.
    pub second: Option<Second>,
    /// What led to the parent, oldest first and without it: of a failure the repairs before it, otherwise the steps
    /// that helped most; bounded.
    pub path: Vec<Tried>,
    /// What was tried and how it went, oldest first; bounded.
    pub tried: Vec<Tried>,
    /// Approaches so far, oldest first, for a new one; bounded.
    pub approaches: Vec<Approach>,
    /// Steps asked for since the best one.
    pub idle_steps: u32,
    /// How the forms of an answer have done in this run.
    pub forms: Forms,
    /// Why the model's previous answer to this very question could not be used.
    pub unusable: Option<String>,
    /// Steps left in the budget, this one included.
    pub steps_left: u32,
}

/// The second parent of a cross.
#[derive(Clone, PartialEq, Debug)]
pub struct Second {
    /// The node.
    pub node: NodeId,
    /// Its files.
    pub files: FileRefs,
    /// Its metric.
    pub metric: Option<f64>,
    /// Its plan.
    pub plan: String,
}

/// A fresh approach and what came of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Approach {
    /// The step that began it; the baseline for the user's own.
    pub founder: NodeId,
    /// That step's plan.
    pub plan: String,
    /// Its steps so far.
    pub steps: u32,
    /// The best metric that came of it.
    pub best: Option<f64>,
    /// Why its newest failure failed, if nothing of it works.
    pub failure: Option<String>,
}

/// The texts that a prompt shows.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'a> {
    /// Those of [`Brief::files`].
    pub files: &'a Files,
    /// Those of [`Second::files`], for a cross.
    pub second: Option<&'a Files>,
    /// What the parent's evaluation printed: [`Brief::parent_output`].
    pub output: &'a str,
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
