//! Anthropic's Messages.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use serde_json::{Value, json};
use weco_core::effort::Effort;
use weco_core::prompt::Prompt;

use super::dialect::{Dialect, Request};
use crate::model::draft::{Draft, Ending};
use crate::model::effort::version;
use crate::model::refusal::Refusal;

/// The most tokens a reply may have unless configured; the API demands a number. It is room for several
/// source files of the largest allowed size and a long thought, and within what every model since Claude 4
/// accepts; for older ones the limit that they name is used.
const DEFAULT_MAX_TOKENS: u32 = 32_000;

/// One Claude.
pub(crate) struct Anthropic {
    model: String,
    max_tokens: AtomicU32,
    effort: Option<Effort>,
}

impl Anthropic {
    /// `model`, with replies of at most `max_tokens`.
    pub(crate) fn new(model: String, max_tokens: Option<u32>) -> Self {
        Self { model, max_tokens: AtomicU32::new(max_tokens.unwrap_or(DEFAULT_MAX_TOKENS)), effort: None }
    }

    /// The same, thinking this hard.
    pub(crate) fn thinking(self, effort: Option<Effort>) -> Self {
        Self { effort, ..self }
    }
}

/// Adds how hard a model is to think. Models up to 4.5 are given a number of tokens, later ones a word; what a name
/// does not tell is taken for a new model's.
fn add_effort(body: &mut Value, model: &str, max_tokens: u32, effort: Effort) {
    /// The API takes no less.
    const LEAST_BUDGET: u32 = 1024;
    if version(model).is_some_and(|version| version <= (4, 5)) {
        let budget = match effort {
            Effort::Minimal => 0,
            Effort::Low => 4_096,
            Effort::Medium => 12_000,
            Effort::High => 24_000,
        };
        // Thoughts are part of the reply: room is left for the answer.
        let budget = budget.min(max_tokens / 4 * 3);
        if budget >= LEAST_BUDGET {
            body["thinking"] = json!({"type": "enabled", "budget_tokens": budget});
        }
        return;
    }
    // `low` is the least there is; whether to think at all is then left to the model.
    let word = if effort == Effort::Minimal { Effort::Low.word() } else { effort.word() };
    body["output_config"] = json!({"effort": word});
    if effort != Effort::Minimal {
        body["thinking"] = json!({"type": "adaptive"});
    }
}

impl Dialect for Anthropic {
    fn request(&self, prompt: &Prompt) -> Request {
        let max_tokens = self.max_tokens.load(Relaxed);
        let mut body = json!({
            "model": self.model,
            "max_tokens": max_tokens,
            "messages": [{"role": "user", "content": prompt.user}],
            "stream": true,
        });
        if !prompt.system.is_empty() {
            body["system"] = json!(prompt.system);
        }
        if let Some(effort) = self.effort {
            add_effort(&mut body, &self.model, max_tokens, effort);
        }
        Request { path: "/v1/messages".to_owned(), body, streamed: true, read }
    }

    fn adapt(&self, request: &Request, refusal: &Refusal) -> bool {
        let sent = request.body["max_tokens"].as_u64().and_then(|sent| u32::try_from(sent).ok());
        let named =
            sent.filter(|_| refusal.is_about("max_tokens")).and_then(|sent| named_limit(refusal, sent));
        named.map(|limit| self.max_tokens.store(limit, Relaxed)).is_some()
    }
}

/// The limit in `max_tokens: 32000 > 8192, which is the maximum allowed number of output tokens for …`.
fn named_limit(refusal: &Refusal, sent: u32) -> Option<u32> {
    /// No model allows less; smaller numbers belong to a model's name.
    const LEAST: u32 = 1024;
    let numbers =
        refusal.message.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok());
    numbers.filter(|number| (LEAST..sent).contains(number)).max()
}

fn read(event: &Value, draft: &mut Draft) -> Result<(), Refusal> {
    match event["type"].as_str().unwrap_or_default() {
        "message_start" => note_usage(&event["message"]["usage"], draft),
        "content_block_start" => draft.answer(&event["content_block"]["text"]),
        "content_block_delta" => {
            draft.answer(&event["delta"]["text"]);
            draft.thought(&event["delta"]["thinking"]);
        }
        "message_delta" => {
            note_usage(&event["usage"], draft);
            note_ending(&event["delta"], draft);
        }
        "message_stop" => draft.closed = true,
        "message" => {
            for block in event["content"].as_array().into_iter().flatten() {
                draft.answer(&block["text"]);
                draft.thought(&block["thinking"]);
            }
            note_usage(&event["usage"], draft);
            note_ending(event, draft);
            draft.closed = true;
        }
        _ => {}
    }
    Ok(())
}

/// The prompt's tokens are counted in three parts: new, written to the cache, read from it.
fn note_usage(usage: &Value, draft: &mut Draft) {
    let parts = ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"];
    if usage["input_tokens"].is_u64() {
        let input: u64 = parts.iter().filter_map(|part| usage[part].as_u64()).sum();
        draft.usage.input_tokens = input;
    }
    draft.output_tokens(&usage["output_tokens"]);
}

