//! Several models in one run.

use serde_json::Value;
use weco_proto::v1::StepAsked;
use weco_proto::v1::run_update::Update;
use weco_tests::Output;
use weco_tests::model_server::{ModelServer, Reply, Request};

use crate::harness::{Job, run_id, whole};

const BOTH: &str = "gpt-5.2,claude-opus-4-5";
const GOOD: &str = "anthropic/claude-opus-4-5";
const BAD: &str = "openai/gpt-5.2";

/// Waits are so short that a test does not notice.
const QUICK: &str = "outage_base_ms = 5\n";

fn is_good(request: &Request) -> bool {
    GOOD.ends_with(&request.model)
}

/// Claude is better each time, the other worse.
fn one_is_better() -> Job {
    Job::new(ModelServer::start(|request| {
        let sign = if is_good(request) { "" } else { "-" };
        whole(&format!("{sign}{}", request.number + 1)).into()
    }))
}

/// Every question, in order.
fn asked(job: &Job, run: &Output) -> Vec<StepAsked> {
    let asked = |update| match update {
        Update::Asked(asked) => Some(asked),
        _ => None,
    };
    job.updates(run).into_iter().filter_map(asked).collect()
}

fn json(job: &Job, verb: &str, run: &Output) -> Value {
    let told = job.world.weco(&["run", verb, run_id(&run.stdout)]);
    serde_json::from_str(&told.stdout).unwrap_or_else(|error| panic!("{error}: {told:?}"))
}

#[test]
fn the_better_one_is_asked_more() {
    let job = one_is_better();
    let run = job.run(&["-n", "20", "-M", BOTH]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains(&format!("Model: {BAD},{GOOD}")), "{run:?}");
    assert!(run.stdout.contains(&format!("Proposing a fresh approach with {BAD}...")), "{run:?}");
    let asked = asked(&job, &run);
    assert_eq!([asked[0].model.as_str(), asked[1].model.as_str()], [BAD, GOOD], "each once first");
    let good = asked.iter().filter(|asked| asked.model == GOOD).count();
    assert!(good >= 12, "{good} of 20");
    assert_eq!(job.server.requests().iter().filter(|request| is_good(request)).count(), good);

    let status = json(&job, "status", &run);
    let models = status["models"].as_array().unwrap();
    assert_eq!((&models[0]["model"], &models[1]["model"]), (&BAD.into(), &GOOD.into()));
    assert_eq!(models[1]["steps"], good);
    assert_eq!(models[0]["steps"], 20 - good);
    assert_eq!(models[0]["new_bests"], 0);
    assert!(models[1]["new_bests"].as_u64() > Some(0), "{status}");
    assert_eq!(models[1]["input_tokens"], 11 * good);
    // The price table knows both.
    let cost = |model: &Value| model["cost_usd"].as_f64().unwrap();
    let sum = cost(&models[0]) + cost(&models[1]);
    assert!((status["cost_usd"].as_f64().unwrap() - sum).abs() < 1e-12 && sum > 0.0, "{status}");
    let results = json(&job, "results", &run);
    assert_eq!(results[0]["model"], GOOD, "the best first: {results}");
    job.assert_clean();
}

#[test]
fn a_provider_that_is_down_costs_no_step() {
    let job = Job::new(ModelServer::start(|request| match is_good(request) {
        true => whole(&(request.number + 1).to_string()).into(),
        false => Reply::status(503, "overloaded", "Come back later."),
    }));
    job.configure("outage_base_ms = 600000\n");
    let run = job.run(&["-n", "4", "-M", BOTH]);
    assert_eq!(run.code, 0, "{run:?}");
    let warning = format!("[WARNING] {BAD} cannot be asked now, {GOOD} is instead: ");
    assert_eq!(run.stdout.matches(&warning).count(), 1, "{run:?}");
    assert!(!run.stdout.contains("[RECONNECTING]"), "nobody waits: {run:?}");
    assert_eq!(run.stdout.matches("[METRIC] Step").count(), 5, "{run:?}");
    let asked = asked(&job, &run);
    assert_eq!((asked[0].model.as_str(), asked[1].model.as_str()), (BAD, GOOD));
    assert!(asked[1..].iter().all(|asked| asked.model == GOOD), "{asked:?}");
    job.assert_clean();
}

