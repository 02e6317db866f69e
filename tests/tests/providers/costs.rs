//! What tokens cost, and a run that ends when so much is spent.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use serde_json::{Value, json};
use weco_tests::Output;
use weco_tests::model_server::ModelServer;

use crate::harness::{Job, run_id, whole};

/// A reply has 11 tokens in and 7 out: $0.18.
const PRICE: &str = "[prices.'openai/gpt-5.2']\ninput = 10000\noutput = 10000\n";

/// Each reply is better than the one before.
fn improving() -> Job {
    let value = AtomicU32::new(2);
    Job::new(ModelServer::start(move |_| whole(&value.fetch_add(1, Relaxed).to_string()).into()))
}

fn status(job: &Job, run: &Output) -> Value {
    let status = job.world.weco(&["run", "status", run_id(&run.stdout)]);
    serde_json::from_str(&status.stdout).unwrap()
}

fn is_near(value: &Value, expected: f64) -> bool {
    value.as_f64().is_some_and(|value| (value - expected).abs() < 1e-9)
}

#[test]
fn a_run_ends_when_its_money_is_spent() {
    let job = improving();
    job.configure(PRICE);
    let run = job.run(&["-n", "9", "-M", "gpt-5.2", "--max-cost", "0.5", "--patience", "4"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("Limits: 4 steps without a new best, $0.50"), "{run:?}");
    assert!(run.stdout.contains("Ended early: $0.54 of $0.50 are spent"), "{run:?}");
    assert_eq!(job.server.requests().len(), 3);
    let status = status(&job, &run);
    assert!(is_near(&status["cost_usd"], 0.54), "{status}");
    assert!(is_near(&status["limits"]["cost_usd"]["used"], 0.54), "{status}");
    assert_eq!(status["limits"]["cost_usd"]["limit"], 0.5);
    assert_eq!(status["limits"]["patience"], json!({"used": 0, "limit": 4}));
    assert_eq!(status["limits"]["tokens"], Value::Null);
    let node = job.world.weco(&["run", "show", run_id(&run.stdout), "--step", "1"]);
    let node: Value = serde_json::from_str(&node.stdout).unwrap();
    assert!(is_near(&node["cost_usd"], 0.18), "{node}");
    assert_eq!(node["model"], "openai/gpt-5.2");

    // It counts anew for who resumes, at the prices of its beginning.
    let resumed = job.world.weco(&["resume", run_id(&run.stdout), "--steps", "9", "--output", "plain"]);
    assert!(resumed.stdout.contains("Ended early: $0.54 of $0.50 are spent"), "{resumed:?}");
    assert!(is_near(&self::status(&job, &run)["cost_usd"], 1.08));
    job.assert_clean();
}

#[test]
fn an_unknown_price_is_said_and_not_guessed() {
    let job = improving();
    let run = job.run(&["-n", "2", "-M", "local/qwen3:8b", "--max-cost", "1"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("the price of openai-compatible/qwen3:8b is not known"), "{run:?}");
    assert!(run.stderr.contains("[prices.\"openai-compatible/qwen3:8b\"]"), "{run:?}");
    assert!(job.server.requests().is_empty() && !job.world.work().join(".runs").exists());

    let run = job.run(&["-n", "1", "-M", "local/qwen3:8b"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(status(&job, &run)["cost_usd"], Value::Null, "only who limits it needs it");
    assert!(!run.stdout.contains('$'), "{run:?}");
}

#[test]
fn what_is_free_never_reaches_a_limit() {
    let job = improving();
    job.configure("[prices.'local/qwen3:8b']\ninput = 0\noutput = 0\n");
    let run = job.run(&["-n", "2", "-M", "local/qwen3:8b", "--max-cost", "0.01"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(!run.stdout.contains("Ended early"), "{run:?}");
    assert!(is_near(&status(&job, &run)["cost_usd"], 0.0));
}

#[test]
fn a_limit_that_is_none_is_refused() {
    let job = improving();
    for (amount, says) in
        [("0", "more than 0"), ("-1", "more than 0"), ("much", "US dollars"), ("nan", "US dollars")]
    {
        let run = job.run(&["-M", "gpt-5.2", "--max-cost", amount]);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stderr.contains(says), "{run:?}");
    }
    assert!(job.server.requests().is_empty());
}
