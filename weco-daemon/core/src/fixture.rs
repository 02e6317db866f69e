//! A run for tests and benchmarks; in no product.

use std::collections::BTreeMap;

use crate::limits::Limits;
use crate::run::{AutoResume, BlobId, Goal, Measurement, RunId, RunSpec, SearchSpec};

/// A run of five steps with the built-in proposer and without sources; name what matters:
/// `RunSpec { steps: 20, ..fixture::spec(id) }`.
pub fn spec(id: RunId) -> RunSpec {
    RunSpec {
        id,
        name: "swift-heron".to_owned(),
        directory: "/home/u/project".to_owned(),
        sources: Vec::new(),
        eval_command: "python eval.py".to_owned(),
        backend: None,
        metric: "speedup".to_owned(),
        goal: Goal::Maximize,
        steps: 5,
        model: "builtin".to_owned(),
        instructions: None,
        log_dir: "/home/u/project/.runs".to_owned(),
        save_logs: false,
        eval_timeout_seconds: None,
        search: SearchSpec::Greedy,
        seed: 1,
        apply_best: false,
        auto_resume: AutoResume::default(),
        parallel: 1,
        require_review: false,
        limits: Limits::default(),
        isolate: false,
        slots: Vec::new(),
        measurement: Measurement::default(),
        derived: None,
        baseline_code: None,
        models: Vec::new(),
        prices: BTreeMap::new(),
        reasoning_effort: None,
        environment: BlobId([0; 32]),
        secret_variables: Vec::new(),
    }
}