#[test]
fn when_all_are_down_the_run_waits() {
    // Three tries of each model, twice.
    let job = Job::new(ModelServer::start(|request| match request.number {
        1..=12 => Reply::status(503, "overloaded", "Come back later."),
        _ => whole("2").into(),
    }));
    job.configure(QUICK);
    let run = job.run(&["-n", "1", "-M", BOTH]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("[RECONNECTING] attempt 2/5"), "{run:?}");
    assert!(run.stdout.contains("[RECONNECTED]") && run.stdout.contains("[METRIC] Step 1: 2.0"), "{run:?}");
    let models: Vec<_> = job.server.requests()[..12].iter().map(is_good).collect();
    assert_eq!(models.iter().filter(|good| **good).count(), 6, "{models:?}");
    job.assert_clean();
}

#[test]
fn after_a_kill_the_step_is_asked_of_the_same_model_and_the_run_goes_on() {
    let job = one_is_better()
        .evaluated_by(". ./value.sh\ncase $VALUE in 4) sleep 60;; esac\necho \"score: $VALUE\"\n");
    // The third request of a step under way is answered, but its evaluation sleeps when the daemon dies.
    let mut run = job.spawn(&["-n", "8", "-M", BOTH, "--eval-timeout", "2"]);
    run.wait_for("[STEP 3/8] Proposing");
    job.world.kill_daemon();
    let run = run.wait();
    assert_eq!(run.code, 0, "{run:?}");
    let asked = asked(&job, &run);
    for step in 1..=8 {
        let mut models: Vec<_> =
            asked.iter().filter(|asked| asked.step == step).map(|asked| &asked.model).collect();
        models.dedup();
        assert_eq!(models.len(), 1, "step {step}: {models:?}");
    }
    let status = json(&job, "status", &run);
    let steps = |at: usize| status["models"][at]["steps"].as_u64().unwrap();
    assert_eq!(steps(0) + steps(1), 8, "{status}");
    job.assert_clean();
}

#[test]
fn a_derived_run_has_the_same_models() {
    let job = one_is_better();
    let run = job.run(&["-n", "2", "-M", BOTH]);
    let derived = job.world.weco(&["run", "derive", run_id(&run.stdout), "-n", "2", "--output", "plain"]);
    assert_eq!(derived.code, 0, "{derived:?}");
    let models: Vec<String> = asked(&job, &derived).into_iter().map(|asked| asked.model).collect();
    assert_eq!(models, [BAD, GOOD]);
}

#[test]
fn what_cannot_be_is_refused_by_name_before_anything_is_created() {
    let mut job = one_is_better();
    job.world.unset("OPENAI_COMPATIBLE_BASE_URL");
    let nine = (1..=9).map(|n| format!("gpt-{n}")).collect::<Vec<_>>().join(",");
    for (models, says) in [
        ("gpt-5.2,builtin", "builtin needs no model"),
        ("gpt-5.2,openai/gpt-5.2", "openai/gpt-5.2 is named twice"),
        ("gpt-5.2,gpt-5.2", "gpt-5.2 is named twice"),
        ("gpt-5.2,", "between two commas there must be a model"),
        ("gpt-5.2,,o3", "between two commas there must be a model"),
        ("gpt-5.2,nobody", "nobody: no provider is known"),
        (&nine, "at most 8 models"),
    ] {
        let run = job.run(&["-M", models]);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stderr.contains(says), "{models}: {run:?}");
    }
    let run = job.run(&["-M", "gpt-5.2,o3", "--reasoning-effort", "low", "--max-cost", "1"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("the price of openai/o3 is not known"), "{run:?}");
    assert!(job.server.requests().is_empty() && !job.world.work().join(".runs").exists());
}

#[test]
fn a_key_that_is_missing_is_named_with_its_model() {
    let mut job = one_is_better();
    job.world.unset("ANTHROPIC_API_KEY");
    let run = job.run(&["-M", BOTH]);
    assert_ne!(run.code, 0, "{run:?}");
    assert!(run.stderr.contains("claude-opus-4-5: ") && run.stderr.contains("ANTHROPIC_API_KEY"), "{run:?}");
    assert!(job.server.requests().is_empty() && !job.world.work().join(".runs").exists());
}
