//! How a step stands, by a word, a sign and a class: never by colour alone.

use weco_core::state::RunState;
use weco_core::tree::{Node, Progress};

/// How a step stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Standing {
    /// It works, and nothing is better.
    Best,
    Good,
    Buggy,
    Failed,
    Rejected,
    /// Not evaluated yet.
    Pending,
}

impl Standing {
    pub(crate) fn of(state: &RunState, node: &Node) -> Self {
        match node.progress {
            Progress::Good { .. } if state.tree().best().is_some_and(|best| best.id == node.id) => Self::Best,
            Progress::Good { .. } => Self::Good,
            Progress::Buggy { .. } => Self::Buggy,
            Progress::Failed { .. } => Self::Failed,
            Progress::Rejected { .. } => Self::Rejected,
            Progress::Asked | Progress::Proposed | Progress::Evaluating { .. } => Self::Pending,
        }
    }

    /// The class of whatever shows it, and the word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Best => "best",
            Self::Good => "good",
            Self::Buggy => "buggy",
            Self::Failed => "failed",
            Self::Rejected => "rejected",
            Self::Pending => "pending",
        }
    }

    pub(crate) fn sign(self) -> char {
        match self {
            Self::Best => '★',
            Self::Good => '●',
            Self::Buggy => '✕',
            Self::Failed => '○',
            Self::Rejected => '⊘',
            Self::Pending => '…',
        }
    }

    /// All of them, in the order of a legend.
    pub(crate) const ALL: [Self; 6] =
        [Self::Best, Self::Good, Self::Buggy, Self::Failed, Self::Rejected, Self::Pending];
}

/// Why a step came to nothing, in its own words; empty if it did not.
pub(crate) fn reason(node: &Node) -> &str {
    match &node.progress {
        Progress::Buggy { reason, .. } | Progress::Failed { reason } | Progress::Rejected { reason } => {
            reason
        }
        _ => "",
    }
}
