//! Evaluation backends: what is asked for, what a check finds, what a report tells.

use std::ffi::OsString;
use std::path::Path;

use weco_backends::{Given, InvalidSettings, Value};
use weco_core::report::{Example, ExampleScore, Report, Score};
use weco_core::run::{BackendSetting, EvalBackend, RunSpec};
use weco_proto::v1;

use crate::backend::{self, Checked, Dataset, Fault, FaultKind, Question, Split};
use crate::error::{Failure, FailureKind};
use crate::rpc::launch;
use crate::run::Registry;

/// What a request asks for, checked as far as that needs no service.
pub(super) fn requested(asked: v1::EvalBackend) -> Result<EvalBackend, Failure> {
    let v1::EvalBackend { name, settings } = asked;
    let backend = find(&name)?;
    let settings = settings.iter().map(|setting| (setting.name.as_str(), setting.values.as_slice()));
    let values = Given::complete(backend, settings)?.into_values();
    let settings = values.into_iter().map(|(name, value)| (name, recorded(value))).collect();
    Ok(EvalBackend { name, settings })
}

fn find(name: &str) -> Result<&'static weco_backends::Backend, Failure> {
    weco_backends::find(name).ok_or_else(|| {
        let known: Vec<&str> = weco_backends::ALL.iter().map(|backend| backend.name).collect();
        Failure::invalid(format!("there is no evaluation backend {name:?}"))
            .hint(format!("one of shell, {}", known.join(", ")))
    })
}

fn recorded(value: Value) -> BackendSetting {
    match value {
        Value::Number(number) => BackendSetting::Number(number),
        Value::Text(text) => BackendSetting::Text(text),
        Value::Texts(texts) => BackendSetting::Texts(texts),
    }
}

/// Asks the run's backend, if it has one, whether evaluations would find all that they need. Costs nothing.
pub(super) async fn check(
    registry: &Registry,
    spec: &RunSpec,
    environment: &[(OsString, OsString)],
) -> Result<Option<v1::BackendCheck>, Failure> {
    let Some(backend) = &spec.backend else { return Ok(None) };
    let sources = spec.sources.iter().map(|source| source.path.clone()).collect();
    let question = Question::check(backend.clone(), &spec.metric, spec.goal, sources);
    let directory = spec.directory.clone().into();
    let Checked { facts, warnings } =
        backend::check(&registry.deps().bridge, &question, directory, environment.to_vec()).await?;
    let facts =
        facts.into_iter().map(|fact| v1::BackendFact { what: fact.what, value: fact.value }).collect();
    Ok(Some(v1::BackendCheck { facts, warnings }))
}

/// What a run can be made of.
pub(super) async fn list(
    registry: &Registry,
    request: v1::ListBackendRequest,
) -> Result<v1::ListBackendReply, Failure> {
    find(&request.backend)?;
    if !Path::new(&request.directory).is_absolute() {
        return Err(Failure::invalid("the working directory must be an absolute path"));
    }
    let environment = launch::environment(request.environment);
    let question = Question::list(&request.backend, request.sources);
    let listed =
        backend::list(&registry.deps().bridge, &question, request.directory.into(), environment).await?;
    Ok(v1::ListBackendReply {
        datasets: listed.datasets.into_iter().map(dataset).collect(),
        targets: listed.targets,
        evaluators: listed.evaluators,
    })
}

fn dataset(Dataset { name, examples, splits }: Dataset) -> v1::BackendDataset {
    let splits =
        splits.into_iter().map(|Split { name, examples }| v1::BackendSplit { name, examples }).collect();
    v1::BackendDataset { name, examples, splits }
}

/// What evaluates, as clients are told of it.
pub(super) fn told(backend: &EvalBackend) -> v1::EvalBackend {
    let settings = backend
        .settings
        .iter()
        .map(|(name, value)| v1::BackendSetting { name: name.clone(), values: value.texts() });
    v1::EvalBackend { name: backend.name.clone(), settings: settings.collect() }
}

/// A report as clients are told of it.
pub(super) fn report(report: &Report) -> v1::EvalReport {
    v1::EvalReport {
        scores: report.scores.iter().map(score).collect(),
        examples: report.examples,
        failed: report.failed,
        worst: report.worst.iter().map(example).collect(),
        experiment: report.experiment.name.clone(),
        experiment_url: report.experiment.url.clone().unwrap_or_default(),
        notes: report.notes.clone(),
    }
}

fn score(score: &Score) -> v1::EvalScore {
    v1::EvalScore {
        name: score.name.clone(),
        value: score.value,
        summary: score.summary.clone(),
        count: score.count,
        missing: score.missing,
    }
}

fn example(example: &Example) -> v1::EvalExample {
    let score = |score: &ExampleScore| v1::EvalExampleScore {
        name: score.name.clone(),
        value: score.value,
        comment: score.comment.clone(),
    };
    v1::EvalExample {
        id: example.id.clone(),
        input: example.input.clone(),
        output: example.output.clone(),
        expected: example.expected.clone(),
        error: example.error.clone(),
        scores: example.scores.iter().map(score).collect(),
    }
}

impl From<InvalidSettings> for Failure {
    fn from(error: InvalidSettings) -> Self {
        Self::invalid(error.to_string()).hint(error.hint())
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        let kind = match fault.kind {
            FaultKind::Auth => FailureKind::Key,
            FaultKind::Setup | FaultKind::Service | FaultKind::Candidate => FailureKind::State,
        };
        Self::new(kind, fault.message.clone()).hint(fault.hint())
    }
}
