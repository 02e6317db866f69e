//! What the program answers.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use weco_core::report::{Experiment, Report, Score};

use super::question::VERSION;

/// Why a question has no good answer.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// What helps.
    pub kind: FaultKind,
    /// What was wrong; may be several lines.
    pub message: String,
    /// What to do next.
    #[serde(default)]
    pub remedy: Option<String>,
}

/// What helps against a fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The user: something is missing or set wrong.
    Setup,
    /// The user: the service does not take the keys.
    Auth,
    /// Waiting: the service cannot serve now.
    Service,
    /// Another version: this one is broken.
    Candidate,
}

impl Fault {
    /// Something that stays wrong until the user changes it.
    pub(super) fn setup(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { kind: FaultKind::Setup, message: message.into(), remedy: Some(remedy.into()) }
    }

    /// What to do next; may be empty.
    pub fn hint(&self) -> String {
        self.remedy.clone().unwrap_or_default()
    }

    /// The message on one line: of several the first, and the last, which is what an exception says.
    pub fn in_short(&self) -> String {
        let mut lines = self.message.lines().map(str::trim).filter(|line| !line.is_empty());
        match (lines.next(), lines.next_back()) {
            (Some(first), Some(last)) => format!("{} {last}", first.trim_end_matches(':').to_owned() + ":"),
            (first, _) => first.unwrap_or("it failed without a word").to_owned(),
        }
    }
}

/// What was found by a check, one line each.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Checked {
    /// What there is.
    pub facts: Vec<Fact>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// One line of [`Checked`].
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Fact {
    /// Such as `dataset`.
    pub what: String,
    /// What it is.
    pub value: String,
}

/// What a run can be made of.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Listed {
    /// The service's datasets.
    pub datasets: Vec<Dataset>,
    /// Functions in the directory, as `module:function`.
    pub targets: Vec<String>,
    /// Those that look like evaluators.
    pub evaluators: Vec<String>,
}

/// A dataset of the service.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Dataset {
    /// Its name.
    pub name: String,
    /// How many examples it has, if that is known.
    #[serde(default)]
    pub examples: Option<u32>,
    /// Its parts.
    #[serde(default)]
    pub splits: Vec<Split>,
}

/// A part of a dataset.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Split {
    /// Its name.
    pub name: String,
    /// How many examples it has, if that is known.
    #[serde(default)]
    pub examples: Option<u32>,
}

/// How a version did.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Evaluation {
    pub(super) metric: Option<f64>,
    scores: Vec<Score>,
    examples: u32,
    failed: u32,
    worst: Vec<weco_core::report::Example>,
    experiment: Experiment,
    notes: Vec<String>,
}

impl Evaluation {
    /// All but the metric, within its bounds.
    pub(super) fn into_report(self) -> Report {
        let Self { metric: _, scores, examples, failed, worst, experiment, notes } = self;
        Report { scores, examples, failed, worst, experiment, notes }.bounded()
    }
}

/// What every answer has.
#[derive(Deserialize)]
struct Head {
    version: u32,
    ok: bool,
    #[serde(default)]
    fault: Option<Fault>,
}

/// Reads an answer: what was asked for, or why there is none.
///
/// # Errors
/// If it is not an answer of the form that is known; then a candidate may have written it.
pub(super) fn read<T: DeserializeOwned>(text: &[u8]) -> Result<Result<T, Fault>, String> {
    let head: Head = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    if head.version != VERSION {
        return Err(format!("it has version {}, not {VERSION}", head.version));
    }
    match (head.ok, head.fault) {
        (true, _) => serde_json::from_slice(text).map(Ok).map_err(|error| error.to_string()),
        (false, Some(fault)) => Ok(Err(fault)),
        (false, None) => Err("it has neither a result nor a fault".to_owned()),
    }
}
