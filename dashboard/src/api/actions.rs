//! What changes something. Every handler is one request of the service.

use axum::Json;
use axum::extract::State;
use weco_proto::v1;

use super::body::{
    Applied, Apply, Approve, Body, Derive, Going, Instruct, Instructed, Reject, Resume, Revise, Revised,
    Said, SourceBody, Stop, Stopped,
};
use super::error::{ApiError, ErrorBody};
use super::extract::Path;
use super::{Api, ask, words};

/// Who says what is said here.
const BY: &str = "dashboard";

type Answer<T> = Result<Json<T>, ApiError>;

/// Asks a run to stop in good order.
#[utoipa::path(post, path = "/api/v1/runs/{run}/stop", request_body = Stop,
    responses((status = 200, body = Stopped), (status = "4XX", body = ErrorBody)))]
pub(super) async fn stop(
    State(api): State<Api>,
    Path(run_id): Path<String>,
    Body(Stop { force }): Body<Stop>,
) -> Answer<Stopped> {
    let reply = api.service.stop_run(ask(v1::StopRunRequest { run_id, force, wait: false })).await?;
    Ok(Json(Stopped { status: words::run_status(reply.into_inner().status()) }))
}

/// Lets a run go on, in the environment that is recorded of it.
#[utoipa::path(post, path = "/api/v1/runs/{run}/resume", request_body = Resume,
    responses((status = 200, body = Going), (status = "4XX", body = ErrorBody)))]
pub(super) async fn resume(
    State(api): State<Api>,
    Path(run_id): Path<String>,
    Body(Resume { steps }): Body<Resume>,
) -> Answer<Going> {
    let request = v1::ResumeRunRequest {
        run_id,
        steps,
        recorded_environment: true,
        detached: true,
        ..v1::ResumeRunRequest::default()
    };
    let v1::ResumeRunReply { run_id, run_name: name, .. } =
        api.service.resume_run(ask(request)).await?.into_inner();
    Ok(Json(Going { run_id, name }))
}

/// Begins a run from a step of another one, in the environment that is recorded of that.
#[utoipa::path(post, path = "/api/v1/runs/{run}/derive", request_body = Derive,
    responses((status = 200, body = Going), (status = "4XX", body = ErrorBody)))]
pub(super) async fn derive(
    State(api): State<Api>,
    Path(run_id): Path<String>,
    Body(Derive { from_step, steps, instructions, keep_parent }): Body<Derive>,
) -> Answer<Going> {
    let request = v1::DeriveRunRequest {
        run_id,
        from_step,
        steps,
        instructions,
        keep_parent,
        recorded_environment: true,
        detached: true,
        ..v1::DeriveRunRequest::default()
    };
    let v1::StartRunReply { run_id, run_name: name, .. } =
        api.service.derive_run(ask(request)).await?.into_inner();
    Ok(Json(Going { run_id, name }))
}

/// Gives a run other instructions, which count from its next proposal.
#[utoipa::path(post, path = "/api/v1/runs/{run}/instructions", request_body = Instruct,
    responses((status = 200, body = Instructed), (status = "4XX", body = ErrorBody)))]
pub(super) async fn instruct(
    State(api): State<Api>,
    Path(run_id): Path<String>,
    Body(Instruct { text: instructions, append }): Body<Instruct>,
) -> Answer<Instructed> {
    let request = v1::InstructRunRequest { run_id, instructions, append, by: BY.to_owned() };
    let reply = api.service.instruct_run(ask(request)).await?.into_inner();
    Ok(Json(Instructed { instructions: reply.instructions }))
}

/// Writes a version over the run's sources, unless they were edited.
#[utoipa::path(post, path = "/api/v1/runs/{run}/apply", request_body = Apply,
    responses((status = 200, body = Applied), (status = "4XX", body = ErrorBody)))]
pub(super) async fn apply(
    State(api): State<Api>,
    Path(run_id): Path<String>,
    Body(Apply { node }): Body<Apply>,
) -> Answer<Applied> {
    let request = v1::ApplyBestRequest { run_id, node: node.unwrap_or_default() };
    let v1::ApplyBestReply { step, paths } = api.service.apply_best(ask(request)).await?.into_inner();
    Ok(Json(Applied { step, paths }))
}

/// Lets a node be evaluated that waits for approval, as the run's own command has it.
#[utoipa::path(post, path = "/api/v1/runs/{run}/nodes/{node}/approve", request_body = Approve,
    responses((status = 200, body = Said), (status = "4XX", body = ErrorBody)))]
pub(super) async fn approve(
    State(api): State<Api>,
    Path((run_id, node)): Path<(String, String)>,
    Body(Approve { files }): Body<Approve>,
) -> Answer<Said> {
    let request = v1::SubmitNodeRequest {
        run_id,
        node,
        files: texts(files),
        by: BY.to_owned(),
        recorded_environment: true,
        ..v1::SubmitNodeRequest::default()
    };
    let v1::SubmitNodeReply { node_id, step, .. } = api.service.submit_node(ask(request)).await?.into_inner();
    Ok(Json(Said { node_id, step }))
}

/// Replaces the code of a node that waits for approval.
#[utoipa::path(post, path = "/api/v1/runs/{run}/nodes/{node}/revise", request_body = Revise,
    responses((status = 200, body = Revised), (status = "4XX", body = ErrorBody)))]
pub(super) async fn revise(
    State(api): State<Api>,
    Path((run_id, node)): Path<(String, String)>,
    Body(Revise { files }): Body<Revise>,
) -> Answer<Revised> {
    let request = v1::ReviseNodeRequest { run_id, node, files: texts(files), by: BY.to_owned() };
    let reply = api.service.revise_node(ask(request)).await?.into_inner();
    Ok(Json(Revised { revision_id: reply.revision_id, number: reply.number }))
}

/// Turns a node down that waits for approval.
#[utoipa::path(post, path = "/api/v1/runs/{run}/nodes/{node}/reject", request_body = Reject,
    responses((status = 200, body = Said), (status = "4XX", body = ErrorBody)))]
pub(super) async fn reject(
    State(api): State<Api>,
    Path((run_id, node)): Path<(String, String)>,
    Body(Reject { reason }): Body<Reject>,
) -> Answer<Said> {
    let request = v1::RejectNodeRequest { run_id, node, reason, by: BY.to_owned() };
    let v1::RejectNodeReply { node_id, step, .. } = api.service.reject_node(ask(request)).await?.into_inner();
    Ok(Json(Said { node_id, step }))
}

fn texts(files: Vec<SourceBody>) -> Vec<v1::SourceText> {
    files.into_iter().map(|SourceBody { path, text }| v1::SourceText { path, text }).collect()
}
