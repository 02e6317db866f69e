//! Chat Completions.

use serde_json::{Value, json};

use super::{data, pieces};
use crate::model_server::api::Api;
use crate::model_server::reply::{Answer, Finish};
use crate::model_server::request::Request;

fn finish_reason(answer: &Answer) -> &'static str {
    match answer.finish {
        Finish::Stop => "stop",
        Finish::Length => "length",
        Finish::Refusal => "content_filter",
    }
}

fn usage(answer: &Answer) -> Value {
    json!({
        "prompt_tokens": answer.input_tokens,
        "completion_tokens": answer.output_tokens,
        "total_tokens": answer.input_tokens + answer.output_tokens,
        "completion_tokens_details": {"reasoning_tokens": 0},
    })
}

/// OpenAI shows no thoughts here; local servers do.
fn thought_field(request: &Request, answer: &Answer) -> Option<&'static str> {
    (request.api == Api::Compatible && !answer.thoughts.is_empty()).then_some("reasoning_content")
}

pub(super) fn document(request: &Request, answer: &Answer) -> Value {
    let mut message = json!({"role": "assistant", "content": answer.text, "refusal": null});
    if let Some(field) = thought_field(request, answer) {
        message[field] = json!(answer.thoughts);
    }
    json!({
        "id": "chatcmpl-0",
        "object": "chat.completion",
        "created": 0,
        "model": request.model,
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason(answer), "logprobs": null}],
        "usage": usage(answer),
    })
}

pub(super) fn events(request: &Request, answer: &Answer) -> Vec<String> {
    let chunk = |choices: Value, usage: Value| {
        data(&json!({
            "id": "chatcmpl-0",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": request.model,
            "choices": choices,
            "usage": usage,
        }))
    };
    let choice = |delta: Value, finish: Value| {
        chunk(json!([{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": null}]), Value::Null)
    };
    let mut events = vec![choice(json!({"role": "assistant", "content": ""}), Value::Null)];
    if let Some(field) = thought_field(request, answer) {
        events.extend(
            pieces(&answer.thoughts).into_iter().map(|piece| choice(json!({field: piece}), Value::Null)),
        );
    }
    events
        .extend(pieces(&answer.text).into_iter().map(|piece| choice(json!({"content": piece}), Value::Null)));
    events.push(choice(json!({}), json!(finish_reason(answer))));
    if request.body["stream_options"]["include_usage"] == true {
        events.push(chunk(json!([]), usage(answer)));
    }
    events.push("data: [DONE]\n\n".to_owned());
    events
}
