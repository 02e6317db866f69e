use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tonic::{Code, Status};
use utoipa::ToSchema;
use weco_proto::status::hint;

/// Why a request was not carried out. Nothing was changed.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    kind: &'static str,
    message: String,
    hint: String,
}

/// The body of every answer that is none.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErrorBody {
    error: ErrorDetails,
}

/// What was wrong, and what to do.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErrorDetails {
    /// `invalid`, `not_found`, `state`, `key`, `system`, `forbidden` or `unauthorized`.
    kind: String,
    /// What was wrong, and where.
    message: String,
    /// What to do next; may be empty.
    hint: String,
}

impl ApiError {
    /// A request that no page of ours makes.
    pub(crate) fn forbidden(message: &str) -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            kind: "forbidden",
            message: message.to_owned(),
            hint: "open the URL that `weco dashboard --url` prints".to_owned(),
        }
    }

    /// A request without the token.
    pub(crate) fn unauthorized() -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            kind: "unauthorized",
            message: "the dashboard's token is missing or is of another daemon".to_owned(),
            hint: "open the URL that `weco dashboard --url` prints".to_owned(),
        }
    }

    /// There is nothing here.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        let (status, kind) = (StatusCode::NOT_FOUND, "not_found");
        Self { status, kind, message: message.into(), hint: String::new() }
    }

    /// A body or query that says something else than it should.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        let (status, kind) = (StatusCode::BAD_REQUEST, "invalid");
        Self { status, kind, message: message.into(), hint: String::new() }
    }

    /// A body of more than `most` bytes.
    pub(crate) fn too_large(most: usize) -> Self {
        let message = format!("the body has more than {most} bytes");
        Self { status: StatusCode::PAYLOAD_TOO_LARGE, ..Self::invalid(message) }
    }

    /// Nothing here is asked for by this method.
    pub(crate) fn method() -> Self {
        let message = "nothing here is asked for by this method; see /api/v1/openapi.json";
        Self { status: StatusCode::METHOD_NOT_ALLOWED, ..Self::invalid(message) }
    }

    /// Whether there is nothing of the name that was asked for.
    pub(crate) fn is_not_found(&self) -> bool {
        self.status == StatusCode::NOT_FOUND
    }

    pub(crate) fn body(&self) -> ErrorBody {
        let (kind, message, hint) = (self.kind.to_owned(), self.message.clone(), self.hint.clone());
        ErrorBody { error: ErrorDetails { kind, message, hint } }
    }
}

/// The service's own words, and the HTTP status that is next to its code.
impl From<Status> for ApiError {
    fn from(status: Status) -> Self {
        let (http, kind) = match status.code() {
            Code::InvalidArgument | Code::OutOfRange => (StatusCode::BAD_REQUEST, "invalid"),
            Code::NotFound => (StatusCode::NOT_FOUND, "not_found"),
            Code::FailedPrecondition | Code::AlreadyExists | Code::Aborted => (StatusCode::CONFLICT, "state"),
            Code::Unauthenticated => (StatusCode::CONFLICT, "key"),
            Code::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "system"),
            _ => (StatusCode::INTERNAL_SERVER_ERROR, "system"),
        };
        let hint = hint(&status).unwrap_or_default();
        Self { status: http, kind, message: status.message().to_owned(), hint }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, Json(self.body())).into_response()
    }
}
