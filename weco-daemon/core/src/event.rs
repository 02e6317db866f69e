//! Everything that can ever happen to a run, as it is recorded in the journal.
//!
//! Recorded events are read back by later versions: fields may be added with a default, never
//! renamed or removed.

mod decode;

use serde::{Deserialize, Serialize};

use crate::run::{BlobId, EnvironmentRef, FileRefs, NodeId, RunSpec};

/// Milliseconds since the Unix epoch.
pub type Timestamp = i64;

/// One recorded event.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Event {
    /// Position in the run's journal, from 1, without gaps.
    pub seq: u64,
    /// When it was decided.
    pub at: Timestamp,
    /// What happened.
    pub kind: RunEvent,
}

/// What happened to a run.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(remote = "Self", tag = "type", rename_all = "snake_case")]
pub enum RunEvent {
    /// The run exists. Always the first event.
    Created {
        /// What the user asked for.
        spec: Box<RunSpec>,
    },
    /// A proposal was asked for; recorded before the model is called.
    Asked {
        /// The node that will hold it.
        node: NodeId,
        /// The node it starts from.
        parent: NodeId,
        /// What kind of proposal.
        stage: Stage,
        /// From 1; larger after an unusable reply or a restart.
        attempt: u32,
    },
    /// The model's reply could be applied.
    Proposed {
        /// The node.
        node: NodeId,
        /// What the model says it does.
        plan: String,
        /// The whole version: every source, changed or not.
        files: FileRefs,
        /// Lines added against the baseline, over all files.
        lines_added: u32,
        /// Lines removed against the baseline, over all files.
        lines_removed: u32,
        /// Tokens of this attempt.
        usage: Usage,
        /// The node it really starts from, if the proposer chose another than it was asked to.
        #[serde(default)]
        from: Option<NodeId>,
    },
    /// The model's reply could not be applied.
    Unusable {
        /// The node.
        node: NodeId,
        /// The attempt it answers.
        attempt: u32,
        /// Why, in words the model is shown when asked again.
        reason: String,
        /// Tokens of this attempt.
        usage: Usage,
    },
    /// The step ended without an evaluation.
    Failed {
        /// The node.
        node: NodeId,
        /// Why.
        reason: String,
    },
    /// An evaluation is about to touch the sources; recorded before it does.
    EvalIntended {
        /// The node.
        node: NodeId,
        /// From 1; larger when evaluated again after a restart.
        attempt: u32,
    },
    /// The evaluation's process group runs.
    EvalStarted {
        /// The node.
        node: NodeId,
        /// The attempt.
        attempt: u32,
        /// The process to end if the daemon dies meanwhile.
        process: ProcessRef,
    },
    /// The evaluation ended and the sources are restored.
    Evaluated {
        /// The node.
        node: NodeId,
        /// The attempt.
        attempt: u32,
        /// What came of it.
        outcome: Outcome,
    },
    /// The user edited a source while the run was going on; the edit was kept.
    SourceEdited {
        /// The source's path.
        path: String,
        /// Where the edited text is now (the path itself, or where it was moved), absolute.
        kept_at: String,
        /// One sentence for people.
        message: String,
        /// The edited text, if it stays in place: what is put back after evaluations from now on.
        text: Option<BlobId>,
    },
    /// Something the user should know that changes nothing else.
    Warned {
        /// One sentence for people.
        message: String,
    },
    /// The model's provider cannot be reached, or cannot serve now; the proposal is asked for again later.
    Waiting {
        /// The node whose proposal waits.
        node: NodeId,
        /// Waits in a row so far, this one included.
        attempt: u32,
        /// Waits in a row after which the run ends.
        attempts: u32,
        /// When it is asked again.
        until: Timestamp,
        /// What the provider or the system said.
        reason: String,
    },
    /// Someone asked the run to stop.
    StopAsked {
        /// Without a grace period.
        force: bool,
    },
    /// The run goes on after an end.
    Resumed {
        /// The budget in all from now on.
        steps: u32,
        /// Waits in a row from now on, if that changes: see [`crate::run::AutoResume::attempts`].
        #[serde(default)]
        attempts: Option<u32>,
        /// The environment of evaluations from now on, if another than before.
        #[serde(default)]
        environment: Option<EnvironmentRef>,
        /// As [`RunSpec::apply_best`], from now on.
        #[serde(default)]
        apply_best: bool,
    },
    /// The run is over, for now.
    Ended {
        /// How.
        status: EndStatus,
        /// One sentence for people.
        reason: String,
        /// What to do next; may be empty.
        hint: String,
    },
    /// A derived run's step 0 has the result of the node that it comes from: nothing is evaluated.
    Inherited {
        /// That result; its output is stored with this run, too.
        outcome: Outcome,
    },
    /// Someone replaced the code of a node that waits for approval.
    Revised {
        /// The node.
        node: NodeId,
        /// The whole version: every source, changed or not.
        files: FileRefs,
        /// Who.
        by: String,
        /// Lines added against the baseline, over all files.
        lines_added: u32,
        /// Lines removed against the baseline, over all files.
        lines_removed: u32,
    },
    /// Someone let a node be evaluated that waited for approval.
    Approved {
        /// The node.
        node: NodeId,
        /// Who.
        by: String,
        /// How it is evaluated.
        terms: Terms,
    },
    /// Someone turned a node down that waited for approval: its step is spent.
    Rejected {
        /// The node.
        node: NodeId,
        /// Who.
        by: String,
        /// Why, for the next prompts; may be empty.
        reason: String,
    },
    /// An approved node waits for approval again: its evaluation cannot be made as it was approved.
    Returned {
        /// The node.
        node: NodeId,
        /// Why.
        reason: String,
    },
    /// Other instructions count from the next proposal on.
    Instructed {
        /// All of them, in place of those before.
        text: String,
        /// Who gave them.
        by: String,
    },
    /// The best version was written over the user's sources.
    Applied {
        /// The node.
        node: NodeId,
        /// The files written.
        paths: Vec<String>,
    },
}

