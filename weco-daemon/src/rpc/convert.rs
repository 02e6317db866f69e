//! Between the wire's words and the daemon's.

use tonic::{Code, Status};
use weco_core::event::{EndStatus, Stage, Usage};
use weco_core::run::{Goal, NodeId, RunId};
use weco_core::state::RunStatus;
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

pub(super) fn usage(usage: Usage) -> v1::Usage {
    v1::Usage { input_tokens: usage.input_tokens, output_tokens: usage.output_tokens }
}
