use crate::event::{Event, Fault, Outcome, ProcessRef, Terms, Usage, Written};
use crate::plan::Plan;
use crate::prompt::Brief;
use crate::run::{BlobId, CodeId, EnvironmentRef, FileRefs, NodeId};

/// News for a run.
#[derive(Clone, PartialEq, Debug)]
pub enum Input {
    /// The run was created.
    Started,
    /// The daemon is back after a restart: what was intended is done again.
    Recovered,
    /// The model's reply could be applied.
    Replied {
        /// The node.
        node: NodeId,
        /// The attempt it answers.
        attempt: u32,
        /// What the model says it does.
        plan: String,
        /// The whole version, stored already.
        files: FileRefs,
        /// Lines added and removed against the baseline.
        lines: (u32, u32),
        /// Tokens of this attempt.
        usage: Usage,
        /// The node that the proposer really started from, if it chose another.
        from: Option<NodeId>,
        /// What is known of its writing.
        written: Written,
        /// Where else in the run's lineage the same code was tried, and what came of it: `step 7 of run 1f0c2a9e, which
        /// gave 12.3`.
        elsewhere: Option<String>,
    },
    /// The model's reply could not be applied.
    Unusable {
        /// The node.
        node: NodeId,
        /// The attempt it answers.
        attempt: u32,
        /// Why.
        reason: String,
        /// Tokens of this attempt.
        usage: Usage,
        /// What kind of reason that is.
        fault: Fault,
    },
    /// The model could not be asked.
    ModelFailed {
        /// The node.
        node: NodeId,
        /// The attempt.
        attempt: u32,
        /// What went wrong and what follows.
        failure: ModelFailure,
    },
    /// The time has come to ask a provider again that could not be asked.
    Woke {
        /// The node whose proposal waits.
        node: NodeId,
        /// Which wait is over.
        attempt: u32,
    },
    /// The evaluation's process group runs.
    EvalStarted {
        /// The node.
        node: NodeId,
        /// The attempt.
        attempt: u32,
        /// The process group.
        process: ProcessRef,
    },
    /// The evaluation ended and the sources are restored.
    EvalEnded {
        /// The node.
        node: NodeId,
        /// The attempt.
        attempt: u32,
        /// What came of it.
        outcome: Outcome,
    },
    /// The evaluation could not be made, for a reason outside the candidate. Sources are restored.
    EvalFailed {
        /// The node.
        node: NodeId,
        /// The attempt.
        attempt: u32,
        /// One sentence.
        message: String,
        /// What to do next; may be empty.
        hint: String,
    },
    /// The evaluation was ended because the run is stopping. Sources are restored.
    EvalCancelled {
        /// The node.
        node: NodeId,
        /// The attempt.
        attempt: u32,
    },
    /// An approved evaluation cannot be made as it was approved. Sources are restored.
    EvalReturned {
        /// The node.
        node: NodeId,
        /// The attempt.
        attempt: u32,
        /// Why.
        reason: String,
    },
    /// Someone replaces the code of a node that waits for approval.
    Revised {
        /// The node.
        node: NodeId,
        /// Its new code.
        revision: NewRevision,
        /// Who.
        by: String,
    },
    /// Someone lets a node be evaluated that waits for approval.
    Approved {
        /// The node.
        node: NodeId,
        /// Its new code, if it is revised first.
        revision: Option<NewRevision>,
        /// Who.
        by: String,
        /// How it is evaluated.
        terms: Box<Terms>,
    },
    /// Someone turns a node down that waits for approval.
    Rejected {
        /// The node.
        node: NodeId,
        /// Who.
        by: String,
        /// Why; may be empty.
        reason: String,
    },
    /// Other instructions count from now on.
    Instructed {
        /// What is said.
        text: String,
        /// Whether it is added to the instructions so far, and not put in their place.
        append: bool,
        /// Who gave them.
        by: String,
    },
    /// The user edited a source.
    SourceEdited {
        /// The source's path.
        path: String,
        /// Where the edited text is now, absolute.
        kept_at: String,
        /// One sentence for people.
        message: String,
        /// The edited text, if it stays in place.
        text: Option<BlobId>,
    },
    /// Something the user should know.
    Warned {
        /// One sentence.
        message: String,
    },
    /// Someone asks the run to stop.
    StopAsked {
        /// Without a grace period.
        force: bool,
    },
    /// Someone asks an ended run to go on.
    ResumeAsked {
        /// This many more steps; none: what was left.
        steps: Option<u32>,
        /// Waits in a row for the model's provider from now on; none: as before.
        attempts: Option<u32>,
        /// The environment of evaluations from now on; none: as before.
        environment: Option<EnvironmentRef>,
        /// Whether the best version is written over the sources at the end.
        apply_best: bool,
        /// Sources that the user edited since the run was last at work.
        edits: Vec<SourceEdit>,
    },
    /// The best version was written over the sources.
    Applied {
        /// The node.
        node: NodeId,
        /// The files written.
        paths: Vec<String>,
    },
    /// The run cannot go on after a restart.
    Interrupted {
        /// One sentence.
        reason: String,
        /// What to do next.
        hint: String,
    },
}

