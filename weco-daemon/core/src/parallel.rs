//! What each of several steps that are under way at once has for itself alone.

use serde::{Deserialize, Serialize};

/// Devices of one kind, or whatever else evaluations must not share.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Devices {
    /// `gpu`, or the name of an environment variable in upper case.
    pub kind: String,
    /// What there is of it, in the order of preference; no two are the same.
    pub values: Vec<String>,
}
