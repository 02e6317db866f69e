//! A provider that cannot be asked beyond a call's own retries: the run waits for it and goes on.

use nix::sys::signal::Signal;
use weco_proto::v1::run_update::Update;
use weco_tests::model_server::{ModelServer, Reply};

use crate::harness::{Job, run_id, whole};

/// Tries of one call: the first and two more.
const TRIES: usize = 3;

/// Waits are so short that a test does not notice.
const QUICK: &str = "outage_base_ms = 20\n";

/// Waits are so long that a test would.
const LONG: &str = "outage_base_ms = 600000\n";

/// The provider is overloaded for as many calls, then answers.
fn overloaded(calls: usize, configuration: &str) -> Job {
    let job = Job::new(ModelServer::start(move |request| match request.number {
        number if number <= calls * TRIES => Reply::status(503, "overloaded", "Come back later."),
        _ => whole("2").into(),
    }));
    job.configure(configuration);
    job
}

#[test]
fn an_outage_is_waited_out() {
    let job = overloaded(2, QUICK);
    let run = job.run(&["-n", "1", "-M", "gpt-5.2"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("[METRIC] Step 1: 2.0"), "{run:?}");
    let told: Vec<&str> =
        run.stdout.lines().filter(|line| line.contains("RECONNECT") || line.contains("Come back")).collect();
    let lines =
        ["Come back later.", "attempt 1/5, retry in 0s", "Come back later.", "attempt 2/5", "[RECONNECTED]"];
    let told: Vec<&str> = told.into_iter().filter(|line| !line.contains("(try ")).collect();
    assert_eq!(told.len(), lines.len(), "{told:?}");
    assert!(told.iter().zip(lines).all(|(line, part)| line.contains(part)), "{told:?}");
    job.assert_clean();
}

#[test]
fn after_the_last_attempt_the_run_ends_and_can_be_resumed() {
    let job = overloaded(3, QUICK);
    let run = job.run(&["-n", "1", "-M", "gpt-5.2", "--auto-resume-max-attempts", "2"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("attempt 2/2") && !run.stdout.contains("[RECONNECTED]"), "{run:?}");
    let id = run_id(&run.stdout).to_owned();
    assert!(run.stderr.contains(&format!("weco resume {}", &id[..8])), "{run:?}");
    let resumed = job.world.weco(&["resume", &id, "--output", "plain"]);
    assert_eq!(resumed.code, 0, "{resumed:?}");
    assert!(resumed.stdout.contains("[METRIC] Step 1: 2.0"), "{resumed:?}");
    job.assert_clean();
}

#[test]
fn the_providers_wish_is_honoured() {
    let job = Job::new(ModelServer::start(|request| match request.number {
        1 => Reply::status_with(429, "rate_limit_exceeded", "Slow down.", &[("retry-after", "200")]),
        _ => whole("2").into(),
    }));
    job.configure(QUICK);
    let mut run = job.spawn(&["-n", "1", "-M", "gpt-5.2"]);
    run.wait_for("attempt 1/5, retry in 200s");
    run.signal(Signal::SIGINT);
    let run = run.wait();
    assert_eq!(run.code, 130, "{run:?}");
    job.assert_clean();
}

#[test]
fn a_stop_ends_the_wait_at_once() {
    let job = overloaded(1, LONG);
    let mut run = job.spawn(&["-n", "1", "-M", "gpt-5.2"]);
    run.wait_for("[RECONNECTING] attempt 1/5");
    run.signal(Signal::SIGINT);
    let run = run.wait();
    assert_eq!(run.code, 130, "{run:?}");
    assert!(run.stdout.contains("[STOPPED]"), "{run:?}");
    job.assert_clean();
}

#[test]
fn a_daemon_that_dies_while_its_run_waits_asks_again_when_it_is_back() {
    let job = overloaded(1, LONG);
    let mut run = job.spawn(&["-n", "1", "-M", "gpt-5.2"]);
    run.wait_for("[RECONNECTING] attempt 1/5");
    job.world.kill_daemon();
    let run = run.wait();
    assert_eq!(run.code, 0, "{run:?}");
    let waits = job.updates(&run).iter().filter(|update| matches!(update, Update::Waiting(_))).count();
    assert_eq!(waits, 1, "the one before the daemon died");
    job.assert_clean();
}

#[test]
fn without_auto_resume_it_ends_at_once() {
    let job = overloaded(1, QUICK);
    let run = job.run(&["-n", "1", "-M", "gpt-5.2", "--no-auto-resume"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(!run.stdout.contains("[RECONNECTING]"), "{run:?}");
    assert_eq!(job.server.requests().len(), TRIES);
}

#[test]
fn both_flags_at_once_are_refused() {
    let job = overloaded(0, QUICK);
    let run = job.run(&["-M", "gpt-5.2", "--no-auto-resume", "--auto-resume-max-attempts", "3"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(job.server.requests().is_empty());
}