/// Code that someone made for a node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewRevision {
    /// The whole version, stored already.
    pub files: FileRefs,
    /// Lines added and removed against the baseline.
    pub lines: (u32, u32),
    /// Its code, whatever its layout.
    pub code: Option<CodeId>,
}

/// A source that the user edited, and whose text stays in place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceEdit {
    /// The source's path.
    pub path: String,
    /// Where it is, absolute.
    pub kept_at: String,
    /// One sentence for people.
    pub message: String,
    /// The edited text.
    pub text: BlobId,
}

/// A model that could not be asked, and what follows for the run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ModelFailure {
    /// This step is spent; the next may do better (the provider declined this prompt).
    Step {
        /// One sentence.
        reason: String,
    },
    /// The provider cannot be reached, or cannot serve now: it may be able to later.
    Unavailable {
        /// What the provider or the system said.
        reason: String,
        /// What to do if that lasts; may be empty.
        hint: String,
        /// The shortest wait that the provider asks for, in milliseconds.
        retry_after_ms: Option<u64>,
    },
    /// The run cannot go on.
    Run {
        /// The provider's words.
        reason: String,
        /// What to do next; may be empty.
        hint: String,
    },
    /// The proposer has nothing left to propose: the run is complete.
    NothingLeft {
        /// One sentence.
        reason: String,
    },
}

/// Something to do, once the events decided with it are recorded.
#[derive(Clone, PartialEq, Debug)]
pub enum Effect {
    /// Ask the model.
    Propose {
        /// The node.
        node: NodeId,
        /// The attempt.
        attempt: u32,
        /// Which of the run's models.
        model: u32,
        /// What to tell it.
        brief: Box<Brief>,
    },
    /// Report [`Input::Woke`] later.
    Wake {
        /// The node whose proposal waits.
        node: NodeId,
        /// Which wait it is.
        attempt: u32,
        /// How long, in milliseconds.
        after_ms: u64,
    },
    /// Evaluate a version.
    Evaluate {
        /// The node.
        node: NodeId,
        /// The attempt.
        attempt: u32,
        /// The version.
        files: FileRefs,
        /// How, if someone approved it; otherwise as the run says.
        terms: Option<Box<Terms>>,
        /// How often, and whether it is verified.
        plan: Plan,
    },
    /// Abandon model calls and end evaluations.
    Cancel {
        /// Without a grace period.
        force: bool,
    },
}

/// What an input leads to.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Decision {
    /// To record, in this order, all at once.
    pub events: Vec<Event>,
    /// To start afterwards.
    pub effects: Vec<Effect>,
    /// Why what someone asked for is not done; there are no events then.
    pub refused: Option<String>,
}
