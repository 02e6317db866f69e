//! generateContent.

use serde_json::{Value, json};

use super::{data, pieces};
use crate::model_server::reply::{Answer, Finish};
use crate::model_server::request::Request;

fn finish_reason(answer: &Answer) -> &'static str {
    match answer.finish {
        Finish::Stop => "STOP",
        Finish::Length => "MAX_TOKENS",
        Finish::Refusal => "SAFETY",
    }
}

/// The reply's tokens come in two parts.
fn usage(answer: &Answer) -> Value {
    let thoughts = answer.output_tokens / 2;
    json!({
        "promptTokenCount": answer.input_tokens,
        "candidatesTokenCount": answer.output_tokens - thoughts,
        "thoughtsTokenCount": thoughts,
        "totalTokenCount": answer.input_tokens + answer.output_tokens,
    })
}

fn chunk(request: &Request, parts: &Value, finish: Option<&str>, usage: &Value) -> Value {
    let mut candidate = json!({"content": {"parts": parts, "role": "model"}, "index": 0});
    if let Some(finish) = finish {
        candidate["finishReason"] = json!(finish);
    }
    json!({
        "candidates": [candidate],
        "usageMetadata": usage,
        "modelVersion": request.model,
        "responseId": "r0",
    })
}

fn thought(text: &str) -> Value {
    json!({"text": text, "thought": true})
}

pub(super) fn document(request: &Request, answer: &Answer) -> Value {
    let mut parts = Vec::new();
    if !answer.thoughts.is_empty() {
        parts.push(thought(&answer.thoughts));
    }
    parts.push(json!({"text": answer.text}));
    chunk(request, &json!(parts), Some(finish_reason(answer)), &usage(answer))
}

pub(super) fn events(request: &Request, answer: &Answer) -> Vec<String> {
    let begun = json!({"promptTokenCount": answer.input_tokens, "totalTokenCount": answer.input_tokens});
    let part = |part: Value| data(&chunk(request, &json!([part]), None, &begun));
    let mut events: Vec<_> = pieces(&answer.thoughts).iter().map(|piece| part(thought(piece))).collect();
    events.extend(pieces(&answer.text).into_iter().map(|piece| part(json!({"text": piece}))));
    let last = chunk(request, &json!([{"text": ""}]), Some(finish_reason(answer)), &usage(answer));
    events.push(data(&last));
    // The real server ends lines in the other way, too.
    events.into_iter().map(|event| event.replace('\n', "\r\n")).collect()
}
