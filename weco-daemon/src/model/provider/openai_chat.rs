//! OpenAI's Chat Completions.

use serde_json::{Value, json};
use weco_core::prompt::Prompt;

use super::dialect::Request;
use crate::model::draft::{Draft, Ending};
use crate::model::refusal::Refusal;

/// Where it is served, after the base URL.
pub(super) const PATH: &str = "/chat/completions";

/// The request, without limits and options. No sampling fields: reasoning models refuse them.
pub(super) fn request(model: &str, prompt: &Prompt, streamed: bool) -> Request {
    let mut messages = vec![json!({"role": "user", "content": prompt.user})];
    if !prompt.system.is_empty() {
        messages.insert(0, json!({"role": "system", "content": prompt.system}));
    }
    let body = json!({"model": model, "messages": messages, "stream": streamed});
    Request { path: PATH.to_owned(), body, streamed, read }
}

/// A chunk has a `delta` where a plain reply has a `message`; otherwise they are alike.
fn read(event: &Value, draft: &mut Draft) -> Result<(), Refusal> {
    draft.input_tokens(&event["usage"]["prompt_tokens"]);
    draft.output_tokens(&event["usage"]["completion_tokens"]);
    let Some(choice) = event["choices"].get(0) else { return Ok(()) };
    let is_plain = choice["message"].is_object();
    let part = if is_plain { &choice["message"] } else { &choice["delta"] };
    draft.answer(&part["content"]);
    draft.decline(&part["refusal"]);
    // llama.cpp and others say `reasoning_content`, Ollama and newer vLLM `reasoning`.
    let thought = [&part["reasoning_content"], &part["reasoning"]].into_iter().find(|text| text.is_string());
    draft.thought(thought.unwrap_or(&Value::Null));
    match choice["finish_reason"].as_str() {
        Some("length") => draft.ending = Some(Ending::Truncated),
        Some("content_filter") => draft.ending = Some(Ending::Declined("its content filter".to_owned())),
        Some(_) => draft.ending = Some(Ending::Complete),
        None => {}
    }
    draft.closed |= is_plain;
    Ok(())
}

#[cfg(test)]
mod tests {
    use weco_core::event::Usage;

    use super::super::dialect::read_all;
    use super::*;

    #[test]
    fn asks_without_sampling_fields() {
        let prompt = Prompt { system: "S".to_owned(), user: "U".to_owned() };
        let expected = json!({
            "model": "m",
            "messages": [{"role": "system", "content": "S"}, {"role": "user", "content": "U"}],
            "stream": true,
        });
        assert_eq!(request("m", &prompt, true).body, expected);
        let prompt = Prompt { system: String::new(), user: "U".to_owned() };
        assert_eq!(request("m", &prompt, true).body["messages"].as_array().map(Vec::len), Some(1));
    }

    #[test]
    fn reads_a_stream() {
        let chunk =
            |delta: Value, finish: Value| json!({"choices": [{"delta": delta, "finish_reason": finish}]});
        let draft = read_all(
            read,
            &[
                chunk(json!({"role": "assistant", "content": "", "reasoning_content": "hm"}), Value::Null),
                chunk(json!({"content": null, "reasoning": "…"}), Value::Null),
                chunk(json!({"content": "Hé"}), Value::Null),
                chunk(json!({"content": "llo"}), Value::Null),
                chunk(json!({}), json!("stop")),
                json!({"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 7}}),
            ],
        );
        assert_eq!((draft.text.as_str(), draft.characters), ("Héllo", 8));
        assert_eq!(draft.ending, Some(Ending::Complete));
        assert_eq!(draft.usage, Usage { input_tokens: 5, output_tokens: 7 });
        assert!(!draft.closed);
    }

    #[test]
    fn reads_a_plain_reply() {
        let reply = |message: Value, finish: &str| {
            read_all(
                read,
                &[json!({"choices": [{"message": message, "finish_reason": finish}], "usage": null})],
            )
        };
        let draft = reply(json!({"content": "Hello"}), "length");
        assert_eq!(
            (draft.text.as_str(), draft.ending, draft.closed),
            ("Hello", Some(Ending::Truncated), true)
        );
        let draft = reply(json!({"content": null, "refusal": "I will not."}), "stop");
        assert_eq!((draft.text.as_str(), draft.declined.as_str()), ("", "I will not."));
        let parts = json!({"content": [{"type": "thinking"}, {"type": "text", "text": "a"}, {"text": "b"}]});
        assert_eq!(reply(parts, "stop").text, "ab");
        assert!(matches!(reply(json!({}), "content_filter").ending, Some(Ending::Declined(_))));
    }
}
