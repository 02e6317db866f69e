//! How hard a model is to think, as each provider is told.

use serde_json::{Value, json};
use weco_tests::model_server::{ModelServer, Reply};

use crate::harness::{Job, run_id, whole};

/// The body of the only request of a run of one step.
fn body(model: &str, effort: &str) -> Value {
    let job = Job::scripted([whole("2")]);
    let run = job.run(&["-n", "1", "-M", model, "--reasoning-effort", effort]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains(&format!("Reasoning Effort: {effort}")), "{run:?}");
    let status = job.world.weco(&["run", "status", run_id(&run.stdout)]);
    assert!(status.stdout.contains(&format!("\"reasoning_effort\": \"{effort}\"")), "{status:?}");
    job.server.requests()[0].body.clone()
}

#[test]
fn each_provider_is_told_in_its_own_words() {
    for (model, effort, field, expected) in [
        ("gpt-5.2", "high", "/reasoning_effort", json!("high")),
        ("gpt-5-pro", "minimal", "/reasoning/effort", json!("minimal")),
        ("claude-opus-4-5", "low", "/thinking", json!({"type": "enabled", "budget_tokens": 4096})),
        ("claude-sonnet-5-5", "medium", "/output_config/effort", json!("medium")),
        ("gemini-2.5-pro", "medium", "/generationConfig/thinkingConfig/thinkingBudget", json!(8192)),
        ("gemini-3-flash-preview", "high", "/generationConfig/thinkingConfig/thinkingLevel", json!("HIGH")),
        ("local/qwen3:8b", "low", "/reasoning_effort", json!("low")),
    ] {
        let body = body(model, effort);
        assert_eq!(body.pointer(field), Some(&expected), "{model}: {body}");
    }
}

#[test]
fn a_derived_and_a_resumed_run_think_as_hard() {
    let job = Job::new(ModelServer::start(|request| whole(&(request.number + 1).to_string()).into()));
    let run = job.run(&["-n", "1", "-M", "gpt-5.2", "--reasoning-effort", "low"]);
    let id = run_id(&run.stdout);
    let resumed = job.world.weco(&["resume", id, "--steps", "1", "--output", "plain"]);
    assert_eq!(resumed.code, 0, "{resumed:?}");
    let derived = job.world.weco(&["run", "derive", id, "-n", "1", "--output", "plain"]);
    assert_eq!(derived.code, 0, "{derived:?}");
    let efforts: Vec<_> =
        job.server.requests().iter().map(|request| request.body["reasoning_effort"].clone()).collect();
    assert_eq!(efforts, ["low", "low", "low"]);
}

#[test]
fn who_has_no_such_setting_is_refused_before_anything_is_created() {
    let job = Job::scripted([whole("2")]);
    for model in ["builtin", "gpt-4.1", "claude-3-5-haiku-latest", "gemini-2.0-flash"] {
        let run = job.run(&["-M", model, "--reasoning-effort", "high"]);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stderr.contains("has no setting for how hard it thinks"), "{run:?}");
        assert!(run.stderr.contains(model), "{run:?}");
    }
    let run = job.run(&["-M", "gpt-5.2", "--reasoning-effort", "extreme"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("minimal"), "{run:?}");
    assert!(job.server.requests().is_empty() && !job.world.work().join(".runs").exists());
}

#[test]
fn what_the_provider_says_against_it_is_told() {
    let message = "Unsupported value: 'reasoning_effort' does not support 'minimal' with this model.";
    let job = Job::new(ModelServer::start(|_| {
        Reply::status(
            400,
            "unsupported_value",
            "Unsupported value: 'reasoning_effort' does not support 'minimal' with this model.",
        )
    }));
    let run = job.run(&["-n", "1", "-M", "gpt-5.6-sol", "--reasoning-effort", "minimal"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stderr.contains(message), "{run:?}");
    job.assert_clean();
}
