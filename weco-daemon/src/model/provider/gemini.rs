//! Gemini's generateContent.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use serde_json::{Value, json};
use weco_core::effort::Effort;
use weco_core::prompt::Prompt;

use super::dialect::{Dialect, Request};
use crate::model::draft::{Draft, Ending};
use crate::model::effort::version;
use crate::model::refusal::Refusal;

/// One model of Google's.
pub(crate) struct Gemini {
    model: String,
    max_tokens: Option<u32>,
    effort: Option<Effort>,
    /// Put the system's part before the user's: Gemma knows no `systemInstruction`.
    without_system: AtomicBool,
}

impl Gemini {
    /// `model`, with replies of at most `max_tokens`, thoughts included.
    pub(crate) fn new(model: String, max_tokens: Option<u32>) -> Self {
        Self { model, max_tokens, effort: None, without_system: AtomicBool::new(false) }
    }

    /// The same, thinking this hard.
    pub(crate) fn thinking(self, effort: Option<Effort>) -> Self {
        Self { effort, ..self }
    }
}

/// How hard a model is to think: 2.5 is given a number of tokens, later ones a word; what a name does not tell is taken
/// for a new model's.
fn thinking_config(model: &str, effort: Effort) -> Value {
    if version(model).is_none_or(|version| version >= (3, 0)) {
        return json!({"thinkingLevel": effort.word().to_ascii_uppercase()});
    }
    // Between the least that all of 2.5 take, 512, and the most, 24,576.
    let budget = match effort {
        Effort::Minimal => 512,
        Effort::Low => 2_048,
        Effort::Medium => 8_192,
        Effort::High => 24_576,
    };
    json!({"thinkingBudget": budget})
}

impl Dialect for Gemini {
    fn request(&self, prompt: &Prompt) -> Request {
        let text = |text: &str| json!([{"text": text}]);
        let apart = !prompt.system.is_empty() && !self.without_system.load(Relaxed);
        let user = if apart || prompt.system.is_empty() {
            text(&prompt.user)
        } else {
            text(&format!("{}\n\n{}", prompt.system, prompt.user))
        };
        let mut body = json!({"contents": [{"role": "user", "parts": user}]});
        if apart {
            body["systemInstruction"] = json!({"parts": text(&prompt.system)});
        }
        if let Some(limit) = self.max_tokens {
            body["generationConfig"] = json!({"maxOutputTokens": limit});
        }
        if let Some(effort) = self.effort {
            body["generationConfig"]["thinkingConfig"] = thinking_config(&self.model, effort);
        }
        let path = format!("/v1beta/models/{}:streamGenerateContent?alt=sse", self.model);
        Request { path, body, streamed: true, read }
    }

    fn adapt(&self, request: &Request, refusal: &Refusal) -> bool {
        let refused = request.body.get("systemInstruction").is_some()
            && refusal.status == Some(400)
            && refusal.says("instruction is not enabled");
        if refused {
            self.without_system.store(true, Relaxed);
        }
        refused
    }
}

