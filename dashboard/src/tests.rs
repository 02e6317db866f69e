//! Who is answered, and with what: the router over a service that tells of one run.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::json;
use tonic::codegen::BoxStream;
use tonic::{Response as Reply, Status};
use tower::ServiceExt;
use weco_proto::status::status_with_hint;
use weco_proto::v1::{self, weco_server::Weco};
use weco_proto::version::check_client_version;

use crate::server::router;
use crate::{Options, Token};

const PORT: u16 = 7777;

struct OneRun;

#[tonic::async_trait]
impl Weco for OneRun {
    async fn status(&self, _: tonic::Request<v1::StatusRequest>) -> Result<Reply<v1::StatusReply>, Status> {
        Ok(Reply::new(v1::StatusReply { version: "1.2.3".into(), ..Default::default() }))
    }

    async fn list_runs(
        &self,
        request: tonic::Request<v1::ListRunsRequest>,
    ) -> Result<Reply<BoxStream<v1::ListRunsReply>>, Status> {
        check_client_version(request.metadata())?;
        let spread = v1::Spread { metric: 2.0, sd: Some(0.5), count: 3 };
        let runs = vec![v1::RunSummary {
            run_id: "abc".into(),
            name: "<script>".into(),
            best: Some(spread),
            cost: Some(1.25),
            accounts: ["a", "b"]
                .map(|model| v1::ModelAccount { model: model.into(), ..Default::default() })
                .into(),
            under_way: vec![v1::StepUnderWay { step: 4, evaluating: true }],
            chosen: vec![v1::ChosenStep { step: 4, why: "because".into() }],
            limits: Some(v1::RunLimits { max_cost: Some(9.0), ..Default::default() }),
            ..Default::default()
        }];
        Ok(Reply::new(Box::pin(tokio_stream::once(Ok(v1::ListRunsReply { runs })))))
    }

    async fn stop_run(
        &self,
        request: tonic::Request<v1::StopRunRequest>,
    ) -> Result<Reply<v1::StopRunReply>, Status> {
        match request.get_ref().run_id.as_str() {
            "abc" => Ok(Reply::new(v1::StopRunReply { status: v1::RunStatus::Stopping.into() })),
            _ => Err(status_with_hint(tonic::Code::NotFound, "there is no such run", "weco run overview")),
        }
    }

    async fn watch_run(
        &self,
        request: tonic::Request<v1::WatchRunRequest>,
    ) -> Result<Reply<BoxStream<v1::RunUpdate>>, Status> {
        use v1::run_update::Update;
        if request.get_ref().run_id == "none" {
            return Err(Status::not_found("there is no such run"));
        }
        let from = request.get_ref().from_seq;
        let warned = Update::Warned(v1::Warned { message: "a\nb".into() });
        let evaluated = Update::Evaluated(v1::StepEvaluated {
            metric: Some(3.0),
            total: Some(v1::Spread { metric: 2.5, sd: Some(0.5), count: 2 }),
            recheck: true,
            ..Default::default()
        });
        let ended = Update::Ended(v1::RunEnded::default());
        let updates = (1..).zip([warned, evaluated, ended]).filter(move |(seq, _)| *seq >= from);
        let updates = updates.map(|(seq, update)| Ok(v1::RunUpdate { seq, at_ms: 5, update: Some(update) }));
        Ok(Reply::new(Box::pin(tokio_stream::iter(updates.collect::<Vec<_>>()))))
    }
}

fn token() -> Token {
    Token::new([7; 16])
}

/// The dashboard's own name.
fn host() -> String {
    format!("{}:{PORT}", token().host())
}

/// A request by the dashboard's own page.
fn own(method: &str, path: &str, body: &str) -> Request<Body> {
    let cookie = format!("theme=dark; weco_{PORT}={}", token().expose());
    Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, host())
        .header(header::ORIGIN, format!("http://{}", host()))
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/json")
        .header("x-weco", "1")
        .body(Body::from(body.to_owned()))
        .unwrap()
}

fn without(mut request: Request<Body>, name: &str) -> Request<Body> {
    request.headers_mut().remove(name);
    request
}

fn with(mut request: Request<Body>, name: &'static str, value: &str) -> Request<Body> {
    request.headers_mut().insert(name, value.parse().unwrap());
    request
}

