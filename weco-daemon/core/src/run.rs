//! What a run is: its identifiers and [`RunSpec`], what the user asked for.

mod auto_resume;
mod backend;
mod ids;
mod search;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::effort::Effort;
use crate::limits::Limits;
use crate::parallel::Devices;
use crate::price::Price;

pub use auto_resume::AutoResume;
pub use backend::{BackendSetting, EvalBackend};
pub use ids::{BlobId, CodeId, InvalidBlobId, NodeId, RunId};
pub use search::SearchSpec;

/// A version of the run's sources: path (relative to the run's directory, `/`-separated) to text.
pub type Files = BTreeMap<String, String>;

/// [`Files`] with each text replaced by its blob's name.
pub type FileRefs = BTreeMap<String, BlobId>;

/// Which values of the metric are better.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// Larger is better.
    Maximize,
    /// Smaller is better.
    Minimize,
}

impl Goal {
    /// Whether `a` is strictly better than `b`.
    pub fn is_better(self, a: f64, b: f64) -> bool {
        match self {
            Self::Maximize => a > b,
            Self::Minimize => a < b,
        }
    }

    /// The metric turned so that larger is better.
    pub fn score(self, metric: f64) -> f64 {
        match self {
            Self::Maximize => metric,
            Self::Minimize => -metric,
        }
    }
}

/// One source file as the user had it when the run began.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Source {
    /// Relative to the run's directory.
    pub path: String,
    /// The original text.
    pub blob: BlobId,
    /// Unix permission bits.
    pub mode: u32,
}

/// The environment of a run's evaluations, as far as it is recorded.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EnvironmentRef {
    /// As [`RunSpec::environment`].
    pub record: BlobId,
    /// As [`RunSpec::secret_variables`].
    pub secret_variables: Vec<String>,
}

/// The node of another run that a derived run starts from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Derived {
    /// The first run of the lineage, which was not derived itself.
    pub lineage: RunId,
    /// The run that the node belongs to.
    pub run: RunId,
    /// The node.
    pub node: NodeId,
    /// The node's code, which is the derived run's step 0.
    pub files: FileRefs,
}

/// How versions are measured, beyond the command.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Measurement {
    /// Runs of the command for each version; none: one, and the user's own code twice if the budget is not small.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeats: Option<u32>,
    /// Run by `sh -c` on a version that would be the best: it counts only if this ends with exit code 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verify_command: Option<String>,
    /// What evaluations must leave as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protect: Option<Protect>,
}

impl Measurement {
    /// Whether the user asked for none of it.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Files that the evaluation depends on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Protect {
    /// Files and directories as the user named them, relative to the run's directory or absolute.
    pub paths: Vec<String>,
    /// What each of their files was when the run began: its path and its content's hash.
    pub record: BlobId,
}

/// Everything the user asked for, fixed when the run is created.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RunSpec {
    /// The run's identity.
    pub id: RunId,
    /// A name for people, such as `swift-heron`.
    pub name: String,
    /// Absolute; evaluations run here and source paths are relative to it.
    pub directory: String,
    /// The files that may be rewritten, in the user's order.
    pub sources: Vec<Source>,
    /// Run by `sh -c`; with a backend, that in words.
    pub eval_command: String,
    /// What evaluates, if that is no command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend: Option<EvalBackend>,
    /// The metric's name as the user wrote it.
    pub metric: String,
    /// Which values are better.
    pub goal: Goal,
    /// The budget: proposals after the baseline.
    pub steps: u32,
    /// The provider and the model, as `provider/model` (`builtin` alone for the built-in proposer); with several models
    /// all of them, parted by commas.
    pub model: String,
    /// The user's additional instructions.
    pub instructions: Option<String>,
    /// Absolute directory for artifacts.
    pub log_dir: String,
    /// Whether each step's output is also kept under `log_dir`.
    pub save_logs: bool,
    /// Longest evaluation, in seconds; none means no limit.
    pub eval_timeout_seconds: Option<u64>,
    /// How the next node is chosen.
    pub search: SearchSpec,
    /// Fixes every random choice of the run.
    pub seed: u64,
    /// Whether the best version is written over the sources when the budget is spent.
    #[serde(default)]
    pub apply_best: bool,
    /// How an outage of the model's provider is waited out.
    #[serde(default)]
    pub auto_resume: AutoResume,
    /// Proposals under way at a time, from 1.
    #[serde(default = "one")]
    pub parallel: u32,
    /// Whether every proposal waits for approval before it is evaluated.
    #[serde(default)]
    pub require_review: bool,
    /// What ends it before its budget is spent.
    #[serde(default, skip_serializing_if = "Limits::is_empty")]
    pub limits: Limits,
    /// Whether even a single step is evaluated in a workspace of its own.
    #[serde(default)]
    pub isolate: bool,
    /// What each evaluation is given one of, for itself alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slots: Vec<Devices>,
    /// How versions are measured.
    #[serde(default, skip_serializing_if = "Measurement::is_default")]
    pub measurement: Measurement,
    /// Where it comes from; none for a run that starts from the user's own code.
    #[serde(default)]
    pub derived: Option<Derived>,
    /// The code of step 0, whatever its layout; none in records of former versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline_code: Option<CodeId>,
    /// The models of a run that has several, each as `provider/model`; see [`Self::models`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<String>,
    /// What the models' tokens cost, by model, as far as that was known when the run was created.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub prices: BTreeMap<String, Price>,
    /// How hard the models are to think; none: as they do by themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning_effort: Option<Effort>,
    /// The client's environment without values that look like secrets: `name=value` pairs, each
    /// ended by a NUL byte.
    pub environment: BlobId,
    /// Names of the variables whose values look like secrets and are therefore never recorded.
    pub secret_variables: Vec<String>,
}

/// Records of former versions do not tell, and meant this.
pub(crate) fn one() -> u32 {
    1
}

impl RunSpec {
    /// Whether evaluations run in workspaces of their own, away from the user's directory.
    pub fn is_isolated(&self) -> bool {
        self.parallel > 1 || self.isolate
    }

    /// The code of step 0.
    pub fn baseline(&self) -> FileRefs {
        match &self.derived {
            Some(derived) => derived.files.clone(),
            None => self.sources.iter().map(|source| (source.path.clone(), source.blob)).collect(),
        }
    }

    /// Who is asked for proposals, one or several: [`Grounds::model`](crate::event::Grounds::model) counts them.
    pub fn models(&self) -> &[String] {
        if self.models.is_empty() { std::slice::from_ref(&self.model) } else { &self.models }
    }

    /// The lineage that the run belongs to, named by its first run.
    pub fn lineage(&self) -> RunId {
        self.derived.as_ref().map_or(self.id, |derived| derived.lineage)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_record_that_tells_of_no_parallel_steps_means_one() {
        let mut record = serde_json::to_value(crate::fixture::spec(RunId(Uuid::nil()))).unwrap();
        record.as_object_mut().unwrap().remove("parallel");
        assert_eq!(serde_json::from_value::<RunSpec>(record).unwrap().parallel, 1);
    }
}
