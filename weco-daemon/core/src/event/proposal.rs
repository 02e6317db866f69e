//! What events tell of proposals.

use serde::{Deserialize, Serialize};

use crate::run::{CodeId, NodeId};

/// How a proposal came to be asked for as it was.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Grounds {
    /// The second parent of a [`Stage::Cross`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with: Option<NodeId>,
    /// Why the search chose this, in a sentence for people; empty in records of former versions.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// Which of the run's models is asked: see [`RunSpec::models`](crate::run::RunSpec::models).
    #[serde(skip_serializing_if = "is_first")]
    pub model: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_first(model: &u32) -> bool {
    *model == 0
}

/// What is known of how a proposal was written; nothing in records of former versions.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Written {
    /// Its code, whatever its layout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<CodeId>,
    /// The form of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<Form>,
}

impl Written {
    pub(super) fn is_unknown(&self) -> bool {
        *self == Self::default()
    }
}

/// The form of a model's answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Whole files.
    Whole,
    /// SEARCH/REPLACE blocks, with or without whole files beside them.
    Edits,
}

/// Why a reply could not be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Anything that says nothing about the answer's form.
    #[default]
    Other,
    /// Its code was tried already.
    Seen,
    /// A whole file was cut off, left something out or was not to be told from others.
    Whole,
    /// A SEARCH/REPLACE block could not be applied.
    Edits,
}

impl Fault {
    pub(super) fn is_other(&self) -> bool {
        *self == Self::Other
    }
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
    /// What is good in a working parent joined with what is good in another working node.
    Cross,
    /// A change of paradigm after a standstill: the parent shows what is to be beaten, not what to build on.
    Leap,
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
