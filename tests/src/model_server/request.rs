//! A request as it arrived.

use std::collections::BTreeMap;

use serde_json::Value;

use super::api::Api;

/// A request as it arrived.
#[derive(Clone, PartialEq, Debug)]
pub struct Request {
    /// Counted from 1, over all APIs.
    pub number: usize,
    /// The API, by its path.
    pub api: Api,
    /// The path, without the query.
    pub path: String,
    /// The headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The JSON body.
    pub body: Value,
    /// The model's name.
    pub model: String,
    /// The system's part of the prompt; may be empty.
    pub system: String,
    /// The user's part of the prompt.
    pub user: String,
    /// Whether a stream was asked for.
    pub streamed: bool,
}

impl Request {
    pub(super) fn new(
        number: usize,
        api: Api,
        path: &str,
        model_in_path: Option<String>,
        headers: BTreeMap<String, String>,
        body: Value,
    ) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (system, user) = match api {
            Api::Chat | Api::Compatible => {
                (message(&body["messages"], "system"), message(&body["messages"], "user"))
            }
            Api::Responses => (text(&body["instructions"]), text(&body["input"])),
            Api::Messages => (text(&body["system"]), message(&body["messages"], "user")),
            Api::Gemini => (parts(&body["systemInstruction"]), parts(&body["contents"][0])),
        };
        Self {
            number,
            api,
            path: path.to_owned(),
            model: model_in_path.unwrap_or_else(|| text(&body["model"])),
            streamed: body["stream"] == true || path.ends_with(":streamGenerateContent"),
            headers,
            system,
            user,
            body,
        }
    }
}

/// The content of the last message of `role`.
fn message(messages: &Value, role: &str) -> String {
    let mut messages = messages.as_array().into_iter().flatten();
    let last = messages.rfind(|message| message["role"] == role);
    last.and_then(|message| message["content"].as_str()).unwrap_or_default().to_owned()
}

fn parts(content: &Value) -> String {
    let parts = content["parts"].as_array().into_iter().flatten();
    parts.filter_map(|part| part["text"].as_str()).collect()
}
