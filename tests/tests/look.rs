//! Looking into real runs: results, steps, differences, logs.

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

mod common;

use std::fs;

use common::{builtin, quadratic, world};
use serde_json::Value;
use weco_tests::World;

/// A run of `steps` steps that has ended; its id.
fn run(world: &World, steps: &str) -> String {
    quadratic(world);
    let output = world.weco(&builtin("model.py", &["-n", steps]));
    assert_eq!(output.code, 0, "{output:?}");
    world.run_dir().file_name().unwrap().to_str().unwrap().to_owned()
}

/// What `weco run` prints; it must go well.
fn text(world: &World, arguments: &[&str]) -> String {
    let output = world.weco(&[&["run"], arguments].concat());
    assert_eq!((output.code, output.stderr.as_str()), (0, ""), "{arguments:?}: {output:?}");
    output.stdout
}

fn json(world: &World, arguments: &[&str]) -> Value {
    serde_json::from_str(&text(world, arguments)).unwrap()
}

fn metrics(results: &Value) -> Vec<f64> {
    results.as_array().unwrap().iter().filter_map(|result| result["metric"].as_f64()).collect()
}

#[test]
fn results_are_sorted_whole_and_in_every_form() {
    let world = world();
    let id = run(&world, "8");
    // What is told is on disk: a daemon that was killed knows it again.
    world.kill_daemon();
    let all = json(&world, &["results", &id]);
    let found = metrics(&all);
    assert_eq!((all.as_array().unwrap().len(), found.len()), (9, 9), "{all}");
    assert!(found.is_sorted_by(|better, worse| better >= worse), "{found:?}");
    assert!(found.contains(&-125.0), "the baseline is among them: {found:?}");
    let top = json(&world, &["results", &id[..8], "--top", "3", "--include-code"]);
    assert_eq!(metrics(&top), found[..3]);
    assert!(top[0]["code"]["model.py"].as_str().unwrap().starts_with("X = "), "{top}");
    assert_eq!(json(&world, &["results", &id, "--lineage"]).as_array().unwrap().len(), 9);
    let csv = text(&world, &["results", &id, "--format", "csv"]);
    let rows: Vec<_> = csv.lines().collect();
    assert_eq!((rows[0], rows.len()), ("step,score,plan,node_id,metric_sd,metric_count", 10), "{csv}");
    let table = text(&world, &["results", &id, "--format", "table", "--plot"]);
    assert!(table.starts_with("STEP") && table.contains("\nscore ^   baseline -125"), "{table}");
}

#[test]
fn a_step_is_shown_as_it_was_kept() {
    let world = world();
    let id = run(&world, "5");
    let best = json(&world, &["show", &id]);
    let step = best["step"].to_string();
    assert_eq!(
        best["code"]["model.py"],
        fs::read_to_string(world.run_dir().join("best/files/model.py")).unwrap()
    );
    assert_eq!(
        (&best["status"], &best["is_buggy"], &best["run_id"]),
        (&"completed".into(), &false.into(), &id.clone().into())
    );
    let output = best["output"].as_str().unwrap();
    assert!(output.starts_with("evaluating\nscore: "), "{output}");
    let status = json(&world, &["status", &id]);
    assert_eq!((&status["best_metric"], &status["best_step"]), (&best["metric"], &best["step"]));
    let node_id = best["node_id"].as_str().unwrap();
    for name in ["best", "run-best", &step, node_id, &node_id[..8]] {
        assert_eq!(json(&world, &["show", &id, "--step", name]), best, "{name}");
    }
    assert_eq!(text(&world, &["logs", &id, "--step", &step]), output);
    let baseline = json(&world, &["show", &id, "--step", "0"]);
    assert_eq!(
        (&baseline["metric"], &baseline["parent_step"], &baseline["stage"]),
        (&(-125.0).into(), &Value::Null, &"baseline".into())
    );
    assert_eq!(baseline["code"]["model.py"], world.read("model.py"));
}

#[test]
fn the_difference_is_that_of_the_files() {
    let world = world();
    let id = run(&world, "5");
    let code = |step: &str| {
        json(&world, &["show", &id, "--step", step])["code"]["model.py"].as_str().unwrap().to_owned()
    };
    let marked =
        |mark: char, text: &str| text.lines().map(|line| format!("{mark}{line}\n")).collect::<Vec<_>>();
    let diff = text(&world, &["diff", &id]);
    let best = json(&world, &["show", &id])["step"].to_string();
    assert!(
        diff.starts_with(&format!(
            "--- a/model.py\tstep 0 (baseline)\n+++ b/model.py\tstep {best}\n@@ -1,2 +1,2 @@\n"
        )),
        "{diff}"
    );
    let (old, new) = (code("0"), code(&best));
    let changed = |lines: &str, other: &str, mark| {
        marked(mark, lines)
            .into_iter()
            .filter(|line| !other.contains(&line[1..]))
            .all(|line| diff.contains(&line))
    };
    assert!(changed(&old, &new, '-') && changed(&new, &old, '+'), "{diff}");
    assert_eq!(
        text(&world, &["diff", &id, "--step", "1", "--against", "1"]),
        "No differences between step 1 and step 1.\n"
    );
    let parent = json(&world, &["show", &id])["parent_step"].to_string();
    let against = text(&world, &["diff", &id, "--against", "parent"]);
    assert_eq!(against, text(&world, &["diff", &id, "--against", &parent]));
}

