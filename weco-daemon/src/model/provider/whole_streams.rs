//! Every API's stream, whole and cut at every byte.

use weco_core::event::Usage;
use weco_core::prompt::Prompt;

use super::{Anthropic, Dialect, Gemini, OpenAi, ReadEvent};
use crate::model::fault::Fault;
use crate::model::reply::Reply;

const CHAT: &str = r#"data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

data: {"choices":[{"index":0,"delta":{"content":"Hé"},"finish_reason":null}]}

data: {"choices":[{"index":0,"delta":{"content":"llo"},"finish_reason":null}]}

data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}

data: [DONE]

"#;

const RESPONSES: &str = r#"event: response.created
data: {"type":"response.created","response":{"object":"response","status":"in_progress","output":[]}}

event: response.output_text.delta
data: {"type":"response.output_text.delta","delta":"Hé"}

event: response.output_text.delta
data: {"type":"response.output_text.delta","delta":"llo"}

event: response.completed
data: {"type":"response.completed","response":{"object":"response","status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"Héllo"}]}],"usage":{"input_tokens":3,"output_tokens":4}}}

"#;

const MESSAGES: &str = r#"event: message_start
data: {"type":"message_start","message":{"usage":{"input_tokens":3,"output_tokens":1}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Héllo"}}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":4}}

event: message_stop
data: {"type":"message_stop"}

"#;

const GEMINI: &str = r#"data: {"candidates":[{"content":{"parts":[{"text":"Hé"}],"role":"model"}}]}

data: {"candidates":[{"content":{"parts":[{"text":"llo"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":4}}

"#;

/// The streams, with what understands them and what tells that the text is whole.
fn streams() -> [(ReadEvent, String, &'static str); 4] {
    let prompt = Prompt { system: String::new(), user: "U".to_owned() };
    let read = |dialect: &dyn Dialect| dialect.request(&prompt).read;
    let openai = |model: &str| OpenAi::new(model.to_owned(), None, true, true);
    [
        (read(&openai("gpt-5.2")), CHAT.to_owned(), r#""stop"}]}"#),
        (read(&openai("gpt-5-pro")), RESPONSES.to_owned(), r#""output_tokens":4}}}"#),
        (read(&Anthropic::new("m".to_owned(), None)), MESSAGES.to_owned(), r#"{"output_tokens":4}}"#),
        (
            read(&Gemini::new("m".to_owned(), None)),
            GEMINI.replace('\n', "\r\n"),
            r#""candidatesTokenCount":4}}"#,
        ),
    ]
}

#[test]
fn a_cut_stream_is_never_taken_for_a_whole_one() {
    for (read, stream, end) in streams() {
        // The event counts once its blank line has begun.
        let line_end = if stream.contains('\r') { 3 } else { 2 };
        let whole_at = stream.find(end).unwrap() + end.len() + line_end;
        for at in 0..=stream.len() {
            for is_reset in [true, false] {
                let mut reply = Reply::new(read, 10_000);
                reply.feed(&stream.as_bytes()[..at]).unwrap();
                let cut = is_reset.then(|| Fault::Broken("reset".to_owned()));
                match reply.finish(cut) {
                    Ok(completion) => {
                        assert!(completion.text == "Héllo" && at + line_end >= whole_at, "{at}")
                    }
                    Err(fault) => {
                        let passes = matches!(fault, Fault::Broken(_) | Fault::Garbage(_));
                        assert!(at < whole_at && passes, "{at}: {fault:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn pieces_of_any_size_make_the_same_reply() {
    for (read, stream, _) in streams() {
        for size in 1..40 {
            let mut reply = Reply::new(read, 10_000);
            stream.as_bytes().chunks(size).try_for_each(|piece| reply.feed(piece)).unwrap();
            let completion = reply.finish(None).unwrap();
            assert_eq!(completion.text, "Héllo", "{size}");
            assert_eq!(completion.usage, Usage { input_tokens: 3, output_tokens: 4 }, "{size}");
        }
    }
}
