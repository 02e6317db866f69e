//! What a run is: its identifiers and [`RunSpec`], what the user asked for.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::limits::Limits;

/// A run's identity, a random UUID drawn by the daemon.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub Uuid);

impl RunId {
    /// The first eight characters: enough for people.
    pub fn short(self) -> String {
        let mut text = self.to_string();
        text.truncate(8);
        text
    }

    /// The id of one of the run's nodes, for people and other programs: a UUID of version 5 (RFC 9562 §5.5) in the
    /// run's name space, so that it need not be stored.
    pub fn node_id(self, node: NodeId) -> Uuid {
        Uuid::new_v5(&self.0, node.to_string().as_bytes())
    }

    /// The id of a node's revision `number`, likewise in the node's name space.
    pub fn revision_id(self, node: NodeId, number: u32) -> Uuid {
        Uuid::new_v5(&self.node_id(node), number.to_string().as_bytes())
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A node of the solution tree. Its number is also its step: 0 is the baseline, and every proposal
/// asked for takes the next.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeId(pub u32);

impl NodeId {
    /// The user's own code.
    pub const BASELINE: Self = Self(0);

    /// Position in the tree's node list.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The name of a stored blob: the BLAKE3 hash of its content.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobId(pub [u8; 32]);

/// Text that is not 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a blob's name (64 hexadecimal digits)")]
pub struct InvalidBlobId;

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlobId({self})")
    }
}

impl FromStr for BlobId {
    type Err = InvalidBlobId;

    fn from_str(text: &str) -> Result<Self, InvalidBlobId> {
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let mut bytes = [0; 32];
        if pairs.len() != bytes.len() || !rest.is_empty() {
            return Err(InvalidBlobId);
        }
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = digit(*high).zip(digit(*low)).map(|(high, low)| high << 4 | low).ok_or(InvalidBlobId)?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for BlobId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BlobId {
    /// Without a text of its own: a run of 1,000 steps names some thousands.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;

        impl serde::de::Visitor<'_> for Name {
            type Value = BlobId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a blob's name (64 hexadecimal digits)")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<BlobId, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Name)
    }
}

/// A version of the run's sources: path (relative to the run's directory, `/`-separated) to text.
pub type Files = BTreeMap<String, String>;

/// [`Files`] with each text replaced by its blob's name.
pub type FileRefs = BTreeMap<String, BlobId>;

/// Which values of the metric are better.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
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

/// Which search policy chooses the next node to work on, with its parameters.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "policy", rename_all = "snake_case")]
pub enum SearchSpec {
    /// AIDE's tree search.
    Aide {
        /// Fresh approaches before anything is improved.
        num_drafts: u32,
        /// Probability of repairing a buggy leaf rather than improving a good node.
        debug_prob: f64,
        /// Longest chain of consecutive repairs.
        max_debug_depth: u32,
    },
    /// Always improve the best node. Used with the built-in proposer, which explores by itself.
    Greedy,
}

impl SearchSpec {
    /// The policy's name, as shown to people.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Aide { .. } => "aide",
            Self::Greedy => "greedy",
        }
    }
}

/// The environment of a run's evaluations, as far as it is recorded.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EnvironmentRef {
    /// As [`RunSpec::environment`].
    pub record: BlobId,
    /// As [`RunSpec::secret_variables`].
    pub secret_variables: Vec<String>,
}

/// How a run waits when its model's provider cannot be reached or answers that it cannot serve now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AutoResume {
    /// Waits in a row, without an answer in between, before the run ends; 0: it ends at once.
    pub attempts: u32,
    /// The first wait in milliseconds; each further one is twice as long, up to twelve times the first.
    pub first_wait_ms: u64,
}

impl Default for AutoResume {
    /// Five waits of 5, 10, 20, 40 and 60 seconds.
    fn default() -> Self {
        Self { attempts: 5, first_wait_ms: 5_000 }
    }
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
    /// Run by `sh -c`.
    pub eval_command: String,
    /// The metric's name as the user wrote it.
    pub metric: String,
    /// Which values are better.
    pub goal: Goal,
    /// The budget: proposals after the baseline.
    pub steps: u32,
    /// The provider and the model, as `provider/model` (`builtin` alone for the built-in proposer).
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
    /// Whether every proposal waits for approval before it is evaluated.
    #[serde(default)]
    pub require_review: bool,
    /// What ends it before its budget is spent.
    #[serde(default, skip_serializing_if = "Limits::is_empty")]
    pub limits: Limits,
    /// Where it comes from; none for a run that starts from the user's own code.
    #[serde(default)]
    pub derived: Option<Derived>,
    /// The client's environment without values that look like secrets: `name=value` pairs, each
    /// ended by a NUL byte.
    pub environment: BlobId,
    /// Names of the variables whose values look like secrets and are therefore never recorded.
    pub secret_variables: Vec<String>,
}

impl RunSpec {
    /// The code of step 0.
    pub fn baseline(&self) -> FileRefs {
        match &self.derived {
            Some(derived) => derived.files.clone(),
            None => self.sources.iter().map(|source| (source.path.clone(), source.blob)).collect(),
        }
    }

    /// The lineage that the run belongs to, named by its first run.
    pub fn lineage(&self) -> RunId {
        self.derived.as_ref().map_or(self.id, |derived| derived.lineage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blobs_name_is_64_hexadecimal_digits() {
        let name = BlobId(std::array::from_fn(|at| u8::try_from(at * 8).unwrap()));
        let text = name.to_string();
        assert_eq!(text.parse(), Ok(name));
        assert_eq!(text.to_uppercase().parse(), Ok(name));
        let json = serde_json::to_string(&name).unwrap();
        assert_eq!(serde_json::from_str::<BlobId>(&json).unwrap(), name);
        let wrong =
            ["", &text[1..], &format!("{text}0"), &format!("+{}", &text[1..]), &format!("é{}", &text[2..])];
        for wrong in wrong {
            assert_eq!(wrong.parse::<BlobId>(), Err(InvalidBlobId), "{wrong}");
            assert!(serde_json::from_str::<BlobId>(&format!("\"{wrong}\"")).is_err());
        }
    }
}