#[test]
fn a_lone_run_is_a_lineage() {
    let world = world();
    let id = run(&world, "3");
    let status = json(&world, &["status", &id, "--lineage"]);
    assert_eq!((&status["lineage_id"], &status["member_count"]), (&id.clone().into(), &1.into()));
    assert_eq!(
        (&status["status"], &status["current_step"], &status["total_steps"]),
        (&"completed".into(), &3.into(), &3.into())
    );
    let overview = json(&world, &["overview", &id]);
    assert_eq!(
        (&overview["root_run_id"], &overview["best"]["run_id"]),
        (&id.clone().into(), &id.clone().into())
    );
    let nodes = overview["nodes"].as_array().unwrap();
    let steps: Vec<_> = nodes.iter().map(|node| node["global_step"].as_u64().unwrap()).collect();
    assert_eq!(steps, [0, 1, 2, 3]);
    let ids: Vec<_> = nodes.iter().map(|node| &node["node_id"]).collect();
    assert!(nodes[1..].iter().all(|node| ids.contains(&&node["parent_id"])), "{overview}");
}

#[test]
fn a_run_is_looked_into_while_it_goes_on() {
    let world = world();
    quadratic(&world);
    // Step 2 waits until it may go on.
    world.write("eval.py", "import os, time\nfrom model import X\nprint('score:', -X * X, flush=True)\nn = len(os.listdir('seen'))\nopen(f'seen/{n}', 'w').close()\nwhile n == 2 and not os.path.exists('go'): time.sleep(0.01)\n");
    world.write("seen/.keep", "");
    fs::remove_file(world.work().join("seen/.keep")).unwrap();
    let mut client = world.spawn(&builtin("model.py", &["-n", "3"]));
    client.wait_for("[STEP 2/3] Executing code...");
    let id = world.run_dir().file_name().unwrap().to_str().unwrap().to_owned();
    let lines = text(&world, &["logs", &id]);
    assert!(lines.contains("[METRIC] Step 1: ") && !lines.contains("[METRIC] Step 2: "), "{lines}");
    assert!(lines.ends_with("[STEP 2/3] Executing code...\n"), "what happened so far, and no more: {lines}");
    let results = json(&world, &["results", &id]);
    assert_eq!((metrics(&results).len(), &results[2]["status"]), (2, &"evaluating".into()), "{results}");
    let mut follower = world.spawn(&["run", "logs", &id, "--follow"]);
    follower.wait_for("[METRIC] Step 1: ");
    world.write("go", "");
    let followed = follower.wait();
    assert_eq!((followed.code, followed.stderr.as_str()), (0, ""), "{followed:?}");
    assert!(followed.stdout.contains("[COMPLETE]"), "{followed:?}");
    assert_eq!(client.wait().code, 0);
    assert_eq!(text(&world, &["logs", &id]), followed.stdout, "the same, however it is asked for");
}

#[test]
fn what_is_not_there_is_told() {
    let world = world();
    let id = run(&world, "1");
    for verb in ["show", "diff"] {
        let missing = world.weco(&["run", verb, &id, "--step", "7"]);
        assert_eq!(missing.code, 1, "{missing:?}");
        assert!(missing.stderr.starts_with("error: ") && missing.stderr.contains('7'), "{missing:?}");
    }
    let told: Value = serde_json::from_str(&world.weco(&["run", "show", &id, "--step", "7"]).stdout).unwrap();
    assert!(told["error"].as_str().unwrap().contains('7'), "{told}");
    let nonsense = world.weco(&["run", "show", &id, "--step", "bset"]);
    assert!(nonsense.code > 0 && nonsense.stderr.starts_with("error: "), "{nonsense:?}");
    for verb in ["results", "show", "diff", "overview", "logs", "apply", "status"] {
        let unknown = world.weco(&["run", verb, "ffffffff"]);
        assert_eq!(unknown.code, 1, "{verb}: {unknown:?}");
        assert!(unknown.stderr.starts_with("error: "), "{verb}: {unknown:?}");
    }
}

#[test]
fn the_best_is_applied_on_request() {
    let world = world();
    let id = run(&world, "5");
    let best = json(&world, &["show", &id]);
    let told = text(&world, &["apply", &id]);
    assert_eq!(told, format!("Applied step {} to model.py.\n", best["step"]));
    assert_eq!(world.read("model.py"), best["code"]["model.py"].as_str().unwrap());
}
