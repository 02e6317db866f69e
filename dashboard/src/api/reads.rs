//! What only looks.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use tokio_stream::StreamExt;
use tonic::Status;
use utoipa::{IntoParams, ToSchema};
use weco_proto::v1::{self, weco_server::Weco};

use super::error::{ApiError, ErrorBody};
use super::extract::{Path, Query};
use super::node::{NodeDetailJson, TreeJson};
use super::run::{RunJson, RunsJson};
use super::{Api, ask};

/// Characters of a plan in a tree: what a line or a tip shows.
const PLAN_CHARS: u32 = 200;

/// Runs of a list that are told with their trend: what fits on some screens.
const TRENDS: usize = 50;

/// The daemon.
#[derive(Serialize, ToSchema)]
pub(super) struct Me {
    version: String,
    pid: u32,
    uptime_seconds: u64,
    state_dir: String,
    /// What was repaired or put aside when the journal was opened, one sentence each.
    notices: Vec<String>,
}

/// What is wanted of a tree.
#[derive(Deserialize, IntoParams)]
pub(super) struct TreeQuery {
    /// All runs of the lineage, and not only this one.
    #[serde(default)]
    lineage: bool,
}

/// What is wanted of a node.
#[derive(Deserialize, IntoParams)]
pub(super) struct NodeQuery {
    /// With its code.
    #[serde(default)]
    code: bool,
    /// With all of its output.
    #[serde(default)]
    output: bool,
}

/// Tells of the daemon.
#[utoipa::path(get, path = "/api/v1/me", responses((status = 200, body = Me)))]
pub(super) async fn me(State(api): State<Api>) -> Result<Json<Me>, ApiError> {
    let status = api.service.status(ask(v1::StatusRequest {})).await?.into_inner();
    let v1::StatusReply { version, pid, uptime_seconds, state_dir, notices, .. } = status;
    Ok(Json(Me { version, pid, uptime_seconds, state_dir, notices }))
}

/// All runs, newest first.
#[utoipa::path(get, path = "/api/v1/runs", responses((status = 200, body = RunsJson)))]
pub(super) async fn runs(State(api): State<Api>) -> Result<Json<RunsJson>, ApiError> {
    let mut runs = list(api.service.as_ref(), v1::ListRunsRequest::default()).await?;
    for run in runs.iter_mut().take(TRENDS) {
        run.trend = api.trends.of(api.service.as_ref(), run).await;
    }
    Ok(Json(RunsJson { runs }))
}

/// One run; `run` is its id or a unique beginning of it.
#[utoipa::path(get, path = "/api/v1/runs/{run}",
    responses((status = 200, body = RunJson), (status = 404, body = ErrorBody)))]
pub(super) async fn run(State(api): State<Api>, Path(run): Path<String>) -> Result<Json<RunJson>, ApiError> {
    Ok(Json(one(api.service.as_ref(), run).await?))
}

/// The nodes of a run or of its lineage.
#[utoipa::path(get, path = "/api/v1/runs/{run}/tree", params(TreeQuery),
    responses((status = 200, body = TreeJson), (status = 404, body = ErrorBody)))]
pub(super) async fn tree(
    State(api): State<Api>,
    Path(run_id): Path<String>,
    Query(TreeQuery { lineage }): Query<TreeQuery>,
) -> Result<Json<TreeJson>, ApiError> {
    let request =
        v1::GetTreeRequest { run_id, lineage, plan_chars: PLAN_CHARS, ..v1::GetTreeRequest::default() };
    let mut parts = api.service.get_tree(ask(request)).await?.into_inner();
    let mut tree = TreeJson { members: Vec::new(), nodes: Vec::new() };
    while let Some(part) = parts.next().await {
        let part = part?;
        tree.members.extend(part.members.into_iter().map(RunJson::from));
        tree.nodes.extend(part.nodes.into_iter().map(Into::into));
    }
    Ok(Json(tree))
}

/// One node; `node` is a step of the run, a node's id or a unique beginning of one, `best` (of the lineage) or
/// `run-best`.
#[utoipa::path(get, path = "/api/v1/runs/{run}/nodes/{node}", params(NodeQuery),
    responses((status = 200, body = NodeDetailJson), (status = 404, body = ErrorBody)))]
pub(super) async fn node(
    State(api): State<Api>,
    Path((run, node)): Path<(String, String)>,
    Query(NodeQuery { code, output }): Query<NodeQuery>,
) -> Result<Json<NodeDetailJson>, ApiError> {
    Ok(Json(detailed(api.service.as_ref(), run, node, code, output).await?.into()))
}

/// One node in the service's own words.
pub(super) async fn detailed(
    service: &dyn Weco,
    run_id: String,
    node: String,
    code: bool,
    output: bool,
) -> Result<v1::Node, ApiError> {
    let request = v1::GetNodeRequest { run_id, node, code, output };
    let reply = service.get_node(ask(request)).await?.into_inner();
    reply.node.ok_or_else(|| ApiError::not_found("there is no such node"))
}

/// One run.
pub(crate) async fn one(service: &dyn Weco, run_id: String) -> Result<RunJson, ApiError> {
    let reply = service.get_run(ask(v1::GetRunRequest { run_id })).await?.into_inner();
    Ok(reply.run.ok_or_else(|| ApiError::not_found("there is no such run"))?.into())
}

/// Many runs, newest first.
pub(crate) async fn list(service: &dyn Weco, request: v1::ListRunsRequest) -> Result<Vec<RunJson>, Status> {
    let mut parts = service.list_runs(ask(request)).await?.into_inner();
    let mut runs = Vec::new();
    while let Some(part) = parts.next().await {
        runs.extend(part?.runs.into_iter().map(RunJson::from));
    }
    Ok(runs)
}
