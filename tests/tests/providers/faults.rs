//! Models that fail: what passes is tried again, what does not ends the run with its reason.

use std::time::{Duration, Instant};

use weco_tests::Output;
use weco_tests::model_server::{Delivery, Finish, ModelServer, Reply};

use crate::harness::{Job, whole};

/// One step with a model that first gives `faults`.
#[track_caller]
fn survives(job: &Job, faults: usize) -> Output {
    let run = job.run(&["-n", "1", "-M", "gpt-5.2"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("Best metric value: 2.0"), "{run:?}");
    assert_eq!(job.server.requests().len(), faults + 1);
    job.assert_clean();
    run
}

#[test]
fn too_many_requests_are_tried_again_when_the_provider_says() {
    let busy = Reply::status_with(429, "rate_limit_exceeded", "Slow down.", &[("retry-after", "0.4")]);
    let job = Job::scripted([busy, whole("2").into()]);
    let begin = Instant::now();
    let run = survives(&job, 1);
    assert!(begin.elapsed() >= Duration::from_millis(400));
    let told =
        run.stdout.lines().find(|line| line.contains("the model's answer failed")).expect("it is told");
    assert!(told.contains("Slow down.") && told.contains("(try 2)"), "{told}");
}

#[test]
fn server_errors_are_tried_again() {
    let error = || Reply::status(500, "server_error", "Oh no.");
    survives(&Job::scripted([error(), error(), whole("2").into()]), 2);
}

#[test]
fn a_reply_that_stops_short_is_tried_again() {
    for delivery in [Delivery::Cut, Delivery::Stub] {
        let cut = Reply::from(whole("9")).delivered(delivery);
        survives(&Job::scripted([cut.clone(), cut.plain(), whole("2").into()]), 2);
    }
}

#[test]
fn silence_is_given_up() {
    let hang = Reply::text("").delivered(Delivery::Hang);
    let midway = Reply::from(whole("9")).delivered(Delivery::HangMidway);
    let job = Job::scripted([hang, midway, whole("2").into()]);
    job.configure("idle_timeout_seconds = 0.5\n");
    survives(&job, 2);
}

/// Two steps: the first fails with `reason`, the second is good.
#[track_caller]
fn costs_a_step(job: &Job, requests: usize, reason: &str) {
    let run = job.run(&["-n", "2", "-M", "gpt-5.2"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("[WARNING] Step 1 failed: ") && run.stdout.contains(reason), "{run:?}");
    assert!(run.stdout.contains("[METRIC] Step 2: 2.0"), "{run:?}");
    assert_eq!(job.server.requests().len(), requests);
    job.assert_clean();
}

#[test]
fn an_empty_reply_is_asked_again_once_and_then_costs_its_step() {
    let job = Job::scripted(["", "I have no idea.", &whole("2")]);
    costs_a_step(&job, 3, "The reply has no code");
    assert!(job.server.requests()[1].user.contains("Your previous answer could not be used"));
    assert!(!job.server.requests()[2].user.contains("Your previous answer could not be used"));
}

#[test]
fn a_refusal_costs_its_step() {
    let refusal = Reply::text("I can't help with that.").finishing(Finish::Refusal);
    costs_a_step(&Job::scripted([refusal, whole("2").into()]), 2, "declined to answer");
}

#[test]
fn a_reply_cut_at_the_length_limit_is_asked_again() {
    let cut = Reply::text("value.sh\n```sh\nVALUE=").finishing(Finish::Length);
    let job = Job::scripted([cut, whole("2").into()]);
    let run = job.run(&["-n", "1", "-M", "gpt-5.2"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("cut off at the length limit"), "{run:?}");
    assert!(job.server.requests()[1].user.contains("cut off at the length limit"));
}

/// The run ends at once with `words`, the provider's own, and says what to try.
#[track_caller]
fn ends(job: &Job, model: &str, requests: usize, words: &str, next: &str) {
    let run = job.run(&["-n", "5", "-M", model, "--no-auto-resume"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("[ERROR]") && run.stderr.contains(words), "{run:?}");
    assert!(run.stderr.contains("try:") && run.stderr.contains(next), "the next step {next:?}: {run:?}");
    assert_eq!(job.server.requests().len(), requests);
    job.assert_clean();
}

#[test]
fn a_bad_key_ends_the_run() {
    for (model, words) in [
        ("gpt-5.2", "Incorrect API key provided"),
        ("claude-opus-4-5", "invalid x-api-key"),
        ("gemini-3-flash-preview", "API key not valid"),
    ] {
        let mut job = Job::scripted([whole("2")]);
        for variable in ["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"] {
            job.world.set(variable, "sk-wrong-9876543210");
        }
        ends(&job, model, 1, words, "API_KEY");
    }
}

#[test]
fn an_empty_purse_ends_the_run() {
    let words = "You exceeded your current quota, please check your plan.";
    let job = Job::scripted([Reply::status(429, "insufficient_quota", words)]);
    ends(&job, "gpt-5.2", 1, words, "builtin");
}

#[test]
fn an_unknown_model_ends_the_run() {
    ends(&Job::scripted([whole("2")]), "gpt-missing", 1, "The model `gpt-missing` does not exist", "-M");
}

#[test]
fn an_outage_ends_the_run_and_resume_goes_on() {
    let job = Job::new(ModelServer::start(|request| match request.number {
        2..=4 => Reply::status(503, "overloaded", "Come back later."),
        number => whole(&(number + 1).to_string()).into(),
    }));
    let run = job.run(&["-n", "2", "-M", "gpt-5.2", "--no-auto-resume"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stderr.contains("Come back later."), "{run:?}");
    let id = crate::harness::run_id(&run.stdout);
    assert!(run.stderr.contains("weco resume"), "{run:?}");
    let resumed = job.world.weco(&["resume", id, "--output", "plain"]);
    assert_eq!(resumed.code, 0, "{resumed:?}");
    assert!(resumed.stdout.contains("Best metric value: 6.0"), "{resumed:?}");
    job.assert_clean();
}

#[test]
fn nobody_there_ends_the_run() {
    let mut job = Job::scripted([whole("2")]);
    // A port that was free a moment ago, and that nothing listens at.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    job.world.set("OPENAI_BASE_URL", format!("http://127.0.0.1:{port}/v1"));
    ends(&job, "gpt-5.2", 0, "Connection refused", "OPENAI_BASE_URL");
}
