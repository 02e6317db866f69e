//! `weco runs` and `weco runs prune`, over real runs.

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

mod common;

use common::{builtin, quadratic, world};
use serde_json::Value;
use weco_tests::World;

/// Runs to its end, in a directory below the working directory.
fn run(world: &World, directory: &str, steps: &str) {
    world.write(&format!("{directory}/eval.py"), "from model import X\nprint('score:', -X * X)\n");
    world.write(&format!("{directory}/model.py"), "X = 8.0  # weco: -10..10\n");
    let mut command = world.command(&builtin("model.py", &["-n", steps]));
    let output = command.current_dir(world.work().join(directory)).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

fn list(world: &World, options: &[&str]) -> Vec<Value> {
    let output = world.weco(&[&["runs", "--format", "json"], options].concat());
    assert_eq!((output.code, output.stderr.as_str()), (0, ""), "{output:?}");
    serde_json::from_str(&output.stdout).unwrap()
}

fn totals(runs: &[Value]) -> Vec<u64> {
    runs.iter().map(|run| run["total_steps"].as_u64().unwrap()).collect()
}

#[test]
fn nothing_is_left_behind_by_a_list_where_nothing_is() {
    let world = world();
    let none = world.weco(&["runs"]);
    assert_eq!((none.code, none.stdout.as_str()), (0, "there are no runs yet; weco run starts one\n"));
    assert!(!world.state().exists() && !world.runtime().exists());
}

#[test]
fn runs_are_listed_filtered_found_and_pruned() {
    let world = world();
    for (directory, steps) in [("one", "1"), ("one/deep", "2"), ("two", "3")] {
        run(&world, directory, steps);
    }
    // What is listed is on disk: a daemon that was killed knows it again.
    world.kill_daemon();
    let all = list(&world, &[]);
    assert_eq!(totals(&all), [3, 2, 1], "newest first");
    assert_eq!(totals(&list(&world, &["-n", "2"])), [3, 2]);
    assert_eq!(totals(&list(&world, &["--directory", "one"])), [2, 1]);
    assert_eq!(totals(&list(&world, &["--directory", "."])), [3, 2, 1]);
    assert_eq!(totals(&list(&world, &["--status", "completed", "--directory", "two"])), [3]);
    assert_eq!(list(&world, &["--status", "running", "error"]), [] as [Value; 0]);
    let newest = &all[0];
    assert_eq!((&newest["status"], &newest["current_step"]), (&"completed".into(), &3.into()));
    assert_eq!((&newest["goal"], &newest["baseline_metric"]), (&"maximize".into(), &(-64.0).into()));
    assert!(newest["best_metric"].as_f64().unwrap() >= -64.0 && newest["ended_at"].is_string(), "{newest}");
    let table = world.weco(&["runs"]).stdout;
    assert_eq!(table.lines().count(), 4, "{table}");
    assert!(table.lines().nth(1).unwrap().contains("✓ completed  3/3"), "{table}");

    let nobody = world.weco(&["resume", "swift-heron"]);
    assert_eq!(nobody.code, 1);
    assert!(nobody.stderr.contains("there is no run 'swift-heron'"), "{nobody:?}");

    let refused = world.weco(&["runs", "prune", "--keep", "1"]);
    assert_eq!(refused.code, 2, "{refused:?}");
    let live = world.weco(&["runs", "prune", "--status", "running", "--yes"]);
    assert_eq!((live.code, live.stdout.as_str()), (2, ""), "{live:?}");
    let dry = world.weco(&["runs", "prune", "--keep", "1", "--dry-run"]);
    assert!(dry.stdout.ends_with("2 runs would be removed\n"), "{dry:?}");
    let young = world.weco(&["runs", "prune", "--older-than", "1h", "--yes"]);
    assert_eq!((young.code, young.stdout.as_str()), (0, "there is nothing to remove\n"));
    assert_eq!(list(&world, &[]).len(), 3);
    let pruned = world.weco(&["runs", "prune", "--keep", "1", "--yes"]);
    assert_eq!((pruned.code, pruned.stdout.starts_with("2 runs removed")), (0, true), "{pruned:?}");
    assert_eq!(totals(&list(&world, &[])), [3]);
    assert!(world.work().join("one/.runs").is_dir(), "the user's files stay");

    world.kill_daemon();
    assert_eq!(totals(&list(&world, &[])), [3], "what was removed stays removed");
    let rest = world.weco(&["runs", "prune", "--older-than", "0s", "--status", "completed", "--yes"]);
    assert!(rest.stdout.starts_with("1 run removed"), "{rest:?}");
    assert_eq!(world.weco(&["runs"]).stdout, "there are no runs yet; weco run starts one\n");
}

#[test]
fn a_run_under_way_is_listed_and_survives_a_prune() {
    let world = world();
    quadratic(&world);
    world.write("eval.py", "import time\nprint('score: 1', flush=True)\ntime.sleep(600)\n");
    let mut client = world.spawn(&builtin("model.py", &[]));
    client.wait_for("Executing code...");
    let listed = list(&world, &["--status", "running"]);
    assert_eq!(
        (listed.len(), &listed[0]["current_step"], &listed[0]["ended_at"]),
        (1, &0.into(), &Value::Null)
    );
    let pruned = world.weco(&["runs", "prune", "--keep", "0", "--yes"]);
    assert_eq!(pruned.stdout, "there is nothing to remove\n");
    assert_eq!(list(&world, &[]).len(), 1);
}

#[test]
fn a_damaged_index_is_told_of() {
    let world = world();
    run(&world, "one", "1");
    assert_eq!(world.weco(&["daemon", "stop"]).code, 0);
    std::fs::write(world.state().join("journal/sled-1/db"), [0xa5; 20_000]).unwrap();
    let listed = world.weco(&["runs"]);
    assert_eq!((listed.code, listed.stdout.lines().count()), (0, 2), "{listed:?}");
    assert!(listed.stderr.starts_with("warning: the journal's index was damaged"), "{listed:?}");
    let status = world.weco(&["daemon", "status"]);
    assert!(status.stdout.contains("warning: the journal's index was damaged"), "{status:?}");
}
