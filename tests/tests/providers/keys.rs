//! Where a run's key comes from, and what comes of it.

use weco_tests::model_server::{Api, KEY};

use crate::harness::{Job, whole};

/// The variables that hold keys.
fn key_variables() -> impl Iterator<Item = &'static str> {
    Api::ALL.into_iter().filter_map(Api::key_variable)
}

#[test]
fn a_key_as_an_argument_chooses_its_providers_default() {
    for (provider, api, model) in [
        ("openai", Api::Chat, "gpt-5.2"),
        ("anthropic", Api::Messages, "claude-opus-4-5"),
        ("gemini", Api::Gemini, "gemini-3-flash-preview"),
    ] {
        let mut job = Job::scripted([whole("2")]);
        for variable in key_variables() {
            job.world.unset(variable);
        }
        let run = job.run(&["-n", "1", "--api-key", &format!("{provider}={KEY}")]);
        assert_eq!(run.code, 0, "{run:?}");
        let request = job.server.requests().remove(0);
        assert_eq!((request.api, request.model.as_str()), (api, model));
        assert!(run.stdout.contains(&format!("Model: {provider}/{model}")), "{run:?}");
    }
}

#[test]
fn an_argument_wins_over_the_clients_environment() {
    let mut job = Job::scripted([whole("2")]);
    job.world.set("OPENAI_API_KEY", "sk-wrong-0123456789");
    let run = job.run(&["-n", "1", "-M", "gpt-5.2", "--api-key", &format!("openai={KEY}")]);
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn the_clients_environment_wins_over_the_daemons() {
    let mut job = Job::scripted([whole("2")]);
    job.world.set("OPENAI_API_KEY", "sk-wrong-0123456789");
    job.world.start_daemon();
    job.world.set("OPENAI_API_KEY", KEY);
    let run = job.run(&["-n", "1", "-M", "gpt-5.2"]);
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn the_daemons_environment_serves_a_client_without_keys() {
    let mut job = Job::scripted([whole("2")]).evaluated_by(". ./value.sh\nenv\necho score: $VALUE\n");
    job.world.start_daemon();
    let all: Vec<String> = job.server.environment().into_keys().collect();
    for variable in &all {
        job.world.unset(variable);
    }
    let run = job.run(&["-n", "1", "-M", "gpt-5.2"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        !run.stdout.contains(KEY) && !run.stdout.contains("OPENAI"),
        "evaluations have the client's: {run:?}"
    );
}

#[test]
fn no_key_at_all_says_what_to_set() {
    let mut job = Job::scripted([whole("2")]);
    for variable in key_variables() {
        job.world.unset(variable);
    }
    let run = job.run(&["-n", "1"]);
    assert_eq!(run.code, 1, "{run:?}");
    for part in ["GEMINI_API_KEY", "--api-key gemini=", "-M builtin"] {
        assert!(run.stderr.contains(part), "{run:?}");
    }
    assert!(!job.world.work().join(".runs").exists() && job.server.requests().is_empty());
}
