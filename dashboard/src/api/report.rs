use serde::Serialize;
use utoipa::ToSchema;
use weco_proto::v1;

/// What an evaluation backend told of a node, beyond the metric.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(as = EvalReport)]
pub(super) struct ReportJson {
    /// Each evaluator's, over all examples.
    scores: Vec<ScoreJson>,
    examples: u32,
    /// Examples on which the target failed.
    failed: u32,
    /// Those to learn most from: failed ones, then the worst.
    worst: Vec<ExampleJson>,
    /// Its name in the service.
    experiment: String,
    /// Its page there; empty if it has none.
    experiment_url: String,
    notes: Vec<String>,
}

/// An evaluator's score over all examples.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(as = EvalScore)]
pub(super) struct ScoreJson {
    name: String,
    /// Absent if no example has one.
    value: Option<f64>,
    /// How it was made of the examples' scores.
    summary: String,
    count: u32,
    missing: u32,
}

/// One example of the dataset; its texts are cut.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(as = EvalExample)]
pub(super) struct ExampleJson {
    id: String,
    input: String,
    output: Option<String>,
    expected: Option<String>,
    /// Why the target failed on it.
    error: Option<String>,
    scores: Vec<ExampleScoreJson>,
}

/// What an evaluator says of one example.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(as = EvalExampleScore)]
pub(super) struct ExampleScoreJson {
    name: String,
    value: Option<f64>,
    comment: Option<String>,
}

impl From<v1::EvalReport> for ReportJson {
    fn from(report: v1::EvalReport) -> Self {
        let v1::EvalReport { scores, examples, failed, worst, experiment, experiment_url, notes } = report;
        let scores = scores.into_iter().map(ScoreJson::from).collect();
        let worst = worst.into_iter().map(ExampleJson::from).collect();
        Self { scores, examples, failed, worst, experiment, experiment_url, notes }
    }
}

impl From<v1::EvalScore> for ScoreJson {
    fn from(score: v1::EvalScore) -> Self {
        let v1::EvalScore { name, value, summary, count, missing } = score;
        Self { name, value, summary, count, missing }
    }
}

impl From<v1::EvalExample> for ExampleJson {
    fn from(example: v1::EvalExample) -> Self {
        let v1::EvalExample { id, input, output, expected, error, scores } = example;
        let score = |score: v1::EvalExampleScore| ExampleScoreJson {
            name: score.name,
            value: score.value,
            comment: score.comment,
        };
        Self { id, input, output, expected, error, scores: scores.into_iter().map(score).collect() }
    }
}
