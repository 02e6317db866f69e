//! What events tell of evaluations.

use serde::{Deserialize, Serialize};

use crate::report::Report;
use crate::run::{BlobId, EnvironmentRef};

/// How an approved node is evaluated: as whoever approved it would.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Terms {
    /// What is run instead of the run's own command, if another.
    pub command: Option<String>,
    /// Where it is run; absolute.
    pub directory: String,
    /// The environment that it sees.
    pub environment: EnvironmentRef,
}

/// Names a process group beyond the reuse of its number.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ProcessRef {
    /// The group's id, which is its leader's process id.
    pub pgid: i32,
    /// The leader's start time in clock ticks since boot (`/proc/<pid>/stat`, field 22).
    pub start_time: u64,
    /// The kernel's boot id.
    pub boot_id: String,
}

/// What came of an evaluation.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// The metric, or why there is none.
    pub verdict: Verdict,
    /// How the command ended.
    pub exit: Exit,
    /// Wall time of the command.
    pub duration_ms: u64,
    /// The captured output, cut in the middle if long.
    pub output: BlobId,
    /// Its last lines, bounded: what the next prompt and the screens show.
    pub output_tail: String,
    /// Each value of the metric, in order, where it was measured more than once: the verdict's is their mean.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<f64>,
    /// Whether the command that verifies ran and ended well.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub verified: bool,
    /// What a backend tells of it; bounded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Box<Report>>,
}

/// The metric, or why there is none.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Verdict {
    /// The node works.
    Good {
        /// Always finite.
        metric: f64,
    },
    /// The node does not work.
    Buggy {
        /// One sentence.
        reason: String,
        /// What the user may do if it is the baseline; may be empty.
        #[serde(default)]
        hint: String,
    },
}

/// How an evaluation's command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Exit {
    /// It exited by itself.
    Code {
        /// Its exit code.
        code: i32,
    },
    /// A signal ended it.
    Signal {
        /// The signal's number.
        signal: i32,
    },
    /// It ran longer than allowed and was ended.
    TimedOut {
        /// The limit in seconds.
        limit_seconds: u64,
    },
}
