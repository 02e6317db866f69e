//! Nothing is waited for beyond its time, and nothing goes on unwanted.

use std::time::{Duration, Instant};

use weco_daemon::model::{Config, ModelErrorKind, Seconds};
use weco_tests::model_server::{Api, Delivery, ModelServer, Reply};

use crate::harness::{SOON, ask, config, everywhere, model, prompt};

fn idle(milliseconds: u64) -> Config {
    let mut config = config();
    config.model.idle_timeout_seconds = Seconds(Duration::from_millis(milliseconds));
    config
}

#[test]
fn silence_ends_a_try() {
    for delivery in [Delivery::Hang, Delivery::HangMidway] {
        for api in Api::ALL {
            let reply = Reply::text("A reply that never ends.").delivered(delivery.clone());
            let server = ModelServer::start(move |_| reply.clone());
            let call = ask(&server, api, idle(50));
            assert_eq!(call.error().kind, ModelErrorKind::Unavailable, "{api:?} {delivery:?}");
            assert!(call.error().message.contains("silent for 0.05 s"), "{api:?}: {}", call.error());
            assert_eq!(server.requests().len(), 3, "{api:?} {delivery:?}");
        }
    }
}

#[test]
fn a_server_may_come_to() {
    let hang = Reply::text("never").delivered(Delivery::Hang);
    let server = ModelServer::scripted([hang, Reply::text("fine")]);
    assert_eq!(ask(&server, Api::Gemini, idle(1000)).text(), "fine");
}

#[test]
fn slowness_is_not_silence() {
    everywhere(|api, turn, case| {
        let slow = turn(Reply::text("Slow but steady.").delivered(Delivery::Drip(Duration::from_millis(5))));
        let server = ModelServer::scripted([slow]);
        assert_eq!(ask(&server, api, config()).text(), "Slow but steady.", "{case}");
    });
}

#[test]
fn a_complete_reply_is_not_waited_for() {
    for api in Api::ALL {
        let server = ModelServer::scripted([Reply::text("done").delivered(Delivery::OpenEnd)]);
        let begun = Instant::now();
        // Gemini does not say that nothing follows: there, the silence decides.
        assert_eq!(ask(&server, api, idle(500)).text(), "done", "{api:?}");
        assert!(begun.elapsed() < SOON, "{api:?}");
        assert_eq!(server.requests().len(), 1, "{api:?}");
    }
}

#[test]
fn the_whole_call_has_a_deadline() {
    let mut config = config();
    config.model.total_timeout_seconds = Seconds(Duration::from_millis(150));
    for delivery in [Delivery::Drip(Duration::from_millis(100)), Delivery::Hang, Delivery::HangMidway] {
        let slow = Reply::text("A very long story.").delivered(delivery.clone());
        let server = ModelServer::scripted([slow]);
        let call = ask(&server, Api::Messages, config.clone());
        assert_eq!(call.error().kind, ModelErrorKind::Unavailable, "{delivery:?}");
        assert!(call.error().message.contains("no whole reply in 0.15 s"), "{}", call.error());
        assert_eq!(server.requests().len(), 1, "{delivery:?}");
    }
}

#[test]
fn dropping_a_call_abandons_it() {
    let server = ModelServer::scripted([Reply::text("never").delivered(Delivery::Hang)]);
    let model = model(&server, Api::Chat.model(), config());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let call = runtime.spawn(async move { model.complete(&prompt(), &|_| {}).await });
    assert!(server.await_requests(1, SOON));
    assert!(!server.await_abandoned(1, Duration::ZERO));
    call.abort();
    assert!(server.await_abandoned(1, SOON));
}
