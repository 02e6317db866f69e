//! Bad input: one clear message with the next step, the right exit code, nothing created, nothing lost.

mod common;

use std::fs;
use std::os::unix::fs::symlink;

use common::{quadratic, world};
use weco_tests::{Output, World};

fn run(world: &World, arguments: &[&str]) -> Output {
    let mut all = vec!["run"];
    all.extend(arguments);
    all.extend(["--output", "plain"]);
    world.weco(&all)
}

/// The usual rest of a command line.
const REST: [&str; 8] = ["-c", "python3 eval.py", "-m", "score", "-g", "max", "-M", "builtin"];

fn with_rest<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    arguments.iter().copied().chain(REST).collect()
}

/// Asserts the code and that the message says `needle`; that no daemon runs and no run is left.
fn refused(world: &World, arguments: &[&str], code: i32, needle: &str) {
    let output = run(world, arguments);
    assert_eq!(output.code, code, "{arguments:?}: {output:?}");
    assert!(output.stderr.contains(needle), "{arguments:?}: no {needle:?} in {output:?}");
    assert_eq!(output.stderr.matches("rror:").count(), 1, "one error: {output:?}");
    assert!(!world.work().join(".runs").exists(), "{arguments:?}: nothing is created");
}

#[test]
fn sources() {
    let world = world();
    quadratic(&world);
    world.write("big.py", &"x".repeat(300_000));
    fs::write(world.work().join("binary.bin"), [0u8, 159, 146, 150]).unwrap();
    fs::create_dir(world.work().join("folder")).unwrap();
    fs::write(world.work().parent().unwrap().join("outside.py"), "x = 1\n").unwrap();
    symlink("../outside.py", world.work().join("link.py")).unwrap();
    for (source, needle) in [
        ("modle.py", "Did you mean: model.py?"),
        ("folder", "'folder' is a directory, not a file."),
        ("binary.bin", "doesn't appear to be a valid text file"),
        ("big.py", "exceeds the 200KB per-file size limit"),
        ("../outside.py", "outside"),
        ("link.py", "outside"),
    ] {
        refused(&world, &with_rest(&["-s", source]), 2, needle);
    }
    refused(&world, &with_rest(&["--sources", "model.py", "./model.py"]), 2, "Duplicate file path");
    refused(&world, &with_rest(&["-s", "model.py", "--sources", "eval.py"]), 2, "--source");
    refused(&world, &REST, 2, "--source");
    assert_eq!(world.daemon_pid(), None, "no daemon was needed to see this");
}

#[test]
fn flags() {
    let world = world();
    quadratic(&world);
    let base = ["-s", "model.py"];
    for (arguments, needle) in [
        (vec!["-m", "score", "-g", "max"], "--eval-command"),
        (vec!["-c", "true", "-g", "max"], "--metric"),
        (vec!["-c", "true", "-m", "score"], "--goal"),
        (vec!["-c", "true", "-m", "score", "-g", "up"], "up"),
        (vec!["-c", "true", "-m", "score", "-g", "max", "-n", "0"], "0"),
        (vec!["-c", "true", "-m", "score", "-g", "max", "--eval-timeout", "0"], "0"),
        (vec!["-c", "true", "-m", "score", "-g", "max", "--api-key", "openai"], "openai"),
        (vec!["-c", "true", "-m", "score", "-g", "max", "--no-such-flag"], "--no-such-flag"),
        (vec!["-c", "true", "-m", "score", "-g", "max", "-i", "missing.md"], "missing.md"),
    ] {
        let all: Vec<&str> = base.iter().copied().chain(arguments).collect();
        refused(&world, &all, 2, needle);
    }
}

#[test]
fn a_key_in_a_malformed_argument_is_not_echoed() {
    let world = world();
    quadratic(&world);
    let output = run(&world, &with_rest(&["-s", "model.py", "--api-key", "nosuch=sk-very-secret"]));
    assert_eq!(output.code, 2, "{output:?}");
    assert!(!output.stderr.contains("sk-very-secret"), "{output:?}");
}

#[test]
fn models() {
    let world = world();
    quadratic(&world);
    let with = |model| vec!["-s", "model.py", "-c", "true", "-m", "score", "-g", "max", "-M", model];
    refused(&world, &with("gpt-5.2"), 1, "OPENAI_API_KEY");
    refused(&world, &with("gpt-5.2"), 1, "-M builtin");
    refused(&world, &with("gemni-3-flash-preview"), 2, "gemini-3-flash-preview");
}

#[test]
fn nothing_to_tune() {
    let world = world();
    world.write("text.py", "print('hello')\n");
    refused(&world, &with_rest(&["-s", "text.py"]), 2, "nothing to tune in text.py");
    world.write("odd.py", "X = 3  # weco: 9..1\n");
    refused(&world, &with_rest(&["-s", "odd.py"]), 2, "odd.py:1");
}

#[test]
fn a_log_directory_that_cannot_be_made() {
    let world = world();
    quadratic(&world);
    world.write("file", "");
    refused(&world, &with_rest(&["-s", "model.py", "-l", "file/logs"]), 2, "file/logs");
}

#[test]
fn a_metric_that_never_appears_ends_the_run_with_the_outputs_tail() {
    let world = world();
    quadratic(&world);
    let arguments =
        ["-s", "model.py", "-c", "echo mean latency 12.1 ms", "-m", "speedup", "-g", "max", "-M", "builtin"];
    let output = run(&world, &arguments);
    assert_eq!(output.code, 1, "{output:?}");
    assert!(output.stderr.contains("speedup"), "{output:?}");
    assert!(output.stderr.contains("mean latency 12.1 ms"), "the evidence: {output:?}");
    assert!(output.stderr.contains("try:"), "the next step: {output:?}");
    assert!(!world.work().join(".runs").exists(), "nothing is left");
    assert!(world.read("model.py").contains("X = 8.0"));
}

#[test]
fn an_evaluation_that_fails_on_the_baseline() {
    let world = world();
    quadratic(&world);
    let arguments =
        ["-s", "model.py", "-c", "python3 missing.py", "-m", "score", "-g", "max", "-M", "builtin"];
    let output = run(&world, &arguments);
    assert_eq!(output.code, 1, "{output:?}");
    assert!(output.stderr.contains("missing.py"), "{output:?}");
    assert!(!world.work().join(".runs").exists());
}
