//! Refusals that stay: no other try is made, and the provider's own words are passed on.

use weco_daemon::model::ModelErrorKind::{Key, Quota, Refused, Request, UnknownModel};
use weco_tests::model_server::{Api, Delivery, ModelServer, Reply};

use crate::harness::{ask, call, config, model};

#[test]
fn a_refusal_ends_the_call() {
    for api in Api::ALL {
        for (status, code, message, kind) in [
            (400, "invalid_request_error", "The prompt is too long.", Request),
            (401, "authentication_error", "Bad key.", Key),
            (402, "billing_error", "Pay first.", Quota),
            (403, "permission_error", "Not for you.", Key),
            (404, "model_not_found", "No such thing.", UnknownModel),
            (413, "request_too_large", "Too large.", Request),
            (422, "invalid_request_error", "Odd.", Request),
            (429, "insufficient_quota", "You exceeded your current quota.", Quota),
            (400, "content_filter", "Not that.", Refused),
        ] {
            let server = ModelServer::scripted([Reply::status(status, code, message)]);
            let call = ask(&server, api, config());
            let error = call.error();
            assert_eq!(error.kind, kind, "{api:?} {status}: {error}");
            assert!(error.message.contains(&format!("answered {status}: {message}")), "{api:?}: {error}");
            assert_eq!(server.requests().len(), 1, "{api:?} {status}");
            assert_eq!(call.news, [], "{api:?} {status}");
        }
    }
}

#[test]
fn every_shape_of_an_error_is_understood() {
    for body in [
        r#"{"error":{"message":"Too long.","type":"x","param":null,"code":null}}"#,
        r#"{"error":"Too long."}"#,
        r#"[{"error":{"code":400,"message":"Too long.","status":"INVALID_ARGUMENT"}}]"#,
        r#"{"object":"error","message":"Too long.","type":"BadRequestError","param":null,"code":400}"#,
        r#"{"detail":"Too long."}"#,
        "Too long.",
        "<html><head><title>Too long.</title></head></html>",
    ] {
        let raw = Delivery::Raw { status: 400, content_type: "text/plain".to_owned(), body: body.to_owned() };
        let server = ModelServer::scripted([Reply::text("").delivered(raw)]);
        let call = ask(&server, Api::Compatible, config());
        assert!(call.error().message.contains("answered 400: Too long."), "{body}: {}", call.error());
    }
}

#[test]
fn an_unknown_model_gets_suggestions() {
    for (name, words, hint) in [
        ("gpt-5.2-missing", "`gpt-5.2-missing` does not exist", "Did you mean gpt-5.2"),
        ("claude-opus-4-5-missing", "model: claude-opus-4-5-missing", "Did you mean claude-opus-4-5"),
        (
            "gemini-3-flash-preview-missing",
            "is not found for API version",
            "Did you mean gemini-3-flash-preview",
        ),
        ("local/qwen3-missing", "try pulling it first", "'qwen3-missing'"),
    ] {
        let server = ModelServer::scripted::<Reply>([]);
        let call = call(&*model(&server, name, config()));
        let error = call.error();
        assert_eq!((error.kind, server.requests().len()), (UnknownModel, 1), "{name}: {error}");
        assert!(error.message.contains(words) && error.hint.contains(hint), "{name}: {error} {}", error.hint);
    }
}

#[test]
fn a_spent_day_is_no_reason_to_wait() {
    let body = r#"{"error":{"code":429,"message":"Quota exceeded.","status":"RESOURCE_EXHAUSTED","details":[
        {"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":
            [{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]},
        {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"38s"}]}}"#;
    let raw =
        Delivery::Raw { status: 429, content_type: "application/json".to_owned(), body: body.to_owned() };
    let server = ModelServer::scripted([Reply::text("").delivered(raw)]);
    let call = ask(&server, Api::Gemini, config());
    assert_eq!((call.error().kind, server.requests().len()), (Quota, 1));
}

#[test]
fn a_wrong_address_is_not_a_wrong_model() {
    let server = ModelServer::scripted::<Reply>([]);
    let mut config = config();
    config.openai_compatible.base_url = Some(server.base_url(Api::Compatible).replace("/v1", "/v2"));
    let access = weco_daemon::model::Access::new(config, |_| None);
    let resolved = access.resolve(Some("local/qwen3"), &Default::default(), &|_| None).unwrap();
    let weco_daemon::model::ResolvedModel::Remote(model) = resolved.model else { panic!() };
    let call = call(&*model);
    assert_eq!(call.error().kind, Request);
    assert!(call.error().hint.contains("base URL"), "{}", call.error().hint);
}
