//! How hard a model is to think.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How hard a model is to think before it answers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effort {
    /// As little as it can.
    Minimal,
    /// A little.
    Low,
    /// As much as is usual.
    Medium,
    /// As much as it can, within reason.
    High,
}

/// A word that names no [`Effort`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("it must be minimal, low, medium or high")]
pub struct NoEffort;

impl Effort {
    /// All of them, the least first.
    pub const ALL: [Self; 4] = [Self::Minimal, Self::Low, Self::Medium, Self::High];

    /// As users and most providers write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl FromStr for Effort {
    type Err = NoEffort;

    fn from_str(word: &str) -> Result<Self, NoEffort> {
        Self::ALL.into_iter().find(|effort| effort.word() == word).ok_or(NoEffort)
    }
}
