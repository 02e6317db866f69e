//! The page: built from `web/`, and part of the program.

use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::api::error::ApiError;

/// What the page's build made, which is kept with the sources: building weco needs no Node.js.
#[derive(RustEmbed)]
#[folder = "web/dist"]
struct Built;

/// The page that all views are made in.
const PAGE: &str = "index.html";

/// Below this, names change with contents.
const ASSETS: &str = "/assets/";

/// An asset, or the page for every view's path.
pub(crate) async fn serve(uri: Uri) -> Response {
    let path = uri.path();
    if !path.starts_with(ASSETS) {
        return page();
    }
    match Built::get(path.trim_start_matches('/')) {
        Some(file) => {
            let forever = "public, max-age=31536000, immutable";
            ([(header::CONTENT_TYPE, kind(path)), (header::CACHE_CONTROL, forever.to_owned())], bytes(file))
                .into_response()
        }
        None => ApiError::not_found("there is no such asset").into_response(),
    }
}

fn page() -> Response {
    match Built::get(PAGE) {
        Some(file) => ([(header::CONTENT_TYPE, kind(PAGE))], bytes(file)).into_response(),
        None => (StatusCode::INTERNAL_SERVER_ERROR, "the dashboard's page was not built").into_response(),
    }
}

fn bytes(file: EmbeddedFile) -> axum::body::Bytes {
    match file.data {
        std::borrow::Cow::Borrowed(bytes) => axum::body::Bytes::from_static(bytes),
        std::borrow::Cow::Owned(bytes) => bytes.into(),
    }
}

fn kind(path: &str) -> String {
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let is_text = kind.type_() == "text" || kind.subtype() == "javascript";
    if is_text { format!("{kind}; charset=utf-8") } else { kind.to_string() }
}
