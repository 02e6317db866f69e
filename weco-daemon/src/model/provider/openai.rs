//! OpenAI, and servers that speak like it: Chat Completions, or Responses where a model needs it.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use serde_json::{Value, json};
use weco_core::effort::Effort;
use weco_core::prompt::Prompt;

use super::dialect::{Dialect, Request};
use super::{openai_chat, openai_responses};
use crate::model::refusal::Refusal;

/// One model of an OpenAI-like server.
pub(crate) struct OpenAi {
    model: String,
    max_tokens: Option<u32>,
    /// How hard the model is to think, if that was said. A server that does not know the field ignores or refuses it.
    effort: Option<Effort>,
    /// Ask by Responses rather than Chat Completions.
    responses: AtomicBool,
    /// Do not ask for the count of tokens in a stream: the server knows no `stream_options`.
    without_options: AtomicBool,
    /// Ask for a plain reply: OpenAI streams some models to verified organizations alone.
    plain: AtomicBool,
    /// Call the limit `max_completion_tokens`, as OpenAI's reasoning models demand, rather than
    /// `max_tokens`, which is all that many other servers know.
    new_limit: AtomicBool,
}

impl OpenAi {
    /// `model` at OpenAI itself (`is_openai`) or at a server that speaks like it. Only names known to be
    /// OpenAI's own (`is_its_name`) tell by themselves that they need Responses.
    pub(crate) fn new(model: String, max_tokens: Option<u32>, is_openai: bool, is_its_name: bool) -> Self {
        Self {
            responses: AtomicBool::new(is_its_name && needs_responses(&model)),
            without_options: AtomicBool::new(false),
            plain: AtomicBool::new(false),
            new_limit: AtomicBool::new(is_openai),
            model,
            max_tokens,
            effort: None,
        }
    }

    /// The same, thinking this hard.
    pub(crate) fn thinking(self, effort: Option<Effort>) -> Self {
        Self { effort, ..self }
    }
}

/// Whether Chat Completions does not serve the model: `*-pro`, `*codex*`, `*deep-research*`, `*-cyber` and
/// `computer-use-*`, by the types of `openai` 3.54.0 and reports of its users.
fn needs_responses(model: &str) -> bool {
    let model = model.to_ascii_lowercase();
    model.contains("deep-research")
        || model.starts_with("computer-use")
        || model.split('-').any(|part| matches!(part, "pro" | "cyber") || part.contains("codex"))
}

impl Dialect for OpenAi {
    fn request(&self, prompt: &Prompt) -> Request {
        let streamed = !self.plain.load(Relaxed);
        if self.responses.load(Relaxed) {
            let mut request = openai_responses::request(&self.model, prompt, self.max_tokens, streamed);
            if let Some(effort) = self.effort {
                request.body["reasoning"] = json!({"effort": effort.word()});
            }
            return request;
        }
        let mut request = openai_chat::request(&self.model, prompt, streamed);
        if streamed && !self.without_options.load(Relaxed) {
            request.body["stream_options"] = json!({"include_usage": true});
        }
        if let Some(limit) = self.max_tokens {
            let name = if self.new_limit.load(Relaxed) { "max_completion_tokens" } else { "max_tokens" };
            request.body[name] = json!(limit);
        }
        if let Some(effort) = self.effort {
            request.body["reasoning_effort"] = json!(effort.word());
        }
        request
    }

    fn adapt(&self, request: &Request, refusal: &Refusal) -> bool {
        let sent = |field: &str| request.body.get(field).is_some_and(|value| *value != Value::Bool(false));
        let unsupported = refusal.has_code(&["unsupported_parameter", "unknown_parameter"])
            || ["unsupported", "not supported", "unrecognized", "unknown", "extra"]
                .iter()
                .any(|word| refusal.says(word));
        if request.path == openai_chat::PATH && wants_responses(refusal) {
            self.responses.store(true, Relaxed);
        } else if sent("stream_options") && refusal.is_about("stream_options") {
            self.without_options.store(true, Relaxed);
        } else if sent("stream") && refusal.status == Some(400) && cannot_stream(refusal) {
            self.plain.store(true, Relaxed);
        } else if sent("max_tokens") && unsupported && refusal.is_about("max_tokens") {
            self.new_limit.store(true, Relaxed);
        } else if sent("max_completion_tokens") && unsupported && refusal.is_about("max_completion_tokens") {
            self.new_limit.store(false, Relaxed);
        } else {
            return false;
        }
        true
    }
}

