//! What a simulated user asks for.

use uuid::Uuid;
use weco_core::fixture;
use weco_core::run::{BlobId, RunId, RunSpec, SearchSpec, Source};

/// The only source file.
pub(super) const PATH: &str = "solution.py";

/// The metric's name; larger is better.
pub(super) const METRIC: &str = "score";

/// A run of this many steps from this baseline. `seed` fixes what the policy draws. The policy named here is not asked.
pub(crate) fn spec(steps: u32, seed: u64, baseline: BlobId) -> RunSpec {
    RunSpec {
        sources: vec![Source { path: PATH.to_owned(), blob: baseline, mode: 0o644 }],
        eval_command: "python evaluate.py".to_owned(),
        backend: None,
        metric: METRIC.to_owned(),
        steps,
        search: SearchSpec::Greedy,
        seed,
        ..fixture::spec(RunId(Uuid::from_u64_pair(seed, u64::from(steps))))
    }
}
