//! One version of the code: the baseline or a step's proposal.

use weco_proto::v1::{Spread, Stage, StepEvaluated, Usage};

use crate::format::{one_line, sanitise, spread};

/// One node of the solution tree.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    /// Its step; 0 is the baseline.
    pub step: u32,
    /// The step it starts from.
    pub parent: Option<u32>,
    /// What it is to its parent.
    pub stage: Stage,
    /// The second parent of a cross.
    pub with: Option<u32>,
    /// Why the search chose it, in a sentence; may be empty.
    pub why: String,
    /// How often the model was asked for it.
    pub attempt: u32,
    /// What the model says it does; may have several lines.
    pub plan: String,
    /// Paths that differ from the parent's.
    pub changed: Vec<String>,
    /// Lines added and removed against the baseline.
    pub lines: (u32, u32),
    /// Who was asked for it, as `provider/model`; empty for the baseline.
    pub model: String,
    /// Tokens used for it so far.
    pub usage: Usage,
    /// How far it is.
    pub state: State,
    /// When it came there, in milliseconds since the Unix epoch.
    pub since_ms: i64,
    /// Why it cannot go on right now.
    pub waiting: Option<String>,
    /// Why the model's last reply could not be used.
    pub unusable: Option<String>,
    /// What became of its code while it waited for approval, oldest first.
    pub revisions: Vec<Revision>,
    /// Who let it be evaluated, where that is asked for.
    pub approved_by: Option<String>,
    /// It works and is being measured again.
    pub rechecking: bool,
    /// How often it was measured again.
    pub rechecks: u32,
}

/// How far a node is.
#[derive(Clone, PartialEq, Debug)]
pub enum State {
    /// The model is asked.
    Proposing {
        /// Characters of the reply so far.
        characters: u64,
        /// Which try of the call this is, from 1.
        tries: u32,
        /// Why the last try failed.
        last_fault: String,
    },
    /// There is a proposal, not yet evaluated.
    Proposed,
    /// There is a proposal that someone is to approve.
    Pending,
    /// The command runs.
    Evaluating {
        /// The end of its output so far.
        tail: String,
    },
    /// The command ended.
    Evaluated(Evaluation),
    /// There is no usable proposal.
    Failed {
        /// Why.
        reason: String,
    },
    /// Someone turned the proposal down.
    Rejected {
        /// Why; never empty.
        reason: String,
        /// Who did.
        by: String,
    },
}

/// Other code that someone gave a proposal while it waited for approval.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Revision {
    /// From 1.
    pub number: u32,
    /// Who made it.
    pub by: String,
}

/// What came of an evaluation.
#[derive(Clone, PartialEq, Debug)]
pub struct Evaluation {
    /// The metric, if it was found; that of a buggy node does not count. The mean of all measurements so far.
    pub metric: Option<f64>,
    /// The standard deviation of the measurements, if there are several.
    pub deviation: Option<f64>,
    /// How many measurements there are.
    pub count: u32,
    /// Why the node is buggy.
    pub buggy: Option<String>,
    /// How the command ended.
    pub exit: Exit,
    /// Wall time of the command in milliseconds.
    pub duration_ms: i64,
    /// The last lines of the output.
    pub tail: String,
    /// It was made in the run that this one was derived from.
    pub inherited: bool,
}

/// How an evaluation's command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// With this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
    /// It ran longer than allowed.
    TimedOut,
    /// Not told.
    Unknown,
}

impl std::fmt::Display for Exit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exit {code}"),
            Self::Signal(signal) => write!(f, "ended by signal {signal}"),
            Self::TimedOut => f.write_str("timed out"),
            Self::Unknown => f.write_str("ended"),
        }
    }
}

impl Node {
    pub(super) fn new(step: u32, now_ms: i64) -> Self {
        Self {
            step,
            parent: None,
            with: None,
            why: String::new(),
            stage: if step == 0 { Stage::Baseline } else { Stage::Unspecified },
            attempt: 1,
            plan: String::new(),
            changed: Vec::new(),
            lines: (0, 0),
            model: String::new(),
            usage: Usage::default(),
            state: if step == 0 { State::Proposed } else { State::asked() },
            since_ms: now_ms,
            waiting: None,
            unusable: None,
            revisions: Vec::new(),
            approved_by: None,
            rechecking: false,
            rechecks: 0,
        }
    }

    /// The metric, if the node works.
    pub fn metric(&self) -> Option<f64> {
        self.evaluation()
            .filter(|evaluation| evaluation.buggy.is_none())
            .and_then(|evaluation| evaluation.metric)
    }

    /// What follows its metric: how far its measurements lie apart, if there are several.
    pub fn spread(&self) -> String {
        self.evaluation()
            .map_or_else(String::new, |evaluation| spread(evaluation.deviation, evaluation.count))
    }

    /// What came of its evaluation.
    pub fn evaluation(&self) -> Option<&Evaluation> {
        match &self.state {
            State::Evaluated(evaluation) => Some(evaluation),
            _ => None,
        }
    }

    /// Why it does not work, if it does not.
    pub fn trouble(&self) -> Option<&str> {
        match &self.state {
            State::Evaluated(evaluation) => evaluation.buggy.as_deref(),
            State::Failed { reason } | State::Rejected { reason, .. } => Some(reason),
            _ => None,
        }
    }

    /// Whether nothing more will happen to it.
    pub fn is_settled(&self) -> bool {
        matches!(self.state, State::Evaluated(_) | State::Failed { .. } | State::Rejected { .. })
    }

    /// Whether someone is to approve it.
    pub fn is_pending(&self) -> bool {
        self.state == State::Pending
    }

    /// What kind of step this is: `baseline`, `draft`, `improve of 27`, `debug of 9`.
    pub fn kind(&self) -> String {
        let verb = match self.stage {
            Stage::Baseline => return "baseline".to_owned(),
            Stage::Draft => return "draft".to_owned(),
            Stage::Improve => "improve",
            Stage::Debug => "debug",
            Stage::Cross => "cross",
            Stage::Leap => "leap",
            Stage::Unspecified => "version",
        };
        self.parent.map_or_else(|| verb.to_owned(), |parent| format!("{verb} of {parent}"))
    }

    /// Moves on; the age starts anew.
    pub(super) fn enter(&mut self, state: State, now_ms: i64) {
        self.state = state;
        self.since_ms = now_ms;
        self.waiting = None;
    }
}

impl State {
    pub(super) fn asked() -> Self {
        Self::Proposing { characters: 0, tries: 1, last_fault: String::new() }
    }
}

impl Evaluation {
    pub(super) fn new(update: &StepEvaluated) -> Self {
        let Spread { metric, sd, count } =
            update.total.unwrap_or(Spread { metric: update.metric.unwrap_or(f64::NAN), sd: None, count: 1 });
        let metric = Some(metric).filter(|metric| metric.is_finite());
        let buggy = match one_line(&update.buggy_reason) {
            reason if !reason.is_empty() => Some(reason),
            _ if metric.is_none() => Some("no metric was found".to_owned()),
            _ => None,
        };
        let exit = if update.timed_out {
            Exit::TimedOut
        } else if let Some(signal) = update.signal {
            Exit::Signal(signal)
        } else {
            update.exit_code.map_or(Exit::Unknown, Exit::Code)
        };
        Self {
            metric,
            deviation: sd,
            count,
            buggy,
            exit,
            duration_ms: i64::try_from(update.duration_ms).unwrap_or(i64::MAX),
            tail: sanitise(&update.output_tail),
            inherited: update.inherited,
        }
    }
}
