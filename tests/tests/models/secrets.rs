//! Keys go to the provider and nowhere else.

use std::collections::BTreeMap;

use weco_daemon::model::{Access, ModelErrorKind, ResolvedModel};
use weco_tests::model_server::{Api, Delivery, KEY, ModelServer, Reply};

use crate::harness::{Call, ask, call, config};

fn assert_hidden(call: &Call, key: &str) {
    assert!(call.result.is_err(), "{call:?}");
    assert!(!format!("{call:?}").contains(key), "{call:?}");
}

#[test]
fn a_wrong_key_is_not_repeated() {
    for api in Api::ALL.into_iter().filter(|api| api.key_variable().is_some()) {
        let server = ModelServer::scripted::<Reply>([]);
        let environment = server.environment();
        let wrong = "sk-wrong-0123456789abcdef";
        let look = |name: &str| {
            if Some(name) == api.key_variable() {
                Some(wrong.to_owned())
            } else {
                environment.get(name).cloned()
            }
        };
        let access = Access::new(config(), |_| None);
        let resolved = access.resolve(Some(api.model()), &BTreeMap::new(), &look).unwrap();
        let ResolvedModel::Remote(model) = resolved.model else { panic!() };
        let call = call(&*model);
        assert_hidden(&call, wrong);
        assert_eq!(call.error().kind, ModelErrorKind::Key, "{api:?}");
        assert!(call.error().hint.contains(api.key_variable().unwrap()), "{api:?}: {}", call.error().hint);
    }
}

#[test]
fn a_key_that_the_server_echoes_is_hidden() {
    let echo = format!("You sent {KEY}.");
    // Where an error is cut for its length, no part of a key may be left.
    let late = format!("{}{KEY}", "x".repeat(570));
    for (reply, part) in [
        (Reply::status(400, "invalid_request_error", &echo), KEY),
        (Reply::status(500, KEY, &echo), KEY),
        (Reply::status(400, "invalid_request_error", &late), "sk-test"),
        (raw("text/plain", &echo), KEY),
        (raw("text/event-stream", &format!("data: {echo}\n\n")), KEY),
        (raw("application/json", &format!("{{\"error\":\"{echo}\"}}")), KEY),
    ] {
        let server = ModelServer::start(move |_| reply.clone());
        for api in [Api::Chat, Api::Messages, Api::Gemini] {
            assert_hidden(&ask(&server, api, config()), part);
        }
    }
}

fn raw(content_type: &str, body: &str) -> Reply {
    let (content_type, body) = (content_type.to_owned(), body.to_owned());
    Reply::text("").delivered(Delivery::Raw { status: 200, content_type, body })
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = ModelServer::scripted(["got you"]);
    let target = format!("{}/messages", elsewhere.base_url(Api::Chat));
    let moved = Reply::status_with(307, "moved", "Moved.", &[("location", &target)]);
    let server = ModelServer::scripted([moved]);
    let call = ask(&server, Api::Messages, config());
    assert_eq!(call.error().kind, ModelErrorKind::Request);
    assert_eq!(elsewhere.requests(), []);
}

#[test]
fn each_provider_gets_its_own_key() {
    let server = ModelServer::scripted(["a", "b", "c"]);
    let bases = server.environment();
    let keys = ["openai", "anthropic", "gemini"].map(|id| (id.to_owned(), format!("{KEY}-{id}"))).into();
    let access = Access::new(config(), |_| None);
    for api in [Api::Chat, Api::Messages, Api::Gemini] {
        let resolved = access.resolve(Some(api.model()), &keys, &|name| bases.get(name).cloned()).unwrap();
        let ResolvedModel::Remote(model) = resolved.model else { panic!() };
        // Keys given by name win over the environment's, which would have been right.
        assert_eq!(call(&*model).error().kind, ModelErrorKind::Key, "{api:?}");
    }
    let header = |number: usize, name: &str| server.requests()[number].headers.get(name).cloned();
    assert_eq!(header(0, "authorization"), Some(format!("Bearer {KEY}-openai")));
    assert_eq!(header(1, "x-api-key"), Some(format!("{KEY}-anthropic")));
    assert_eq!(header(1, "authorization"), None);
    assert_eq!(header(2, "x-goog-api-key"), Some(format!("{KEY}-gemini")));
}
