//! OpenAI's Responses.

use serde_json::{Value, json};
use weco_core::prompt::Prompt;

use super::dialect::Request;
use crate::model::draft::{Draft, Ending};
use crate::model::refusal::Refusal;

/// The request. Responses would be kept for later requests by default; these are not.
pub(super) fn request(model: &str, prompt: &Prompt, max_tokens: Option<u32>, streamed: bool) -> Request {
    let mut body = json!({"model": model, "input": prompt.user, "stream": streamed, "store": false});
    if !prompt.system.is_empty() {
        body["instructions"] = json!(prompt.system);
    }
    if let Some(limit) = max_tokens {
        body["max_output_tokens"] = json!(limit);
    }
    Request { path: "/responses".to_owned(), body, streamed, read }
}

/// A stream ends with an event that carries the whole response, which is also what a plain reply is.
fn read(event: &Value, draft: &mut Draft) -> Result<(), Refusal> {
    if event["object"] == "response" {
        return finish(event, draft);
    }
    match event["type"].as_str().unwrap_or_default() {
        "response.output_text.delta" => draft.answer(&event["delta"]),
        "response.refusal.delta" => draft.thought(&event["delta"]),
        "response.completed" | "response.incomplete" | "response.failed" | "response.cancelled" => {
            finish(&event["response"], draft)?;
        }
        kind if kind.starts_with("response.reasoning") => draft.thought(&event["delta"]),
        _ => {}
    }
    Ok(())
}

fn finish(response: &Value, draft: &mut Draft) -> Result<(), Refusal> {
    draft.input_tokens(&response["usage"]["input_tokens"]);
    draft.output_tokens(&response["usage"]["output_tokens"]);
    let reason = response["incomplete_details"]["reason"].as_str().unwrap_or_default();
    draft.ending = match response["status"].as_str().unwrap_or_default() {
        "completed" => Some(Ending::Complete),
        "incomplete" if reason == "content_filter" => Some(Ending::Declined("its content filter".to_owned())),
        "incomplete" => Some(Ending::Truncated),
        status @ ("failed" | "cancelled") => {
            return Err(Refusal::in_reply(response).unwrap_or_else(|| Refusal {
                message: format!("the response was {status}"),
                ..Refusal::default()
            }));
        }
        // A response that is still being made is none.
        _ => return Ok(()),
    };
    draft.closed = true;
    take_output(response, draft);
    Ok(())
}

/// Replaces the text that came in pieces by that of the whole response, which tells the answer from
/// remarks on the way to it.
fn take_output(response: &Value, draft: &mut Draft) {
    let items = || response["output"].as_array().into_iter().flatten();
    let has_final = items().any(|item| item["phase"] == "final_answer");
    let parts = items()
        .filter(|item| item["type"] == "message" && (!has_final || item["phase"] == "final_answer"))
        .flat_map(|message| message["content"].as_array().into_iter().flatten());
    let mut whole = Draft::default();
    for part in parts {
        whole.answer(&part["text"]);
        whole.decline(&part["refusal"]);
    }
    draft.declined = whole.declined;
    if !whole.text.is_empty() {
        draft.characters = draft.characters.max(whole.characters);
        draft.text = whole.text;
    }
}

#[cfg(test)]
mod tests {
    use super::super::dialect::read_all;
    use super::*;

    fn response(status: &str, output: &Value) -> Value {
        json!({"object": "response", "status": status, "error": null, "output": output,
            "usage": {"input_tokens": 5, "output_tokens": 7}})
    }

    fn message(phase: Option<&str>, text: &str) -> Value {
        json!({"type": "message", "phase": phase, "content": [{"type": "output_text", "text": text}]})
    }

    #[test]
    fn asks_that_nothing_be_kept() {
        let prompt = Prompt { system: "S".to_owned(), user: "U".to_owned() };
        let expected = json!({"model": "m", "instructions": "S", "input": "U", "stream": true, "store": false,
            "max_output_tokens": 9});
        assert_eq!(request("m", &prompt, Some(9), true).body, expected);
    }

    #[test]
    fn reads_a_stream() {
        let delta = |kind: &str, text: &str| json!({"type": kind, "delta": text});
        let draft = read_all(
            read,
            &[
                json!({"type": "response.created", "response": response("in_progress", &json!([]))}),
                delta("response.reasoning_summary_text.delta", "hm"),
                delta("response.output_text.delta", "Let me see. "),
                delta("response.output_text.delta", "Hello"),
                json!({"type": "response.completed", "response": response("completed", &json!([
                    {"type": "reasoning", "content": [{"text": "hm"}]},
                    message(Some("commentary"), "Let me see. "),
                    message(Some("final_answer"), "Hello"),
                ]))}),
            ],
        );
        assert_eq!((draft.text.as_str(), draft.characters), ("Hello", 19));
        assert_eq!((draft.ending, draft.closed), (Some(Ending::Complete), true));
        assert_eq!((draft.usage.input_tokens, draft.usage.output_tokens), (5, 7));
    }

    #[test]
    fn keeps_the_pieces_if_the_whole_is_left_out() {
        let events = [
            json!({"type": "response.output_text.delta", "delta": "Hello"}),
            json!({"type": "response.completed", "response": {"status": "completed"}}),
        ];
        assert_eq!(read_all(read, &events).text, "Hello");
    }

    #[test]
    fn reads_every_ending() {
        let draft =
            read_all(read, &[response("completed", &json!([message(None, "a"), message(None, "b")]))]);
        assert_eq!(draft.text, "ab");
        let mut cut = response("incomplete", &json!([]));
        cut["incomplete_details"] = json!({"reason": "max_output_tokens"});
        assert_eq!(read_all(read, &[cut.clone()]).ending, Some(Ending::Truncated));
        cut["incomplete_details"] = json!({"reason": "content_filter"});
        assert!(matches!(read_all(read, &[cut]).ending, Some(Ending::Declined(_))));
        let output = json!([{"type": "message", "content": [{"type": "refusal", "refusal": "No."}]}]);
        assert_eq!(read_all(read, &[response("completed", &output)]).declined, "No.");
        assert_eq!(read_all(read, &[response("in_progress", &json!([]))]).ending, None);
        let mut failed = response("failed", &json!([]));
        failed["error"] = json!({"code": "server_error", "message": "Oops."});
        let error = read(&json!({"type": "response.failed", "response": failed}), &mut Draft::default());
        assert_eq!(error.unwrap_err().words(), "Oops. (server_error)");
    }
}