async fn answer(request: Request<Body>) -> Response<Body> {
    router(Arc::new(OneRun), Options { token: token(), port: PORT }).oneshot(request).await.unwrap()
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

#[tokio::test]
async fn the_own_page_is_answered() {
    let response = answer(own("GET", "/api/v1/runs", "")).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    assert_eq!(response.headers()["cache-control"], "no-store");
    let runs: serde_json::Value = serde_json::from_str(&text(response).await).unwrap();
    let run = &runs["runs"][0];
    assert_eq!(run["name"], "<script>");
    assert_eq!(
        (&run["best_sd"], &run["best_count"], &run["cost_usd"]),
        (&json!(0.5), &json!(3), &json!(1.25))
    );
    assert_eq!(run["models"], json!(["a", "b"]));
    assert_eq!(run["under_way"], json!([{"step": 4, "evaluating": true, "why": "because"}]));
    assert_eq!(run["limits"]["max_cost_usd"], 9.0);
}

#[tokio::test]
async fn nobody_else_is() {
    let get = || own("GET", "/api/v1/runs", "");
    let stop = || own("POST", "/api/v1/runs/abc/stop", "{}");
    let refused = [
        (without(get(), "cookie"), StatusCode::UNAUTHORIZED),
        (with(get(), "cookie", &format!("weco_{PORT}={}", "0".repeat(32))), StatusCode::UNAUTHORIZED),
        (with(get(), "cookie", &format!("weco_1={}", token().expose())), StatusCode::UNAUTHORIZED),
        (with(get(), "host", "evil.example:7777"), StatusCode::FORBIDDEN),
        (with(get(), "host", "127.0.0.1:1"), StatusCode::FORBIDDEN),
        (without(get(), "host"), StatusCode::FORBIDDEN),
        (with(get(), "origin", "http://evil.example"), StatusCode::FORBIDDEN),
        (with(get(), "origin", "null"), StatusCode::FORBIDDEN),
        (with(get(), "origin", &format!("https://{}", host())), StatusCode::FORBIDDEN),
        // A browser sends cookies of 127.0.0.1 to all its ports, and so they are none of ours.
        (with(get(), "host", "127.0.0.1:7777"), StatusCode::FORBIDDEN),
        (with(get(), "origin", "http://127.0.0.1:7777"), StatusCode::FORBIDDEN),
        (with(get(), "host", &format!("{}:1", token().host())), StatusCode::FORBIDDEN),
        (without(stop(), "x-weco"), StatusCode::FORBIDDEN),
        (with(stop(), "content-type", "text/plain"), StatusCode::FORBIDDEN),
        (without(stop(), "cookie"), StatusCode::UNAUTHORIZED),
        (own("OPTIONS", "/api/v1/runs/abc/stop", ""), StatusCode::METHOD_NOT_ALLOWED),
    ];
    for (request, status) in refused {
        let asked = format!("{request:?}");
        assert_eq!(answer(request).await.status(), status, "{asked}");
    }
}

#[tokio::test]
async fn the_printed_url_gives_the_cookie_and_loses_the_token() {
    let url = format!("/runs/abc?token={}&x=1", token().expose());
    let response = answer(without(own("GET", &url, ""), "cookie")).await;
    // Not a redirection: that would be followed without the cookie after another site's link.
    assert_eq!(response.status(), StatusCode::OK);
    let cookie = response.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.contains(&format!("weco_{PORT}={}", token().expose())), "{cookie}");
    assert!(cookie.contains("HttpOnly; SameSite=Strict"), "{cookie}");
    let page = text(response).await;
    assert!(page.contains("content=\"0; url=/runs/abc?x=1\""), "{page}");
    assert!(!page.contains(token().expose()), "{page}");
    let plain = with(own("GET", &url, ""), "host", &format!("127.0.0.1:{PORT}"));
    let response = answer(without(plain, "origin")).await;
    assert_eq!((response.status(), response.headers().get("set-cookie")), (StatusCode::FORBIDDEN, None));
}

#[tokio::test]
async fn without_the_token_a_page_says_what_to_do_whatever_the_name() {
    for host in [host(), format!("127.0.0.1:{PORT}"), "evil.example".to_owned()] {
        let ask = |url: &str| with(without(own("GET", url, ""), "cookie"), "host", &host);
        for url in ["/", "/runs/abc?token=0123456789abcdef0123456789abcdef"] {
            let response = answer(ask(url)).await;
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{url}");
            assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
            assert!(text(response).await.contains("weco dashboard --url"));
        }
        for url in ["/api/v1/runs".to_owned(), format!("/api/v1/runs?token={}", token().expose())] {
            let response = answer(ask(&url)).await;
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{url}");
            assert_eq!(response.headers()["content-type"], "application/json");
        }
    }
}

