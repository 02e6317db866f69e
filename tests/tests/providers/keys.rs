//! Where a run's key comes from, and what comes of it.

use std::fs;
use std::os::unix::fs::PermissionsExt;

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
fn a_kept_key_serves_where_nothing_else_does_and_counts_at_once() {
    let job = Job::scripted([whole("2"), whole("3")]).without_keys();
    let run = || job.run(&["-n", "1", "-M", "gpt-5.2"]);
    let without = run();
    assert_eq!(without.code, 1, "{without:?}");
    assert!(without.stderr.contains("weco keys set openai"), "{without:?}");
    job.keep_key("openai", KEY);
    let with = run();
    assert_eq!(with.code, 0, "the same daemon: {with:?}");
    job.keep_key("openai", "sk-wrong-0123456789");
    let wrong = run();
    assert_eq!(wrong.code, 1, "{wrong:?}");
    assert!(wrong.stderr.contains("keys.toml"), "where the key is that does not work: {wrong:?}");
    assert!(!format!("{wrong:?}").contains("sk-wrong"), "{wrong:?}");
    assert_eq!(job.world.weco(&["keys", "remove", "openai"]).code, 0);
    assert_eq!(run().code, 1);
}

#[test]
fn a_keys_file_that_others_can_read_is_refused_when_it_is_needed() {
    let mut job = Job::scripted([whole("2")]).without_keys();
    job.keep_key("openai", KEY);
    let path = job.world.config().join("keys.toml");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let run = job.run(&["-n", "1", "-M", "gpt-5.2"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        run.stderr.contains(&format!("'{}' is open to other users (mode 640)", path.display())),
        "{run:?}"
    );
    assert!(run.stderr.contains("try: chmod 600") && !run.stderr.contains(KEY), "{run:?}");
    job.world.set("OPENAI_API_KEY", KEY);
    let run = job.run(&["-n", "1", "-M", "gpt-5.2"]);
    assert_eq!(run.code, 0, "not needed: {run:?}");
}

#[test]
fn a_credential_of_the_daemon_wins_over_the_keys_file() {
    let mut job = Job::scripted([whole("2")]).without_keys();
    job.keep_key("openai", "sk-wrong-0123456789");
    let credentials = job.world.work().parent().unwrap().join("credentials");
    fs::create_dir(&credentials).unwrap();
    fs::write(credentials.join("weco.openai"), format!("{KEY}\n")).unwrap();
    job.world.set("CREDENTIALS_DIRECTORY", credentials.display().to_string());
    job.world.start_daemon();
    job.world.unset("CREDENTIALS_DIRECTORY");
    let run = job.run(&["-n", "1", "-M", "gpt-5.2"]);
    assert_eq!(run.code, 0, "{run:?}");
    let list = job.world.weco(&["keys", "list"]);
    let line = "openai             a systemd credential of the daemon, else the keys file\n";
    assert!(list.stdout.contains(line) && !list.stdout.contains(KEY), "{list:?}");
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