/// A chunk of a stream and a plain reply are alike.
fn read(event: &Value, draft: &mut Draft) -> Result<(), Refusal> {
    let usage = &event["usageMetadata"];
    draft.input_tokens(&usage["promptTokenCount"]);
    let counts = [&usage["candidatesTokenCount"], &usage["thoughtsTokenCount"]];
    if counts.iter().any(|count| count.is_u64()) {
        draft.usage.output_tokens = counts.into_iter().filter_map(Value::as_u64).sum();
    }
    if let Some(reason) = event["promptFeedback"]["blockReason"].as_str() {
        draft.ending = Some(Ending::Declined(reason.to_owned()));
    }
    let Some(candidate) = event["candidates"].get(0) else { return Ok(()) };
    for part in candidate["content"]["parts"].as_array().into_iter().flatten() {
        if part["thought"] == true {
            draft.thought(&part["text"]);
        } else {
            draft.answer(&part["text"]);
        }
    }
    match candidate["finishReason"].as_str() {
        None | Some("FINISH_REASON_UNSPECIFIED") => {}
        Some("STOP") => draft.ending = Some(Ending::Complete),
        Some("MAX_TOKENS") => draft.ending = Some(Ending::Truncated),
        Some(
            reason @ ("SAFETY" | "RECITATION" | "LANGUAGE" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII"),
        ) => {
            draft.ending = Some(Ending::Declined(reason.to_owned()));
        }
        // MALFORMED_RESPONSE, OTHER and whatever is to come: not an answer, and another try may give one.
        Some(reason) => {
            let message = candidate["finishMessage"].as_str().unwrap_or("the reply was given up");
            let codes = vec![reason.to_owned()];
            return Err(Refusal { codes, message: message.to_owned(), ..Refusal::default() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::dialect::read_all;
    use super::*;

    fn prompt() -> Prompt {
        Prompt { system: "S".to_owned(), user: "U".to_owned() }
    }

    #[test]
    fn asks_for_a_stream() {
        let request = Gemini::new("m".to_owned(), Some(9)).request(&prompt());
        assert_eq!(request.path, "/v1beta/models/m:streamGenerateContent?alt=sse");
        let expected = json!({"systemInstruction": {"parts": [{"text": "S"}]},
            "contents": [{"role": "user", "parts": [{"text": "U"}]}],
            "generationConfig": {"maxOutputTokens": 9}});
        assert_eq!(request.body, expected);
    }

    #[test]
    fn says_how_hard_to_think() {
        let config = |model: &str, limit, effort| {
            let gemini = Gemini::new(model.to_owned(), limit).thinking(Some(effort));
            gemini.request(&prompt()).body["generationConfig"].clone()
        };
        let level = json!({"thinkingConfig": {"thinkingLevel": "HIGH"}});
        assert_eq!(config("gemini-3-flash-preview", None, Effort::High), level);
        assert_eq!(config("gemini-flash-latest", None, Effort::High), level);
        let budget = json!({"maxOutputTokens": 9, "thinkingConfig": {"thinkingBudget": 512}});
        assert_eq!(config("gemini-2.5-pro", Some(9), Effort::Minimal), budget);
    }

    #[test]
    fn joins_the_parts_where_the_system_has_no_place() {
        let gemma = Gemini::new("gemma-3-27b-it".to_owned(), None);
        let body =
            r#"{"error":{"message":"Developer instruction is not enabled for models/gemma-3-27b-it"}}"#;
        assert!(gemma.adapt(&gemma.request(&prompt()), &Refusal::of_response(400, body.as_bytes())));
        let expected = json!({"contents": [{"role": "user", "parts": [{"text": "S\n\nU"}]}]});
        assert_eq!(gemma.request(&prompt()).body, expected);
    }

    #[test]
    fn reads_a_stream() {
        let chunk = |parts: Value| json!({"candidates": [{"content": {"parts": parts, "role": "model"}}]});
        let draft = read_all(
            read,
            &[
                chunk(json!([{"text": "hm", "thought": true}])),
                chunk(json!([{"text": "Hel"}, {"text": "lo"}])),
                json!({"candidates": [{"content": {}, "finishReason": "STOP"}], "usageMetadata":
                    {"promptTokenCount": 5, "candidatesTokenCount": 6, "thoughtsTokenCount": 7}}),
            ],
        );
        assert_eq!((draft.text.as_str(), draft.characters), ("Hello", 7));
        assert_eq!((draft.usage.input_tokens, draft.usage.output_tokens), (5, 13));
        assert_eq!(draft.ending, Some(Ending::Complete));
    }

    #[test]
    fn reads_every_ending() {
        let ending = |reason: &str| {
            let mut draft = Draft::default();
            read(&json!({"candidates": [{"finishReason": reason}]}), &mut draft).map(|()| draft.ending)
        };
        assert_eq!(ending("MAX_TOKENS").unwrap(), Some(Ending::Truncated));
        assert_eq!(ending("SAFETY").unwrap(), Some(Ending::Declined("SAFETY".to_owned())));
        assert!(ending("MALFORMED_RESPONSE").unwrap_err().words().contains("MALFORMED_RESPONSE"));
        let blocked = read_all(read, &[json!({"promptFeedback": {"blockReason": "OTHER"}})]);
        assert_eq!(blocked.ending, Some(Ending::Declined("OTHER".to_owned())));
    }
}