/// How an approved node is evaluated: as whoever approved it would.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Terms {
    /// What is run instead of the run's own command, if another.
    pub command: Option<String>,
    /// Where it is run; absolute.
    pub directory: String,
    /// The environment that it sees.
    pub environment: EnvironmentRef,
}

/// What a node is to its parent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The user's own code; only node 0.
    Baseline,
    /// A fresh approach, starting from the baseline.
    Draft,
    /// A better version of a working parent.
    Improve,
    /// A repair of a buggy parent.
    Debug,
}

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndStatus {
    /// The budget is spent.
    Completed,
    /// Stopped by the user.
    Terminated,
    /// Cannot go on.
    Error,
    /// The daemon went away and the run could not go on by itself.
    Interrupted,
}

/// Tokens that a model call consumed and produced, as the provider counts them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Prompt tokens, cached ones included.
    pub input_tokens: u64,
    /// Reply tokens, reasoning included.
    pub output_tokens: u64,
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.input_tokens += other.input_tokens;
        self.output_tokens += other.output_tokens;
    }
}

/// Names a process group beyond the reuse of its number.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ProcessRef {
    /// The group's id, which is its leader's process id.
    pub pgid: i32,
    /// The leader's start time in clock ticks since boot (`/proc/<pid>/stat`, field 22).
    pub start_time: u64,
    /// The kernel's boot id.
    pub boot_id: String,
}

/// What came of an evaluation.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// The metric, or why there is none.
    pub verdict: Verdict,
    /// How the command ended.
    pub exit: Exit,
    /// Wall time of the command.
    pub duration_ms: u64,
    /// The captured output, cut in the middle if long.
    pub output: BlobId,
    /// Its last lines, bounded: what the next prompt and the screens show.
    pub output_tail: String,
}

/// The metric, or why there is none.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Verdict {
    /// The node works.
    Good {
        /// Always finite.
        metric: f64,
    },
    /// The node does not work.
    Buggy {
        /// One sentence.
        reason: String,
        /// What the user may do if it is the baseline; may be empty.
        #[serde(default)]
        hint: String,
    },
}

/// How an evaluation's command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Exit {
    /// It exited by itself.
    Code {
        /// Its exit code.
        code: i32,
    },
    /// A signal ended it.
    Signal {
        /// The signal's number.
        signal: i32,
    },
    /// It ran longer than allowed and was ended.
    TimedOut {
        /// The limit in seconds.
        limit_seconds: u64,
    },
}
