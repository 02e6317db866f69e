//! Everything that can ever happen to a run, as it is recorded in the journal.
//!
//! Recorded events are read back by later versions: fields may be added with a default, never
//! renamed or removed.

mod decode;
mod evaluation;
mod proposal;

use serde::{Deserialize, Serialize};

use crate::run::{BlobId, CodeId, EnvironmentRef, FileRefs, NodeId, RunSpec};
use crate::summary::Best;

pub use evaluation::{Exit, Outcome, ProcessRef, Terms, Verdict};
pub use proposal::{Fault, Form, Grounds, Stage, Usage, Written};

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
        /// How it came to be asked for like this.
        #[serde(default)]
        grounds: Grounds,
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
        /// What is known of its writing.
        #[serde(default, skip_serializing_if = "Written::is_unknown")]
        written: Written,
    },
    /// The model's reply could not be used.
    Unusable {
        /// The node.
        node: NodeId,
        /// The attempt it answers.
        attempt: u32,
        /// Why, in words the model is shown when asked again.
        reason: String,
        /// Tokens of this attempt.
        usage: Usage,
        /// What kind of reason that is.
        #[serde(default, skip_serializing_if = "Fault::is_other")]
        fault: Fault,
    },
    /// The step ended without an evaluation.
    Failed {
        /// The node.
        node: NodeId,
        /// Why.
        reason: String,
        /// Whether the proposer has nothing left to propose at all.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        last: bool,
    },
    /// An evaluation is about to touch the sources; recorded before it does.
    EvalIntended {
        /// The node.
        node: NodeId,
        /// From 1; larger when evaluated again, after a restart or to be sure.
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
    /// The evaluation was ended, or could not be made, while others are still under way in a run that is
    /// about to end: this one is made again if the run goes on.
    EvalAbandoned {
        /// The node.
        node: NodeId,
        /// The attempt.
        attempt: u32,
    },
    /// Another version is the best now, or is known better. Recorded only where that does not follow from the results
    /// one by one: where some versions were measured more often than others, or have to be verified.
    Weighed {
        /// The best version; none if no version counts.
        best: Option<Best>,
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
    /// The run cannot go on. It ends so when the evaluations that are still under way have been ended.
    Failing {
        /// One sentence for people.
        reason: String,
        /// What to do next; may be empty.
        hint: String,
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
        /// Its code, whatever its layout.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<CodeId>,
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
