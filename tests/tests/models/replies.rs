//! Replies that arrive as they should.

use weco_daemon::model::ModelErrorKind;
use weco_tests::model_server::{Api, Delivery, Finish, ModelServer, Reply};

use crate::harness::{ask, config, everywhere, prompt};

const TEXT: &str = "Größer — ```py\nprint('日本')\n``` 🚀\r\ndata: x\n\n";

#[test]
fn a_reply_is_understood() {
    everywhere(|api, turn, case| {
        let server = ModelServer::scripted([turn(Reply::text(TEXT))]);
        let call = ask(&server, api, config());
        let completion = call.result.as_ref().unwrap();
        assert_eq!(completion.text, TEXT, "{case}");
        assert_eq!((completion.usage.input_tokens, completion.usage.output_tokens), (11, 7), "{case}");
        assert!(!completion.truncated, "{case}");
        // A plain reply is there all at once.
        let told = if case.contains("plain") { 0 } else { TEXT.chars().count() as u64 };
        assert_eq!(call.characters(), told, "{case}");
        assert_eq!(call.waits(), [], "{case}");
    });
}

#[test]
fn the_whole_prompt_is_sent() {
    for api in Api::ALL {
        let server = ModelServer::scripted(["ok"]);
        ask(&server, api, config()).result.unwrap();
        let requests = server.requests();
        assert_eq!(requests.len(), 1);
        assert_eq!(requests[0].api, api);
        assert_eq!((&requests[0].system, &requests[0].user), (&prompt().system, &prompt().user));
        assert!(requests[0].streamed, "{api:?}");
        assert!(requests[0].headers["user-agent"].starts_with("weco/"));
        for sampling in ["temperature", "top_p", "generationConfig"] {
            assert!(requests[0].body.get(sampling).is_none(), "{api:?}: {sampling}");
        }
    }
}

#[test]
fn a_limit_is_sent_under_its_name() {
    let mut limited = config();
    limited.model.max_output_tokens = std::num::NonZeroU32::new(1234);
    for (api, pointer) in [
        (Api::Responses, "/max_output_tokens"),
        (Api::Messages, "/max_tokens"),
        (Api::Gemini, "/generationConfig/maxOutputTokens"),
        (Api::Compatible, "/max_tokens"),
    ] {
        let server = ModelServer::scripted(["ok"]);
        ask(&server, api, limited.clone()).result.unwrap();
        let body = &server.requests()[0].body;
        assert_eq!(body.pointer(pointer).and_then(serde_json::Value::as_u64), Some(1234), "{api:?}");
    }
    limited.openai_compatible.max_tokens = std::num::NonZeroU32::new(99);
    let server = ModelServer::scripted(["ok"]);
    ask(&server, Api::Compatible, limited).result.unwrap();
    assert_eq!(server.requests()[0].body["max_tokens"], 99);
}

#[test]
fn thoughts_count_as_progress_only() {
    everywhere(|api, turn, case| {
        let server = ModelServer::scripted([turn(Reply::text("done").with_thoughts("Let me see…"))]);
        let call = ask(&server, api, config());
        assert_eq!(call.text(), "done", "{case}");
        // OpenAI shows no thoughts in Chat Completions.
        let told = match api {
            _ if case.contains("plain") => 0,
            Api::Chat => 4,
            _ => 15,
        };
        assert_eq!(call.characters(), told, "{case}");
    });
}

#[test]
fn a_cut_reply_is_marked() {
    everywhere(|api, turn, case| {
        let server = ModelServer::scripted([turn(Reply::text("half of").finishing(Finish::Length))]);
        let completion = ask(&server, api, config()).result.unwrap();
        assert_eq!((completion.text.as_str(), completion.truncated), ("half of", true), "{case}");
        assert_eq!(completion.usage.output_tokens, 7, "{case}");
    });
}

#[test]
fn a_reply_without_a_word_is_a_reply() {
    everywhere(|api, turn, case| {
        let server = ModelServer::scripted([turn(Reply::text("").with_thoughts("…"))]);
        let completion = ask(&server, api, config()).result.unwrap();
        assert_eq!((completion.text.as_str(), completion.usage.output_tokens), ("", 7), "{case}");
        assert_eq!(server.requests().len(), 1, "{case}");
    });
}

#[test]
fn a_model_may_decline() {
    everywhere(|api, turn, case| {
        let server = ModelServer::scripted([turn(Reply::text("I…").finishing(Finish::Refusal))]);
        let call = ask(&server, api, config());
        assert_eq!(call.error().kind, ModelErrorKind::Refused, "{case}");
        assert_eq!(server.requests().len(), 1, "{case}");
    });
}

#[test]
fn a_large_reply_is_taken_up_to_the_limit() {
    everywhere(|api, turn, case| {
        let mut config = config();
        config.model.max_reply_bytes = std::num::NonZeroUsize::new(100_000).unwrap();
        let reply = |characters| turn(Reply::text("").delivered(Delivery::Huge(characters)));
        let server = ModelServer::scripted([reply(80_000), reply(200_000)]);
        assert_eq!(ask(&server, api, config.clone()).text().len(), 80_000, "{case}");
        let call = ask(&server, api, config);
        assert!(call.error().message.contains("larger than 100000 bytes"), "{case}: {}", call.error());
        assert_eq!(server.requests().len(), 2, "{case}");
    });
}

#[test]
fn what_the_server_says_in_the_end_is_an_error_too() {
    let server = ModelServer::scripted::<Reply>([]);
    let call = ask(&server, Api::Messages, config());
    assert!(call.error().message.contains("The script is over."), "{}", call.error());
}
