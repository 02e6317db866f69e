//! The name by which an evaluation's processes are found again.

use std::fmt;

use weco_core::run::{NodeId, RunId};

/// Carried by every process of one evaluation in its environment, as `WECO_EVAL=<run>/<node>/<attempt>`.
/// It follows from what the journal knows before the evaluation starts, so that a restarted daemon
/// finds processes whose start it had no time to record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Token(String);

impl Token {
    /// The variable's name.
    pub const VARIABLE: &'static str = "WECO_EVAL";

    /// The token of one attempt to evaluate one node.
    pub fn new(run: RunId, node: NodeId, attempt: u32) -> Self {
        Self(format!("{run}/{node}/{attempt}"))
    }

    /// The token of a second evaluation of the node, made at the same time as that of this attempt.
    pub fn beside(run: RunId, node: NodeId, attempt: u32) -> Self {
        Self(format!("{run}/{node}/{attempt}/beside"))
    }

    /// The token of a check outside of any run.
    pub fn of_check() -> Self {
        Self(format!("check/{}", uuid::Uuid::new_v4()))
    }

    /// The variable's value.
    pub fn value(&self) -> &str {
        &self.0
    }

    /// The whole entry of the environment.
    pub(super) fn entry(&self) -> String {
        format!("{self}")
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", Self::VARIABLE, self.0)
    }
}
