//! Between the wire's words and the daemon's.

use tonic::{Code, Status};
use weco_core::effort::Effort;
use weco_core::event::{EndStatus, Grounds, Stage, Usage};
use weco_core::limits::Limits;
use weco_core::models::Account;
use weco_core::price::Price;
use weco_core::run::{Goal, NodeId, RunId, RunSpec};
use weco_core::state::RunStatus;
use weco_core::summary::Best;
use weco_core::tree::Node;
use weco_proto::status::status_with_hint;
use weco_proto::v1;

use crate::error::{Failure, FailureKind};

impl From<Failure> for Status {
    fn from(failure: Failure) -> Self {
        let code = match failure.kind {
            FailureKind::Invalid => Code::InvalidArgument,
            FailureKind::NotFound => Code::NotFound,
            FailureKind::State => Code::FailedPrecondition,
            FailureKind::Live => Code::AlreadyExists,
            FailureKind::Stopping => Code::Unavailable,
            FailureKind::Key => Code::Unauthenticated,
            FailureKind::System => Code::Internal,
        };
        status_with_hint(code, failure.message, &failure.hint)
    }
}

pub(super) fn stage(stage: Stage) -> v1::Stage {
    match stage {
        Stage::Baseline => v1::Stage::Baseline,
        Stage::Draft => v1::Stage::Draft,
        Stage::Improve => v1::Stage::Improve,
        Stage::Debug => v1::Stage::Debug,
        Stage::Cross => v1::Stage::Cross,
        Stage::Leap => v1::Stage::Leap,
    }
}

pub(super) fn goal(goal: Goal) -> v1::Goal {
    match goal {
        Goal::Maximize => v1::Goal::Maximize,
        Goal::Minimize => v1::Goal::Minimize,
    }
}

pub(super) fn end_status(status: EndStatus) -> v1::RunStatus {
    match status {
        EndStatus::Completed => v1::RunStatus::Completed,
        EndStatus::Terminated => v1::RunStatus::Terminated,
        EndStatus::Error => v1::RunStatus::Error,
        EndStatus::Interrupted => v1::RunStatus::Interrupted,
    }
}

pub(super) fn run_status(status: &RunStatus) -> v1::RunStatus {
    match status {
        RunStatus::Running => v1::RunStatus::Running,
        RunStatus::Stopping => v1::RunStatus::Stopping,
        RunStatus::Ended { status, .. } => end_status(*status),
    }
}

pub(super) fn derived_from(run: RunId, node: NodeId) -> v1::DerivedFrom {
    v1::DerivedFrom { run_id: run.to_string(), step: node.0, node_id: run.node_id(node).to_string() }
}

/// A node's metric, if it works.
pub(super) fn total(node: &Node) -> Option<v1::Spread> {
    Some(v1::Spread { metric: node.metric()?, sd: node.deviation(), count: node.count() })
}

pub(super) fn best(best: &Best) -> v1::Spread {
    v1::Spread { metric: best.metric, sd: best.deviation, count: best.count }
}

pub(super) fn usage(usage: Usage) -> v1::Usage {
    v1::Usage { input_tokens: usage.input_tokens, output_tokens: usage.output_tokens }
}

/// Who was asked.
pub(super) fn model(spec: &RunSpec, grounds: &Grounds) -> String {
    spec.models().get(grounds.model as usize).cloned().unwrap_or_default()
}

/// A run's limits; none if it has none.
pub(super) fn limits(limits: Limits) -> Option<v1::RunLimits> {
    let Limits { target, patience, seconds: max_seconds, tokens: max_tokens, cost: max_cost } = limits;
    let told = v1::RunLimits { target, patience, max_seconds, max_tokens, max_cost };
    (!limits.is_empty()).then_some(told)
}

pub(super) fn effort(effort: Option<Effort>) -> v1::ReasoningEffort {
    match effort {
        None => v1::ReasoningEffort::Unspecified,
        Some(Effort::Minimal) => v1::ReasoningEffort::Minimal,
        Some(Effort::Low) => v1::ReasoningEffort::Low,
        Some(Effort::Medium) => v1::ReasoningEffort::Medium,
        Some(Effort::High) => v1::ReasoningEffort::High,
    }
}

pub(super) fn price((model, price): (&String, &Price)) -> v1::ModelPrice {
    v1::ModelPrice { model: model.clone(), input: price.input, output: price.output }
}

pub(super) fn account(account: &Account) -> v1::ModelAccount {
    v1::ModelAccount {
        model: account.model.clone(),
        steps: account.steps,
        bests: account.bests,
        usage: Some(usage(account.usage)),
        cost: account.cost(),
    }
}
