//! What happened to a run as a whole.

use weco_proto::v1::RunStatus;

/// What a run was created with.
#[derive(Clone, PartialEq, Debug)]
pub struct Run {
    /// Its id.
    pub id: String,
    /// Its name, such as `swift-heron`.
    pub name: String,
    /// Relative paths of the files it works on.
    pub sources: Vec<String>,
    /// The command that evaluates a version, or the backend in words.
    pub eval_command: String,
    /// Whether a backend evaluates.
    pub is_backend: bool,
    /// The metric's name.
    pub metric: String,
    /// Whether more is better.
    pub maximize: bool,
    /// The model that is asked.
    pub model: String,
    /// Where the run's files are written, absolute or relative to the run's directory.
    pub log_dir: String,
    /// Most steps under way at once.
    pub parallel: u32,
    /// Whether evaluations run in workspaces of their own, and leave the directory as it is.
    pub isolated: bool,
    /// Whether every proposal waits for approval.
    pub require_review: bool,
    /// Whether it has several models, all of which `model` names.
    pub has_several_models: bool,
    /// How hard they are to think, in a word, if that was said.
    pub reasoning_effort: Option<&'static str>,
    /// The search policy's name.
    pub search: String,
    /// Its parameters in words; may be empty.
    pub search_parameters: String,
    /// Where its step 0 comes from, if it was derived.
    pub derived_from: Option<Origin>,
}

impl Run {
    /// The search policy with its parameters, such as `forage (10 drafts; …)`.
    pub fn searched(&self) -> String {
        match self.search_parameters.as_str() {
            "" => self.search.clone(),
            parameters => format!("{} ({parameters})", self.search),
        }
    }
}

/// The step of another run that a derived run begins with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin {
    /// The other run's id.
    pub run_id: String,
    /// Its step.
    pub step: u32,
}

/// How a run ended, for now.
#[derive(Clone, PartialEq, Debug)]
pub struct End {
    /// How.
    pub status: RunStatus,
    /// One sentence.
    pub reason: String,
    /// What to do next; may be empty.
    pub hint: String,
    /// The user's own code did not work, so that nothing was searched.
    pub baseline_failed: bool,
}

/// A model's provider that could not be asked when it was last tried; the run waits for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outage {
    /// The step that waits.
    pub step: u32,
    /// Waits in a row so far, this one included.
    pub attempt: u32,
    /// Waits in a row after which the run ends.
    pub attempts: u32,
    /// When it is asked again, in milliseconds since the Unix epoch.
    pub until_ms: i64,
    /// What the provider or the system said.
    pub reason: String,
}

/// Something the user should know that is not about one step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Warning {
    /// One sentence.
    pub message: String,
    /// When, in milliseconds since the Unix epoch.
    pub at_ms: i64,
}
