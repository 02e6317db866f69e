use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{Method, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::body::MAX_BODY;
use super::error::ApiError;
use super::{Api, actions, events, openapi, patch, reads};

/// The paths below which something is, as the document names them.
#[cfg(test)]
pub(super) const ROUTES: &[&str] = &[
    "/api/v1/me",
    "/api/v1/runs",
    "/api/v1/events",
    "/api/v1/runs/{run}",
    "/api/v1/runs/{run}/tree",
    "/api/v1/runs/{run}/events",
    "/api/v1/runs/{run}/stop",
    "/api/v1/runs/{run}/resume",
    "/api/v1/runs/{run}/derive",
    "/api/v1/runs/{run}/instructions",
    "/api/v1/runs/{run}/apply",
    "/api/v1/runs/{run}/nodes/{node}",
    "/api/v1/runs/{run}/nodes/{node}/patch",
    "/api/v1/runs/{run}/nodes/{node}/output",
    "/api/v1/runs/{run}/nodes/{node}/approve",
    "/api/v1/runs/{run}/nodes/{node}/revise",
    "/api/v1/runs/{run}/nodes/{node}/reject",
];

/// Everything below `/api`.
pub(crate) fn router(api: Api) -> Router {
    Router::new()
        .route("/api/v1/openapi.json", get(document))
        .route("/api/v1/me", get(reads::me))
        .route("/api/v1/runs", get(reads::runs))
        .route("/api/v1/events", get(events::of_all))
        .route("/api/v1/runs/{run}", get(reads::run))
        .route("/api/v1/runs/{run}/tree", get(reads::tree))
        .route("/api/v1/runs/{run}/events", get(events::of_run))
        .route("/api/v1/runs/{run}/stop", post(actions::stop))
        .route("/api/v1/runs/{run}/resume", post(actions::resume))
        .route("/api/v1/runs/{run}/derive", post(actions::derive))
        .route("/api/v1/runs/{run}/instructions", post(actions::instruct))
        .route("/api/v1/runs/{run}/apply", post(actions::apply))
        .route("/api/v1/runs/{run}/nodes/{node}", get(reads::node))
        .route("/api/v1/runs/{run}/nodes/{node}/patch", get(patch::patch))
        .route("/api/v1/runs/{run}/nodes/{node}/output", get(events::of_output))
        .route("/api/v1/runs/{run}/nodes/{node}/approve", post(actions::approve))
        .route("/api/v1/runs/{run}/nodes/{node}/revise", post(actions::revise))
        .route("/api/v1/runs/{run}/nodes/{node}/reject", post(actions::reject))
        .route("/api/{*rest}", get(nothing).post(nothing))
        .method_not_allowed_fallback(async || ApiError::method())
        .layer(from_fn_with_state(api.clone(), tell_all))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(api)
}

/// Whatever was done is told to all who look, and not only when they are told next.
async fn tell_all(State(api): State<Api>, request: Request, next: Next) -> Response {
    let is_act = request.method() == Method::POST;
    let response = next.run(request).await;
    if is_act && response.status().is_success() {
        api.changes.look_now();
    }
    response
}

async fn document() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], openapi())
}

async fn nothing() -> ApiError {
    ApiError::not_found("there is nothing of this name in the API; see /api/v1/openapi.json")
}
