//! What the program is asked.

use serde::Serialize;
use weco_core::report::{MAX_TEXT, MAX_WORST};
use weco_core::run::{BackendSetting, EvalBackend, Goal, NodeId, RunSpec};

use std::collections::BTreeMap;

/// Of the form of questions and answers.
pub(super) const VERSION: u32 = 1;

/// One question, as the program reads it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Question {
    version: u32,
    verb: &'static str,
    /// The backend's name.
    pub backend: String,
    settings: BTreeMap<String, BackendSetting>,
    metric: String,
    goal: Goal,
    sources: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<Run>,
    step: u32,
    max_worst: usize,
    max_text: usize,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct Run {
    id: String,
    name: String,
}

impl Question {
    fn new(verb: &'static str, backend: EvalBackend) -> Self {
        Self {
            version: VERSION,
            verb,
            backend: backend.name,
            settings: backend.settings,
            metric: String::new(),
            goal: Goal::Maximize,
            sources: Vec::new(),
            run: None,
            step: 0,
            max_worst: MAX_WORST,
            max_text: MAX_TEXT,
        }
    }

    /// How a version does.
    pub fn evaluate(spec: &RunSpec, backend: &EvalBackend, step: NodeId) -> Self {
        let run = Run { id: spec.id.to_string(), name: spec.name.clone() };
        let sources = spec.sources.iter().map(|source| source.path.clone()).collect();
        Self {
            verb: "evaluate",
            run: Some(run),
            step: step.0,
            ..Self::check(backend.clone(), &spec.metric, spec.goal, sources)
        }
    }

    /// Whether evaluations would find what they need.
    pub fn check(backend: EvalBackend, metric: &str, goal: Goal, sources: Vec<String>) -> Self {
        Self { metric: metric.to_owned(), goal, sources, ..Self::new("check", backend) }
    }

    /// What there is to choose from.
    pub fn list(backend: &str, sources: Vec<String>) -> Self {
        let backend = EvalBackend { name: backend.to_owned(), settings: BTreeMap::new() };
        Self { sources, ..Self::new("list", backend) }
    }

    /// The metric that is asked for.
    pub(super) fn metric(&self) -> &str {
        &self.metric
    }
}
