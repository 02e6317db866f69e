//! Messages.

use serde_json::{Value, json};

use super::{named, pieces};
use crate::model_server::reply::{Answer, Finish};
use crate::model_server::request::Request;

fn stop_reason(answer: &Answer) -> &'static str {
    match answer.finish {
        Finish::Stop => "end_turn",
        Finish::Length => "max_tokens",
        Finish::Refusal => "refusal",
    }
}

/// The prompt's tokens come in three parts.
fn usage(answer: &Answer, output_tokens: u64) -> Value {
    let cached = answer.input_tokens / 2;
    json!({
        "input_tokens": answer.input_tokens - cached,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": cached,
        "output_tokens": output_tokens,
    })
}

fn message(request: &Request, content: &Value, stop_reason: &Value, usage: &Value) -> Value {
    json!({
        "id": "msg_0",
        "type": "message",
        "role": "assistant",
        "model": request.model,
        "content": content,
        "stop_reason": stop_reason,
        "stop_sequence": null,
        "usage": usage,
    })
}

pub(super) fn document(request: &Request, answer: &Answer) -> Value {
    let mut content = Vec::new();
    if !answer.thoughts.is_empty() {
        content.push(json!({"type": "thinking", "thinking": answer.thoughts, "signature": "c2ln"}));
    }
    content.push(json!({"type": "text", "text": answer.text}));
    message(request, &json!(content), &json!(stop_reason(answer)), &usage(answer, answer.output_tokens))
}

pub(super) fn events(request: &Request, answer: &Answer) -> Vec<String> {
    let start = message(request, &json!([]), &Value::Null, &usage(answer, 1));
    let mut events = vec![json!({"type": "message_start", "message": start}), json!({"type": "ping"})];
    let mut index = 0;
    if !answer.thoughts.is_empty() {
        let block = json!({"type": "thinking", "thinking": "", "signature": ""});
        let deltas = pieces(&answer.thoughts).into_iter();
        let deltas = deltas.map(|piece| json!({"type": "thinking_delta", "thinking": piece}));
        events.extend(block_events(index, &block, deltas));
        index += 1;
    }
    let deltas = pieces(&answer.text).into_iter().map(|piece| json!({"type": "text_delta", "text": piece}));
    events.extend(block_events(index, &json!({"type": "text", "text": ""}), deltas));
    events.push(json!({
        "type": "message_delta",
        "delta": {"stop_reason": stop_reason(answer), "stop_sequence": null},
        "usage": {"output_tokens": answer.output_tokens},
    }));
    events.push(json!({"type": "message_stop"}));
    events.iter().map(|event| named(event["type"].as_str().unwrap_or_default(), event)).collect()
}

fn block_events(index: usize, block: &Value, deltas: impl Iterator<Item = Value>) -> Vec<Value> {
    let mut events = vec![json!({"type": "content_block_start", "index": index, "content_block": block})];
    events.extend(deltas.map(|delta| json!({"type": "content_block_delta", "index": index, "delta": delta})));
    events.push(json!({"type": "content_block_stop", "index": index}));
    events
}
