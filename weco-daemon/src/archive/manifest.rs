//! The archive's first entry: what the rest is.

use serde::{Deserialize, Serialize};
use weco_core::event::Timestamp;
use weco_core::run::RunId;

/// The form of archives that this version writes, and the newest that it reads.
pub(super) const FORMAT: u32 = 1;

/// zstd's level. On the code and outputs of runs, which are alike from step to step, higher ones take several times
/// as long for a few percent.
pub(super) const LEVEL: i32 = 3;

/// Names of entries, below the archive's one directory.
pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const EVENTS: &str = "events.jsonl";
pub(super) const CONTENTS: &str = "contents";
pub(super) const REPORT: &str = "report.html";

/// What an archive says of itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// See [`FORMAT`].
    pub(super) format: u32,
    /// The version of weco that wrote it.
    pub(super) weco: String,
    /// The run.
    pub(super) run: RunId,
    /// Its name, for people who look in here.
    pub(super) name: String,
    /// How many events follow.
    pub(super) events: u64,
    /// When it was written.
    pub(super) exported_at: Timestamp,
}
