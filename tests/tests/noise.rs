//! Noisy metrics and honest winners: several measurements of a version, one lucky measurement, versions that are fast and
//! wrong, and versions that tamper with what judges them.

#![expect(clippy::expect_used, reason = "helpers of tests")]

mod common;

use std::fs;

use common::world;
use nix::sys::signal::Signal;
use nix::unistd::Pid;
use serde_json::Value;
use weco_tests::world::is_running;
use weco_tests::{Output, World, eventually};

/// A source whose value is its score, unless `eval` says otherwise.
fn job(eval: &str) -> World {
    let world = world();
    world.write("value.sh", "VALUE=5 # weco: 0..100\n");
    world.write(
        "eval.sh",
        &format!("n=$(($(cat n 2>/dev/null || echo 0) + 1)); echo $n > n\n. ./value.sh\n{eval}\n"),
    );
    world
}

fn words<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let words = ["run", "-s", "value.sh", "-c", "sh eval.sh", "-m", "score", "-g", "max", "-M", "builtin"];
    [&words[..], &["--output", "plain", "--seed", "3"], more].concat()
}

fn run(world: &World, more: &[&str]) -> Output {
    world.weco(&words(more))
}

fn id(stdout: &str) -> String {
    stdout.lines().find_map(|line| line.strip_prefix("Run ID: ")).expect("an id").to_owned()
}

fn json(world: &World, arguments: &[&str]) -> Value {
    let output = world.weco(arguments);
    assert_eq!(output.code, 0, "{output:?}");
    serde_json::from_str(&output.stdout).expect("JSON")
}

/// How often the command ran.
fn count(world: &World) -> u32 {
    world.read("n").trim().parse().expect("a number")
}

#[test]
fn a_noisy_baseline_is_noticed_and_one_lucky_measurement_does_not_win() {
    // The baseline is measured first and second, and step 5 seventh; when it is measured again that is number 21.
    let world =
        job("case $n in 1) s=50;; 2) s=51;; 7) s=60;; 21) s=30;; *) s=50.$((n % 7));; esac\necho score: $s");
    let run = run(&world, &["-n", "20"]);
    assert_eq!(run.code, 0, "{run:?}");
    let line =
        |beginning: &str| run.stdout.lines().find(|line| line.starts_with(beginning)).unwrap_or_default();
    assert!(
        line("[WARNING] the metric is noisy: ±1.4 % between 2 runs of the same code")
            .contains("--eval-repeats 3")
    );
    assert_eq!(line("[METRIC] Step 0"), "[METRIC] Step 0: 50.5 ± 0.71 (2) (best so far: 50.5 ± 0.71 (2))");
    assert_eq!(line("[METRIC] Step 5"), "[METRIC] Step 5: 60.0 (best so far: 60.0)");
    assert_eq!(run.stdout.matches("[RE-CHECK step 5] Executing code...").count(), 1, "{}", run.stdout);
    assert_eq!(run.stdout.matches("] Executing code...").count(), 1 + 18 + 2, "{}", run.stdout);
    assert!(
        line("[RE-CHECK step 5] 30.0 this time, 45.0 ± 21 (2) in all (best so far: step ").ends_with(')')
    );
    assert!(run.stdout.contains("Total steps completed: 20"), "{}", run.stdout);
    assert_eq!(count(&world), 2 + 18 + 2);
    let id = id(&run.stdout);
    let status = json(&world, &["run", "status", &id]);
    assert_ne!(status["best_step"], 5, "{status}");
    assert_eq!((&status["current_step"], &status["rechecks"]), (&20.into(), &2.into()), "{status}");
    assert_eq!(
        (&status["best_metric_count"], &status["baseline_metric_count"]),
        (&2.into(), &2.into()),
        "{status}"
    );
    let lucky = json(&world, &["run", "show", &id, "--step", "5"]);
    assert_eq!(lucky["samples"], serde_json::json!([60.0, 30.0]), "{lucky}");
    assert_eq!((&lucky["metric"], &lucky["metric_count"]), (&45.0.into(), &2.into()), "{lucky}");
    // What is kept as the best is what is the best.
    let best = fs::read_to_string(world.run_dir().join("best/manifest.json")).expect("the best");
    let best: Value = serde_json::from_str(&best).expect("JSON");
    assert_eq!(best["step"], status["best_step"]);
}

