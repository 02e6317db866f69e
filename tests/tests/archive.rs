//! `weco run export` and `weco import`: runs that go from one machine to another.

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{quadratic, world};
use serde_json::Value;
use weco_tests::{Output, World};

const RUN: [&str; 11] =
    ["run", "-s", "model.py", "-c", "python3 eval.py", "-m", "score", "-g", "max", "-M", "builtin"];

/// A run to its end. Its id.
fn run(world: &World, steps: &str) -> String {
    quadratic(world);
    succeed(world, &[&RUN[..], &["-n", steps, "--output", "plain", "--seed", "7"]].concat());
    let listed: Value = serde_json::from_str(&succeed(world, &["runs", "--format", "json"]).stdout).unwrap();
    listed[0]["run_id"].as_str().unwrap().to_owned()
}

#[track_caller]
fn succeed(world: &World, arguments: &[&str]) -> Output {
    let output = world.weco(arguments);
    assert_eq!(output.code, 0, "{arguments:?} {output:?}");
    output
}

/// Fails, says `words`, and leaves no trace of a run.
#[track_caller]
fn refused(world: &World, arguments: &[&str], code: i32, words: &str) {
    let output = world.weco(arguments);
    assert_eq!(output.code, code, "{output:?}");
    assert!(output.stderr.contains(words), "{words:?} is not in {output:?}");
}

fn status(world: &World, run: &str) -> Value {
    serde_json::from_str(&succeed(world, &["run", "status", run]).stdout).unwrap()
}

/// The archive of `run`, written in its world's working directory.
fn export(world: &World, run: &str) -> PathBuf {
    let output = succeed(world, &["run", "export", run, "-o", "run.tar.zst", "--force"]);
    assert!(output.stdout.starts_with("wrote run.tar.zst, "), "{output:?}");
    world.work().join("run.tar.zst")
}

fn import(world: &World, archive: &Path, more: &[&str]) -> Output {
    succeed(world, &[&["import", archive.to_str().unwrap()], more].concat())
}

/// Runs of which anything is left: in lists, and in the journal's files.
fn left(world: &World) -> usize {
    let listed: Value = serde_json::from_str(&succeed(world, &["runs", "--format", "json"]).stdout).unwrap();
    let files = fs::read_dir(world.state().join("journal/mirror")).map_or(0, Iterator::count);
    listed.as_array().unwrap().len().max(files)
}

#[test]
fn a_run_goes_on_where_it_is_imported() {
    let (here, there) = (world(), world());
    let id = run(&here, "3");
    let archive = export(&here, &id);
    let before = status(&here, &id);
    quadratic(&there);
    let told = import(&there, &archive, &["--directory", "."]).stdout;
    assert!(
        told.starts_with(&format!(
            "imported run {id} ({}): 3 of 3 steps, completed\n",
            before["name"].as_str().unwrap()
        )),
        "{told}"
    );
    let work = there.work().canonicalize().unwrap();
    let mut expected = before.clone();
    expected["directory"] = work.to_str().unwrap().into();
    assert_eq!(status(&there, &id), expected, "all the same but for its place");
    // What was told is durable.
    there.kill_daemon();
    assert_eq!(status(&there, &id), expected);
    let more = succeed(&there, &["resume", &id, "-n", "4", "--output", "plain", "--apply-change"]);
    let after = status(&there, &id);
    assert_eq!((&after["current_step"], &after["status"]), (&7.into(), &"completed".into()), "{more:?}");
    assert!(after["best_metric"].as_f64() >= before["best_metric"].as_f64());
    assert_ne!(there.read("model.py"), here.read("model.py"), "the best is applied there");
    assert!(there.work().join(".runs").join(&id).join("best").exists());
    assert_eq!(status(&here, &id), before, "nothing changed here");
}
