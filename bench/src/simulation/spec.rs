//! What a simulated user asks for.

use uuid::Uuid;
use weco_core::run::{AutoResume, BlobId, Goal, RunId, RunSpec, SearchSpec, Source};

/// The only source file.
pub(super) const PATH: &str = "solution.py";

/// The metric's name; larger is better.
pub(super) const METRIC: &str = "score";

/// A run of this many steps from this baseline. `seed` fixes what the policy draws. The policy named here is not asked.
pub(crate) fn spec(steps: u32, seed: u64, baseline: BlobId) -> RunSpec {
    RunSpec {
        id: RunId(Uuid::from_u64_pair(seed, u64::from(steps))),
        name: "benchmark".to_owned(),
        directory: "/task".to_owned(),
        sources: vec![Source { path: PATH.to_owned(), blob: baseline, mode: 0o644 }],
        eval_command: "python evaluate.py".to_owned(),
        metric: METRIC.to_owned(),
        goal: Goal::Maximize,
        steps,
        model: "simulated/proposer".to_owned(),
        instructions: None,
        log_dir: "/task/.runs".to_owned(),
        save_logs: false,
        eval_timeout_seconds: None,
        search: SearchSpec::Greedy,
        seed,
        apply_best: false,
        auto_resume: AutoResume::default(),
        require_review: false,
        derived: None,
        environment: BlobId([0; 32]),
        secret_variables: Vec::new(),
    }
}
