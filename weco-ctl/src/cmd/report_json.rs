//! What an evaluation backend is, and what it told of a step, in JSON.

use std::collections::BTreeMap;

use serde::Serialize;
use weco_proto::v1::{EvalBackend, EvalExample, EvalExampleScore, EvalReport, EvalScore};

/// What evaluates in a command's place.
#[derive(Serialize, PartialEq, Debug)]
pub(super) struct BackendJson<'a> {
    name: &'a str,
    /// By the flags' names without the backend's.
    settings: BTreeMap<&'a str, &'a [String]>,
}

impl<'a> From<&'a EvalBackend> for BackendJson<'a> {
    fn from(backend: &'a EvalBackend) -> Self {
        let settings = backend.settings.iter();
        let settings = settings.map(|setting| (setting.name.as_str(), setting.values.as_slice()));
        Self { name: &backend.name, settings: settings.collect() }
    }
}

/// What was told of a step.
#[derive(Serialize, PartialEq, Debug)]
pub(super) struct ReportJson<'a> {
    scores: Vec<ScoreJson<'a>>,
    examples: u32,
    /// Examples on which the target failed.
    failed: u32,
    /// Failed ones first.
    worst: Vec<ExampleJson<'a>>,
    experiment: &'a str,
    experiment_url: Option<&'a str>,
    notes: &'a [String],
}

#[derive(Serialize, PartialEq, Debug)]
struct ScoreJson<'a> {
    name: &'a str,
    value: Option<f64>,
    summary: &'a str,
    count: u32,
    missing: u32,
}

#[derive(Serialize, PartialEq, Debug)]
struct ExampleJson<'a> {
    id: &'a str,
    input: &'a str,
    output: Option<&'a str>,
    expected: Option<&'a str>,
    error: Option<&'a str>,
    scores: Vec<ExampleScoreJson<'a>>,
}

#[derive(Serialize, PartialEq, Debug)]
struct ExampleScoreJson<'a> {
    name: &'a str,
    value: Option<f64>,
    comment: Option<&'a str>,
}

impl<'a> From<&'a EvalReport> for ReportJson<'a> {
    fn from(report: &'a EvalReport) -> Self {
        Self {
            scores: report.scores.iter().map(ScoreJson::from).collect(),
            examples: report.examples,
            failed: report.failed,
            worst: report.worst.iter().map(ExampleJson::from).collect(),
            experiment: &report.experiment,
            experiment_url: Some(report.experiment_url.as_str()).filter(|url| !url.is_empty()),
            notes: &report.notes,
        }
    }
}

impl<'a> From<&'a EvalScore> for ScoreJson<'a> {
    fn from(score: &'a EvalScore) -> Self {
        let EvalScore { name, value, summary, count, missing } = score;
        Self { name, value: *value, summary, count: *count, missing: *missing }
    }
}

impl<'a> From<&'a EvalExample> for ExampleJson<'a> {
    fn from(example: &'a EvalExample) -> Self {
        let score = |score: &'a EvalExampleScore| ExampleScoreJson {
            name: &score.name,
            value: score.value,
            comment: score.comment.as_deref(),
        };
        Self {
            id: &example.id,
            input: &example.input,
            output: example.output.as_deref(),
            expected: example.expected.as_deref(),
            error: example.error.as_deref(),
            scores: example.scores.iter().map(score).collect(),
        }
    }
}
