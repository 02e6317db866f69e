//! What the page sends with what it asks for.

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::ApiError;

/// Longest body, in bytes: sources of 500 KB in JSON.
pub(crate) const MAX_BODY: usize = 8 << 20;

/// A body of JSON; what is wrong with one is told as everything is.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let body = axum::Json::<T>::from_request(request, state).await;
        body.map(|axum::Json(body)| Self(body)).map_err(|refused| match refused.status() {
            StatusCode::PAYLOAD_TOO_LARGE => ApiError::too_large(MAX_BODY),
            _ => ApiError::invalid(refused.body_text()),
        })
    }
}

/// Stops a run.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Stop {
    /// Without a grace period.
    #[serde(default)]
    pub(super) force: bool,
}

/// Lets a run go on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Resume {
    /// This many more steps; absent: what was left of the budget.
    pub(super) steps: Option<u32>,
}

/// Begins a run from a step of another one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Derive {
    /// A step of the run, `best` (of the lineage), `run-best`, or a node's id.
    pub(super) from_step: String,
    /// The budget; absent: the parent's.
    pub(super) steps: Option<u32>,
    /// Absent: the parent's.
    pub(super) instructions: Option<String>,
    /// Let the parent go on.
    #[serde(default)]
    pub(super) keep_parent: bool,
}

/// Gives a run other instructions.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Instruct {
    pub(super) text: String,
    /// Added to those so far.
    #[serde(default)]
    pub(super) append: bool,
}

/// Writes a version over the run's sources.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Apply {
    /// As in a URL; absent: the run's best.
    pub(super) node: Option<String>,
}

/// Approves a node, with or without another version of its code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Approve {
    #[serde(default)]
    pub(super) files: Vec<SourceBody>,
}

/// Replaces the code of a node that waits.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Revise {
    /// Sources that change.
    pub(super) files: Vec<SourceBody>,
}

/// Turns a node down.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reject {
    /// For the next prompts; may be empty.
    #[serde(default)]
    pub(super) reason: String,
}

/// One source of a version.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceBody {
    pub(super) path: String,
    pub(super) text: String,
}

/// How a run stands after a request.
#[derive(Serialize, ToSchema)]
pub(super) struct Stopped {
    pub(super) status: String,
}

/// A run that goes on, or is new.
#[derive(Serialize, ToSchema)]
pub(super) struct Going {
    pub(super) run_id: String,
    pub(super) name: String,
}

/// All instructions that count now.
#[derive(Serialize, ToSchema)]
pub(super) struct Instructed {
    pub(super) instructions: String,
}

/// What was written.
#[derive(Serialize, ToSchema)]
pub(super) struct Applied {
    pub(super) step: u32,
    /// Relative to the run's directory.
    pub(super) paths: Vec<String>,
}

/// A node that something was said to.
#[derive(Serialize, ToSchema)]
pub(super) struct Said {
    pub(super) node_id: String,
    pub(super) step: u32,
}

/// A new revision.
#[derive(Serialize, ToSchema)]
pub(super) struct Revised {
    pub(super) revision_id: String,
    /// From 1.
    pub(super) number: u32,
}