fn wants_responses(refusal: &Refusal) -> bool {
    matches!(refusal.status, Some(400 | 404))
        && (refusal.says("only supported in v1/responses") || refusal.says("not a chat model"))
}

fn cannot_stream(refusal: &Refusal) -> bool {
    refusal.param == "stream" || refusal.says("verified to stream")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prompt() -> Prompt {
        Prompt { system: "Be brief.".to_owned(), user: "Hello".to_owned() }
    }

    fn refusal(status: u16, param: &str, message: &str) -> Refusal {
        let body = json!({"error": {"message": message, "param": param}}).to_string();
        Refusal::of_response(status, body.as_bytes())
    }

    #[test]
    fn some_models_need_responses() {
        for (model, expected) in [
            ("gpt-5-pro", true),
            ("o3-pro-2025-06-10", true),
            ("gpt-5.1-codex-max", true),
            ("codex-mini-latest", true),
            ("o4-mini-deep-research", true),
            ("gpt-6-cyber", true),
            ("gpt-5.2", false),
            ("o3", false),
            ("gpt-5.2-prototype", false),
        ] {
            assert_eq!(needs_responses(model), expected, "{model}");
        }
        let elsewhere = OpenAi::new("deepseek-codex".to_owned(), None, false, false);
        assert_eq!(elsewhere.request(&prompt()).path, "/chat/completions");
    }

    #[test]
    fn says_how_hard_to_think() {
        let body = |model: &str| {
            let server = OpenAi::new(model.to_owned(), None, true, true).thinking(Some(Effort::Minimal));
            server.request(&prompt()).body
        };
        assert_eq!(body("gpt-5.2")["reasoning_effort"], "minimal");
        assert_eq!(body("gpt-5-pro")["reasoning"], json!({"effort": "minimal"}));
        let silent = OpenAi::new("gpt-5.2".to_owned(), None, true, true).request(&prompt()).body;
        assert!(silent.get("reasoning_effort").is_none());
    }

    #[test]
    fn adapts_to_what_a_server_refuses() {
        let cases = [
            (404, "model", "This model is only supported in v1/responses and not in v1/chat/completions."),
            (
                404,
                "model",
                "This is not a chat model and thus not supported in the v1/chat/completions endpoint",
            ),
            (400, "", "Unrecognized request argument supplied: stream_options"),
            (422, "", r#"[{"loc":["body","stream_options"],"msg":"extra fields not permitted"}]"#),
            (400, "stream", "Your organization must be verified to stream this model."),
            (400, "max_tokens", "Unsupported parameter: 'max_tokens' is not supported with this model."),
        ];
        for (status, param, message) in cases {
            let server = OpenAi::new("m".to_owned(), Some(100), false, true);
            let before = server.request(&prompt());
            assert!(server.adapt(&before, &refusal(status, param, message)), "{message}");
            let after = server.request(&prompt());
            assert_ne!((before.path, before.body), (after.path, after.body), "{message}");
        }
    }

    #[test]
    fn does_not_repeat_what_will_be_refused_again() {
        let server = OpenAi::new("m".to_owned(), Some(100), true, true);
        let request = server.request(&prompt());
        assert_eq!(request.body["max_completion_tokens"], 100);
        for (status, param, message) in [
            (400, "max_completion_tokens", "max_completion_tokens is too large: at most 16384"),
            (400, "messages", "Invalid"),
            (404, "model", "The model does not exist"),
            (500, "stream_options", "Oops"),
        ] {
            assert!(!server.adapt(&request, &refusal(status, param, message)), "{message}");
        }
        let about_options = refusal(400, "stream_options", "No.");
        assert!(server.adapt(&request, &about_options));
        assert!(!server.adapt(&server.request(&prompt()), &about_options));
        // A second call that was under way at the same time still learns of it.
        assert!(server.adapt(&request, &about_options));
    }
}