#[tokio::test]
async fn programs_may_give_the_token_as_a_bearer() {
    let plain = |path| {
        let request = without(without(own("GET", path, ""), "cookie"), "origin");
        with(request, "host", &format!("localhost:{PORT}"))
    };
    let request = with(plain("/metrics"), "authorization", &format!("Bearer {}", token().expose()));
    let metrics = text(answer(request).await).await;
    assert!(metrics.contains("weco_info{version=\"1.2.3\"} 1"), "{metrics}");
    assert_eq!(text(answer(plain("/healthz")).await).await, "ok");
    let rebound = with(plain("/healthz"), "host", "evil.example:7777");
    assert_eq!(answer(rebound).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn failures_have_the_services_words_and_hints() {
    let response = answer(own("POST", "/api/v1/runs/other/stop", "{}")).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    let error: serde_json::Value = serde_json::from_str(&text(response).await).unwrap();
    assert_eq!(error["error"]["message"], "there is no such run");
    assert_eq!(error["error"]["hint"], "weco run overview");
    for body in ["", "{", "{\"forse\": true}", "7"] {
        let response = answer(own("POST", "/api/v1/runs/abc/stop", body)).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{body}");
    }
    let stopped = text(answer(own("POST", "/api/v1/runs/abc/stop", "{}")).await).await;
    assert_eq!(stopped, "{\"status\":\"stopping\"}");
    assert_eq!(answer(own("GET", "/api/v1/nothing", "")).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(answer(own("GET", "/assets/nothing.js", "")).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_runs_events_have_their_numbers_and_an_end() {
    let events = text(answer(own("GET", "/api/v1/runs/abc/events?from=1", "")).await).await;
    let (warned, others) = events.split_once("\n\n").unwrap();
    let (evaluated, ended) = others.split_once("\n\n").unwrap();
    assert!(
        warned.contains("id: 1")
            && warned.contains("{\"seq\":1,\"at_ms\":5,\"type\":\"warned\",\"message\":\"a\\nb\"}")
    );
    // What is known of the step in all, not only what was measured last.
    let known = "\"metric\":2.5,\"metric_sd\":0.5,\"metric_count\":2";
    assert!(evaluated.contains(known) && evaluated.contains("\"recheck\":true"), "{evaluated}");
    assert!(ended.contains("id: 3") && ended.ends_with("event: end\ndata: {}\n\n"), "{ended}");
    let again = with(own("GET", "/api/v1/runs/abc/events?from=1", ""), "last-event-id", "1");
    let events = text(answer(again).await).await;
    assert!(!events.contains("id: 1") && events.contains("id: 2"), "{events}");
}

#[tokio::test]
async fn whatever_is_refused_is_refused_in_the_documented_words() {
    let large = format!("{{\"text\": \"{}\"}}", "x".repeat(9 << 20));
    let many = format!("/api/v1/events?runs={}", "abc,".repeat(1_001));
    let wrong = [
        (own("GET", "/api/v1/runs/abc/events?from=x", ""), StatusCode::BAD_REQUEST),
        (own("GET", "/api/v1/runs/abc/tree?lineage=7", ""), StatusCode::BAD_REQUEST),
        (own("GET", "/api/v1/runs/%ff", ""), StatusCode::BAD_REQUEST),
        (own("GET", "/api/v1/events?runs=abc:x", ""), StatusCode::BAD_REQUEST),
        (own("GET", &many, ""), StatusCode::BAD_REQUEST),
        (own("DELETE", "/api/v1/runs/abc", ""), StatusCode::METHOD_NOT_ALLOWED),
        (own("GET", "/api/v1/runs/abc/stop", ""), StatusCode::METHOD_NOT_ALLOWED),
        (own("POST", "/api/v1/runs/abc/instructions", &large), StatusCode::PAYLOAD_TOO_LARGE),
    ];
    for (request, status) in wrong {
        let asked = format!("{} {}", request.method(), request.uri());
        let response = answer(request).await;
        assert_eq!(response.status(), status, "{asked}");
        let error: serde_json::Value = serde_json::from_str(&text(response).await).unwrap();
        assert_eq!(error["error"]["kind"], "invalid", "{asked}");
        assert_ne!(error["error"]["message"], "", "{asked}");
    }
}

/// The first `count` events of a stream.
async fn first_events(response: Response<Body>, count: usize) -> Vec<String> {
    let mut body = response.into_body();
    let mut text = String::new();
    while text.matches("\n\n").count() < count {
        let frame = body.frame().await.unwrap().unwrap();
        text.push_str(std::str::from_utf8(frame.data_ref().unwrap()).unwrap());
    }
    text.split_terminator("\n\n").map(str::to_owned).collect()
}

#[tokio::test]
async fn one_stream_has_the_events_of_all_runs_that_are_followed() {
    let response = answer(own("GET", "/api/v1/events?runs=abc:3,def:2,none", "")).await;
    let mut events = first_events(response, 6).await;
    events.sort_unstable();
    let [end_of_abc, end_of_def, gone, of_abc, of_def, last_of_def] = &events[..] else {
        panic!("{events:#?}")
    };
    assert_eq!(end_of_abc, "event: end\ndata: {\"run\":\"abc\"}");
    assert_eq!(end_of_def, "event: end\ndata: {\"run\":\"def\"}");
    assert_eq!(gone, "event: gone\ndata: {\"run_id\":\"none\"}");
    assert!(of_abc.starts_with("event: update\ndata: {\"run\":\"abc\",\"seq\":3,"), "{of_abc}");
    assert!(of_def.starts_with("event: update\ndata: {\"run\":\"def\",\"seq\":2,"), "{of_def}");
    assert!(
        last_of_def.contains("\"run\":\"def\",\"seq\":3,\"at_ms\":5,\"type\":\"ended\""),
        "{last_of_def}"
    );
}

#[tokio::test]
async fn every_views_path_is_the_page() {
    for path in ["/", "/runs/abc", "/runs/abc/nodes/3", "/runs/abc/compare/1/2"] {
        let response = answer(own("GET", path, "")).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
    }
}
