//! Faults that pass: another try is made, and told.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use weco_daemon::model::{CallNews, ModelErrorKind};
use weco_tests::model_server::{Api, Delivery, ModelServer, Reply};

use crate::harness::{ask, call, config, everywhere, model};

fn passing_faults() -> Vec<Reply> {
    let broken = [
        Delivery::Cut,
        Delivery::Stub,
        Delivery::Unended,
        Delivery::ErrorMidway,
        Delivery::Empty,
        Delivery::Garbage,
        Delivery::Html,
    ];
    let broken =
        broken.into_iter().map(|delivery| Reply::text("A reply that gets lost.").delivered(delivery));
    let statuses = [408, 409, 429, 500, 502, 503, 529];
    let statuses = statuses.into_iter().map(|status| Reply::status(status, "trouble", "Oops."));
    broken.chain(statuses).collect()
}

#[test]
fn another_try_follows() {
    everywhere(|api, turn, case| {
        for fault in passing_faults() {
            let server = ModelServer::scripted([turn(fault.clone()), turn(Reply::text("fine"))]);
            let call = ask(&server, api, config());
            assert_eq!(call.text(), "fine", "{case}: {:?}", fault.delivery);
            assert_eq!(call.waits().len(), 1, "{case}: {:?}", fault.delivery);
            assert_eq!(server.requests().len(), 2, "{case}: {:?}", fault.delivery);
        }
    });
}

#[test]
fn three_tries_are_enough() {
    everywhere(|api, turn, case| {
        for fault in passing_faults() {
            let fault = turn(fault);
            let again = fault.clone();
            let server = ModelServer::start(move |_| again.clone());
            let call = ask(&server, api, config());
            assert_eq!(call.error().kind, ModelErrorKind::Unavailable, "{case}: {:?}", fault.delivery);
            assert_eq!(server.requests().len(), 3, "{case}: {:?}", fault.delivery);
            let numbers = call.news.iter().filter_map(|news| match news {
                CallNews::Retrying { next_try, fault, .. } => Some((*next_try, fault.is_empty())),
                CallNews::Progress(_) => None,
            });
            assert_eq!(numbers.collect::<Vec<_>>(), [(2, false), (3, false)], "{case}");
        }
    });
}

#[test]
fn faults_are_told_in_words() {
    for (reply, says) in [
        (Reply::text("lost").delivered(Delivery::Cut), "stopped short"),
        (Reply::text("lost").delivered(Delivery::Empty), "it was empty"),
        (Reply::text("lost").delivered(Delivery::Html), "Log in to the network"),
        (Reply::text("lost").delivered(Delivery::ErrorMidway), "Overloaded"),
        (Reply::status(503, "busy", "Come back later."), "answered 503: Come back later. (busy)"),
    ] {
        let delivery = reply.delivery.clone();
        let server = ModelServer::start(move |_| reply.clone());
        let call = ask(&server, Api::Messages, config());
        let error = call.error();
        assert!(error.message.contains(says), "{delivery:?}: {error}");
        assert!(error.message.contains("Anthropic at http://127.0.0.1:"), "{delivery:?}: {error}");
    }
}

#[test]
fn the_wait_is_the_servers_choice() {
    for (headers, wait) in [
        (&[("retry-after-ms", "30")][..], Duration::from_millis(30)),
        (&[("retry-after-ms", "20"), ("retry-after", "99")], Duration::from_millis(20)),
        (&[("retry-after", "0.04")], Duration::from_millis(40)),
    ] {
        let busy = Reply::status_with(429, "rate_limit_exceeded", "Slow down.", headers);
        let server = ModelServer::scripted([busy, Reply::text("fine")]);
        let begun = Instant::now();
        let call = ask(&server, Api::Chat, config());
        assert_eq!((call.text(), call.waits()), ("fine", vec![wait]), "{headers:?}");
        assert!(begun.elapsed() >= wait, "{headers:?}");
    }
}

#[test]
fn gemini_names_the_wait_in_its_body() {
    let body = r#"[{"error":{"code":429,"message":"Quota.","status":"RESOURCE_EXHAUSTED","details":[
        {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"0.03s"}]}}]"#;
    let raw =
        Delivery::Raw { status: 429, content_type: "application/json".to_owned(), body: body.to_owned() };
    let server = ModelServer::scripted([Reply::text("").delivered(raw), Reply::text("fine")]);
    let call = ask(&server, Api::Gemini, config());
    assert_eq!((call.text(), call.waits()), ("fine", vec![Duration::from_millis(30)]));
}

#[test]
fn a_long_wait_is_left_to_the_run() {
    for api in Api::ALL {
        let busy = Reply::status_with(429, "rate_limit_error", "Slow down.", &[("retry-after", "600")]);
        let server = ModelServer::scripted([busy]);
        let call = ask(&server, api, config());
        assert_eq!(call.error().kind, ModelErrorKind::Unavailable, "{api:?}");
        assert_eq!(call.error().retry_after, Some(Duration::from_secs(600)), "{api:?}");
        assert_eq!(server.requests().len(), 1, "{api:?}");
    }
}

#[test]
fn the_server_may_forbid_or_demand_another_try() {
    let with = |status, should| Reply::status_with(status, "x", "Oops.", &[("x-should-retry", should)]);
    let server = ModelServer::scripted([with(500, "false")]);
    assert_eq!(ask(&server, Api::Chat, config()).error().kind, ModelErrorKind::Unavailable);
    assert_eq!(server.requests().len(), 1);
    let server = ModelServer::scripted([with(400, "true"), Reply::text("fine")]);
    assert_eq!(ask(&server, Api::Chat, config()).text(), "fine");
}

#[test]
fn nobody_there_is_told_with_the_address() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut config = config();
    config.openai_compatible.base_url = Some(format!("http://{address}/v1"));
    let access = weco_daemon::model::Access::new(config, |_| None);
    let resolved = access.resolve(Some("qwen3:8b"), &Default::default(), &|_| None).unwrap();
    assert_eq!(resolved.name, "openai-compatible/qwen3:8b");
    let weco_daemon::model::ResolvedModel::Remote(model) = resolved.model else { panic!() };
    let call = call(&*model);
    assert_eq!((call.error().kind, call.waits().len()), (ModelErrorKind::Unavailable, 2));
    assert!(call.error().message.contains(&address.to_string()), "{}", call.error());
    assert!(call.error().message.contains("refused"), "{}", call.error());
    assert_eq!(call.error().hint, "Is it running there?");
}

#[test]
fn a_model_can_be_asked_again_after_a_failure() {
    let server = ModelServer::scripted([Reply::status(401, "x", "No."), Reply::text("fine")]);
    let model = model(&server, Api::Gemini.model(), config());
    assert_eq!(call(&*model).error().kind, ModelErrorKind::Key);
    assert_eq!(call(&*model).text(), "fine");
}
