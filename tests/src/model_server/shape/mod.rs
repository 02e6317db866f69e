//! The APIs' shapes: an answer as one JSON document and as the events of a stream, and their errors.

mod anthropic;
mod chat;
mod gemini;
mod responses;

use serde_json::{Value, json};

use super::api::Api;
use super::reply::Answer;
use super::request::Request;

/// The answer as one document.
pub(super) fn document(request: &Request, answer: &Answer) -> Value {
    match request.api {
        Api::Chat | Api::Compatible => chat::document(request, answer),
        Api::Responses => responses::document(request, answer),
        Api::Messages => anthropic::document(request, answer),
        Api::Gemini => gemini::document(request, answer),
    }
}

/// The answer as the events of a stream, each as it travels.
pub(super) fn events(request: &Request, answer: &Answer) -> Vec<String> {
    match request.api {
        Api::Chat | Api::Compatible => chat::events(request, answer),
        Api::Responses => responses::events(request, answer),
        Api::Messages => anthropic::events(request, answer),
        Api::Gemini => gemini::events(request, answer),
    }
}

/// An error as the API words it.
pub(super) fn error(api: Api, status: u16, code: &str, message: &str) -> Value {
    match api {
        Api::Messages => json!({
            "type": "error",
            "error": {"type": code, "message": message},
            "request_id": "req_0",
        }),
        Api::Gemini if message.starts_with("API key not valid") => json!({"error": {
            "code": status,
            "message": message,
            "status": code,
            "details": [{
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "API_KEY_INVALID",
                "domain": "googleapis.com",
            }],
        }}),
        Api::Gemini => json!({"error": {"code": status, "message": message, "status": code}}),
        _ => json!({"error": {"message": message, "type": code, "param": null, "code": code}}),
    }
}

/// An error as it comes within a stream.
pub(super) fn error_event(api: Api) -> String {
    match api {
        Api::Messages => named("error", &error(api, 529, "overloaded_error", "Overloaded")),
        Api::Responses => named(
            "error",
            &json!({"type": "error", "code": "server_error", "message": "Overloaded", "sequence_number": 9}),
        ),
        Api::Gemini => data(&error(api, 503, "UNAVAILABLE", "Overloaded")),
        Api::Chat | Api::Compatible => data(&error(api, 503, "server_error", "Overloaded")),
    }
}

/// An event without a name.
fn data(value: &Value) -> String {
    format!("data: {value}\n\n")
}

/// An event with a name.
fn named(name: &str, value: &Value) -> String {
    format!("event: {name}\ndata: {value}\n\n")
}

/// `text` in a few pieces, cut between characters.
fn pieces(text: &str) -> Vec<String> {
    /// Enough for a middle to break at, and no burden to a benchmark.
    const PIECES: usize = 6;
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(characters.len().div_ceil(PIECES).max(1)).map(|piece| piece.iter().collect()).collect()
}
