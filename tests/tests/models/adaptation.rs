//! Learning what a server wants, once.

use weco_tests::model_server::{Api, ModelServer, Reply, Request};

use crate::harness::{Call, call, config, model};

/// Asks twice with one handle.
fn twice(server: &ModelServer, name: &str) -> [Call; 2] {
    let mut config = config();
    config.model.max_output_tokens = std::num::NonZeroU32::new(100_000);
    let model = model(server, name, config);
    [call(&*model), call(&*model)]
}

/// Both calls succeed, without a retry that is told; only the first needs `first` requests.
fn assert_learned(server: &ModelServer, name: &str, first: usize) -> Vec<Request> {
    for call in twice(server, name) {
        assert_eq!((call.text(), call.waits().len()), ("fine", 0), "{name}");
    }
    let requests = server.requests();
    assert_eq!(requests.len(), first + 1, "{name}");
    requests
}

#[test]
fn a_model_may_need_responses() {
    let server = ModelServer::start(|_| Reply::text("fine"));
    let requests = assert_learned(&server, "gpt-only-responses", 2);
    let apis: Vec<_> = requests.iter().map(|request| request.api).collect();
    assert_eq!(apis, [Api::Chat, Api::Responses, Api::Responses]);
}

#[test]
fn a_limit_may_have_another_name() {
    let server = ModelServer::start(|_| Reply::text("fine"));
    let requests = assert_learned(&server, "gpt-5.2", 2);
    assert!(requests[0].body.get("max_tokens").is_some());
    assert_eq!(requests[2].body["max_completion_tokens"], 100_000);
}

#[test]
fn a_limit_may_be_too_high() {
    let server = ModelServer::start(|_| Reply::text("fine"));
    let requests = assert_learned(&server, "claude-opus-4-5", 2);
    assert_eq!(requests[2].body["max_tokens"], 64_000);
}

#[test]
fn a_server_may_not_know_stream_options() {
    let server = ModelServer::start(|request| {
        if request.body.get("stream_options").is_some() {
            Reply::status(400, "invalid_request_error", "Unrecognized request argument: stream_options")
        } else {
            Reply::text("fine")
        }
    });
    let requests = assert_learned(&server, "local/old", 2);
    assert!(requests[2].streamed);
}

#[test]
fn a_server_may_refuse_to_stream() {
    let server = ModelServer::start(|request| {
        if request.streamed {
            let words = "Your organization must be verified to stream this model.";
            Reply::status(400, "unsupported_value", words)
        } else {
            Reply::text("fine")
        }
    });
    let requests = assert_learned(&server, "local/unverified", 2);
    assert_eq!(requests[2].body["stream"], false);
    assert!(requests[2].body.get("stream_options").is_none());
}

#[test]
fn a_server_that_is_never_content_is_given_up() {
    let server = ModelServer::start(|request| {
        let asked = request.body["max_tokens"].as_u64().unwrap_or_default();
        Reply::status(400, "invalid_request_error", &format!("max_tokens: {asked} > {}", asked - 1))
    });
    let [first, _] = twice(&server, "claude-fussy");
    assert!(first.error().message.contains("answered 400"), "{}", first.error());
    assert!(server.requests().len() < 30);
}
