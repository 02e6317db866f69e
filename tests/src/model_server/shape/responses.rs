//! Responses.

use serde_json::{Value, json};

use super::{named, pieces};
use crate::model_server::reply::{Answer, Finish};
use crate::model_server::request::Request;

pub(super) fn document(request: &Request, answer: &Answer) -> Value {
    let (status, details) = match answer.finish {
        Finish::Stop => ("completed", Value::Null),
        Finish::Length => ("incomplete", json!({"reason": "max_output_tokens"})),
        Finish::Refusal => ("incomplete", json!({"reason": "content_filter"})),
    };
    let mut output = Vec::new();
    if !answer.thoughts.is_empty() {
        let summary = json!([{"type": "summary_text", "text": answer.thoughts}]);
        output.push(json!({"type": "reasoning", "id": "rs_0", "summary": summary}));
    }
    output.push(json!({
        "type": "message",
        "id": "msg_0",
        "role": "assistant",
        "status": status,
        "content": [{"type": "output_text", "text": answer.text, "annotations": []}],
    }));
    response(
        request,
        status,
        &details,
        &json!(output),
        &json!({
            "input_tokens": answer.input_tokens,
            "output_tokens": answer.output_tokens,
            "total_tokens": answer.input_tokens + answer.output_tokens,
        }),
    )
}

fn response(request: &Request, status: &str, details: &Value, output: &Value, usage: &Value) -> Value {
    json!({
        "id": "resp_0",
        "object": "response",
        "created_at": 0,
        "status": status,
        "error": null,
        "incomplete_details": details,
        "model": request.model,
        "output": output,
        "usage": usage,
    })
}

pub(super) fn events(request: &Request, answer: &Answer) -> Vec<String> {
    let begun = response(request, "in_progress", &Value::Null, &json!([]), &Value::Null);
    let mut events = vec![
        ("response.created", json!({"response": begun})),
        ("response.in_progress", json!({"response": begun})),
    ];
    let delta = |piece: String| json!({"item_id": "i_0", "output_index": 0, "delta": piece});
    let thoughts = pieces(&answer.thoughts).into_iter();
    events.extend(thoughts.map(|piece| ("response.reasoning_summary_text.delta", delta(piece))));
    events.push(("response.output_item.added", json!({"item": {"type": "message", "content": []}})));
    let text = pieces(&answer.text).into_iter();
    events.extend(text.map(|piece| ("response.output_text.delta", delta(piece))));
    events.push(("response.output_text.done", json!({"text": answer.text})));
    let last = if answer.finish == Finish::Stop { "response.completed" } else { "response.incomplete" };
    events.push((last, json!({"response": document(request, answer)})));
    let numbered = events.into_iter().enumerate();
    numbered
        .map(|(number, (name, mut event))| {
            event["type"] = json!(name);
            event["sequence_number"] = json!(number);
            named(name, &event)
        })
        .collect()
}