#[test]
fn without_noise_only_one_evaluation_more_is_made() {
    let world = job("echo score: $VALUE");
    let run = run(&world, &["-n", "20"]);
    assert_eq!((run.code, count(&world)), (0, 22), "{run:?}");
    assert!(!run.stdout.contains("noisy") && !run.stdout.contains('±'), "{}", run.stdout);
}

#[test]
fn each_version_is_measured_as_often_as_asked_unless_it_cannot_win() {
    let world = job("echo score: $VALUE");
    let run = run(&world, &["-n", "6", "--eval-repeats", "3"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        run.stdout.contains("score: 5\n── run 2 of 3 ──\nscore: 5\n── run 3 of 3 ──\nscore: 5\n"),
        "{run:?}"
    );
    let lost = run.stdout.matches("── no more than 1 of 3 runs: it cannot win ──").count();
    assert!(lost > 0, "{}", run.stdout);
    assert_eq!(count(&world), 3 * 7 - 2 * u32::try_from(lost).expect("few"));
    let id = id(&run.stdout);
    assert_eq!(json(&world, &["run", "status", &id])["best_metric_count"], 3);
}

#[test]
fn one_bad_run_of_several_is_named() {
    let world = job("[ $n = 5 ] && exit 7\necho score: $VALUE$n");
    let run = run(&world, &["-n", "1", "--eval-repeats", "3"]);
    let why = "[WARNING] Step 1 is buggy: run 2 of 3: the command failed with exit code 7;";
    assert!(run.stdout.contains(why), "{}", run.stdout);
}

#[test]
fn a_version_that_fails_its_verification_is_never_the_best() {
    let world = job("echo score: $VALUE");
    world.write(
        "verify.sh",
        ". ./value.sh\necho checking\n[ $VALUE -le 50 ] && exit\necho too large\nexit 3\n",
    );
    let run = run(&world, &["-n", "12", "--verify-command", "sh verify.sh"]);
    assert_eq!(run.code, 0, "{run:?}");
    let why = " is buggy: verification failed (exit code 3): too large (exit code 3)";
    assert!(run.stdout.contains(why), "{}", run.stdout);
    assert!(run.stdout.contains("score: 5\n── verification ──\nchecking\n"), "{}", run.stdout);
    let status = json(&world, &["run", "status", &id(&run.stdout)]);
    let best = status["best_metric"].as_f64().expect("a best");
    assert!(best > 5.0 && best <= 50.0, "{status}");
    let shown = json(&world, &["run", "show", &id(&run.stdout), "--step", "best"]);
    assert_eq!(shown["verified"], true, "{shown}");
}

#[test]
fn code_that_does_not_pass_its_own_verification_is_refused_at_once() {
    let world = job("echo score: $VALUE");
    let run = run(&world, &["-n", "12", "--verify-command", "echo no such test; exit 1"]);
    assert_eq!(run.code, 1, "{run:?}");
    let why = "[ERROR] the baseline does not work: verification failed (exit code 1): no such test";
    assert!(run.stdout.contains(why), "{}", run.stdout);
    assert_eq!(count(&world), 1);
}

#[test]
fn a_version_that_tampers_with_protected_files_fails_and_the_run_waits_for_them() {
    // From the second version on.
    let world = job("[ $n -ge 3 ] && [ ! -e tame ] && echo cheat > data/truth.txt\necho score: $VALUE");
    world.write("data/truth.txt", "true\n");
    let run = run(&world, &["-n", "8", "--protect", "eval.sh", "data"]);
    assert_eq!(run.code, 1, "{run:?}");
    let why = "[WARNING] Step 2 is buggy: changed protected files during its evaluation: data/truth.txt";
    assert!(run.stdout.contains(why), "{}", run.stdout);
    let end = "[ERROR] protected files are not as they were when the run began: data/truth.txt\nNext: restore them, then: weco resume ";
    assert!(run.stdout.contains(end), "{}", run.stdout);
    assert_eq!(count(&world), 3, "nothing is spent on what cannot be measured");
    let id = id(&run.stdout);
    let refused = world.weco(&["resume", &id, "--output", "plain"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stderr.contains("protected files are not as they were"), "{refused:?}");
    assert_eq!(json(&world, &["run", "status", &id])["status"], "error");
    world.write("data/truth.txt", "true\n");
    world.write("tame", "");
    let resumed = world.weco(&["resume", &id, "--output", "plain"]);
    assert_eq!(resumed.code, 0, "{resumed:?}");
    assert!(resumed.stdout.contains("[COMPLETE]"), "{resumed:?}");
    assert_eq!(world.read("data/truth.txt"), "true\n");
}

#[test]
fn what_cannot_be_protected_is_refused_and_nothing_is_created() {
    let world = job("echo score: $VALUE");
    world.write("src/inner.sh", "");
    for (path, why) in [
        ("missing.py", "missing.py: there is no such file or directory"),
        ("value.sh", "cannot protect value.sh: the run itself writes value.sh"),
        (".", "cannot protect .: the run itself writes value.sh"),
    ] {
        let refused = run(&world, &["--protect", "eval.sh", path]);
        assert_ne!(refused.code, 0, "{refused:?}");
        assert!(refused.stderr.contains(why), "{refused:?}");
    }
    for (flag, value) in [("--eval-repeats", "0"), ("--eval-repeats", "101"), ("--verify-command", " ")] {
        let refused = run(&world, &[flag, value]);
        assert_eq!(refused.code, 2, "{refused:?}");
    }
    assert!(!world.work().join(".runs").exists() && !world.work().join("n").exists());
}

/// An evaluation whose second run for step 1 hangs as long as there is no file `go`.
fn hanging() -> World {
    job("echo score: $VALUE$n\nif [ $n = 6 ] && [ ! -e go ]; then echo $$ > pid; sleep 300; fi")
}

fn hangs(world: &World) -> Pid {
    eventually("the second run of a version hangs", || {
        fs::read_to_string(world.work().join("pid")).ok()?.trim().parse().ok().map(Pid::from_raw)
    })
}

#[test]
fn a_stop_in_the_middle_of_several_runs_ends_them_all() {
    let world = hanging();
    let run = world.spawn(&words(&["-n", "3", "--eval-repeats", "4"]));
    let pid = hangs(&world);
    run.signal(Signal::SIGINT);
    let run = run.wait();
    assert_eq!(run.code, 130, "{run:?}");
    assert!(!is_running(pid));
    assert_eq!(world.read("value.sh"), "VALUE=5 # weco: 0..100\n");
    world.write("go", "");
    let resumed = world.weco(&["resume", &id(&run.stdout), "--output", "plain"]);
    assert_eq!(resumed.code, 0, "{resumed:?}");
    assert!(resumed.stdout.contains("Total steps completed: 3"), "{resumed:?}");
}

#[test]
fn a_killed_daemon_makes_all_runs_of_a_version_again() {
    let world = hanging();
    let run = world.spawn(&words(&["-n", "3", "--eval-repeats", "4"]));
    let pid = hangs(&world);
    world.kill_daemon();
    world.write("go", "");
    world.start_daemon();
    let run = run.wait();
    assert!(!is_running(pid), "what was left of it is ended");
    let attached = world.weco(&["attach", &id(&run.stdout), "--output", "plain"]);
    assert_eq!(attached.code, 0, "{attached:?}");
    assert!(attached.stdout.contains("Total steps completed: 3"), "{attached:?}");
    assert_eq!(world.read("value.sh"), "VALUE=5 # weco: 0..100\n");
}