fn note_ending(end: &Value, draft: &mut Draft) {
    match end["stop_reason"].as_str() {
        Some("max_tokens" | "model_context_window_exceeded") => draft.ending = Some(Ending::Truncated),
        Some("refusal") => {
            let details = &end["stop_details"];
            let why = [&details["explanation"], &details["message"], &details["category"]];
            let why = why.into_iter().find_map(Value::as_str).unwrap_or("it gave no reason");
            draft.ending = Some(Ending::Declined(why.to_owned()));
        }
        Some(_) => draft.ending = Some(Ending::Complete),
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::dialect::read_all;
    use super::*;

    fn prompt() -> Prompt {
        Prompt { system: "S".to_owned(), user: "U".to_owned() }
    }

    #[test]
    fn asks_with_a_limit() {
        let expected = json!({"model": "m", "max_tokens": 32000, "system": "S", "stream": true,
            "messages": [{"role": "user", "content": "U"}]});
        assert_eq!(Anthropic::new("m".to_owned(), None).request(&prompt()).body, expected);
        assert_eq!(Anthropic::new("m".to_owned(), Some(9)).request(&prompt()).body["max_tokens"], 9);
    }

    #[test]
    fn says_how_hard_to_think() {
        let body = |model: &str, limit, effort| {
            let claude = Anthropic::new(model.to_owned(), limit).thinking(Some(effort));
            let body = claude.request(&prompt()).body;
            (body["thinking"].clone(), body["output_config"]["effort"].clone())
        };
        let adaptive = json!({"type": "adaptive"});
        let tokens = |tokens: u32| json!({"type": "enabled", "budget_tokens": tokens});
        for (model, limit, effort, thinking, word) in [
            ("claude-opus-4-5", None, Effort::High, tokens(24_000), Value::Null),
            ("claude-opus-4-5-20251101", None, Effort::Low, tokens(4_096), Value::Null),
            ("claude-opus-4-5", None, Effort::Minimal, Value::Null, Value::Null),
            ("claude-haiku-4-5", Some(8_000), Effort::High, tokens(6_000), Value::Null),
            ("claude-haiku-4-5", Some(1_000), Effort::High, Value::Null, Value::Null),
            ("claude-opus-4-6", None, Effort::Medium, adaptive.clone(), json!("medium")),
            ("claude-sonnet-5", None, Effort::High, adaptive.clone(), json!("high")),
            ("claude-opus-5-5", None, Effort::Minimal, Value::Null, json!("low")),
            ("claude-of-tomorrow", None, Effort::Low, adaptive, json!("low")),
        ] {
            assert_eq!(body(model, limit, effort), (thinking, word), "{model} {effort:?}");
        }
    }

    #[test]
    fn takes_the_limit_that_the_server_names() {
        let adapt = |message: &str| {
            let claude = Anthropic::new("m".to_owned(), None);
            let body = json!({"error": {"type": "invalid_request_error", "message": message}}).to_string();
            let adapted =
                claude.adapt(&claude.request(&prompt()), &Refusal::of_response(400, body.as_bytes()));
            (adapted, claude.request(&prompt()).body["max_tokens"].as_u64().unwrap())
        };
        let message = "max_tokens: 32000 > 8192, which is the maximum allowed number of output tokens for \
            claude-3-5-haiku-20241022";
        assert_eq!(adapt(message), (true, 8192));
        assert_eq!(adapt("max_tokens: must be greater than 0"), (false, 32000));
        assert_eq!(adapt("messages: at least 2048 are too few"), (false, 32000));
    }

    #[test]
    fn reads_a_stream() {
        let delta = |delta: Value| json!({"type": "content_block_delta", "index": 0, "delta": delta});
        let draft = read_all(
            read,
            &[
                json!({"type": "message_start", "message": {"usage": {"input_tokens": 3,
                    "cache_read_input_tokens": 4, "output_tokens": 1}}}),
                json!({"type": "ping"}),
                json!({"type": "content_block_start", "content_block": {"type": "thinking", "thinking": ""}}),
                delta(json!({"type": "thinking_delta", "thinking": "hm"})),
                delta(json!({"type": "signature_delta", "signature": "abc"})),
                json!({"type": "content_block_start", "content_block": {"type": "text", "text": ""}}),
                delta(json!({"type": "text_delta", "text": "Hello"})),
                json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}}),
                json!({"type": "message_stop"}),
            ],
        );
        assert_eq!((draft.text.as_str(), draft.characters), ("Hello", 7));
        assert_eq!((draft.usage.input_tokens, draft.usage.output_tokens), (7, 9));
        assert_eq!((draft.ending, draft.closed), (Some(Ending::Complete), true));
    }

    #[test]
    fn reads_a_plain_reply() {
        let reply = |stop: &str| {
            read_all(
                read,
                &[json!({"type": "message", "stop_reason": stop, "stop_details": {"category": "cyber"},
                    "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "a"},
                        {"type": "text", "text": "b"}],
                    "usage": {"input_tokens": 3, "output_tokens": 4}})],
            )
        };
        assert_eq!((reply("end_turn").text.as_str(), reply("end_turn").characters), ("ab", 4));
        assert_eq!(reply("max_tokens").ending, Some(Ending::Truncated));
        assert_eq!(reply("refusal").ending, Some(Ending::Declined("cyber".to_owned())));
    }
}
