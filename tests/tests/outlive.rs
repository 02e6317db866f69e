//! A run belongs to the daemon: it is followed, asked about, stopped and resumed from any shell.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::fs;

use common::world;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use weco_tests::world::{Running, is_running};
use weco_tests::{World, eventually};

const ORIGINAL: &str = "VALUE=1 # weco: 0..100\n";

/// A source whose value is its score. Every evaluation after the baseline's waits for a file `go`.
fn job() -> World {
    let world = world();
    world.write("value.sh", ORIGINAL);
    world.write(
        "eval.sh",
        "if [ -e baseline ]; then\n  echo $$ > pid.new && mv pid.new pid\n  while [ ! -e go ]; do sleep 0.02; done\nfi\n\
         touch baseline\n. ./value.sh\necho \"score: $VALUE\"\n",
    );
    world
}

const RUN: [&str; 15] = [
    "run",
    "-s",
    "value.sh",
    "-c",
    "sh eval.sh",
    "-m",
    "score",
    "-g",
    "max",
    "-M",
    "builtin",
    "--output",
    "plain",
    "--eval-repeats",
    "1",
];

/// A run under way, whose first step's evaluation waits, and its id.
fn held(world: &World, steps: &str) -> (Running, String) {
    let run = world.spawn(&[&RUN[..], &["-n", steps, "--seed", "3"]].concat());
    eventually("an evaluation waits", || world.work().join("pid").exists().then_some(()));
    let id = eventually("the client has said which run it is", || {
        run.stdout().lines().find_map(|line| line.strip_prefix("Run ID: ").map(str::to_owned))
    });
    (run, id)
}

fn release(world: &World) {
    world.write("go", "");
}

fn json(world: &World, arguments: &[&str]) -> serde_json::Value {
    let output = world.weco(arguments);
    assert_eq!(output.code, 0, "{output:?}");
    serde_json::from_str(&output.stdout).unwrap()
}

#[test]
fn several_follow_a_run_and_leaving_stops_nothing() {
    let world = job();
    let (first, id) = held(&world, "30");
    kill(first.pid(), Signal::SIGKILL).unwrap();
    let mut whole = world.spawn(&["attach", &id[..8], "--output", "plain"]);
    let mut later = world.spawn(&["attach", &id[..6], "--from", "now"]);
    let mut leaving = world.spawn(&["attach", &id]);
    for attached in [&mut whole, &mut later, &mut leaving] {
        attached.wait_for("Run ID: ");
    }
    leaving.wait_for("[METRIC] Step 0");
    leaving.signal(Signal::SIGINT);
    let left = leaving.wait();
    assert_eq!(left.code, 0, "{left:?}");
    assert!(
        left.stdout
            .ends_with(&format!("[DETACHED] The run goes on; see it again: weco attach {}\n", &id[..8]))
    );
    assert_eq!(json(&world, &["run", "status", &id])["status"], "running");
    release(&world);
    let (whole, later) = (whole.wait(), later.wait());
    assert_eq!((whole.code, later.code), (0, 0), "{whole:?}\n{later:?}");
    assert!(
        whole.stdout.contains("[METRIC] Step 0: 1.0") && whole.stdout.contains("[COMPLETE]"),
        "{whole:?}"
    );
    assert!(
        !later.stdout.contains("[METRIC] Step 0") && later.stdout.contains("[METRIC] Step 30"),
        "{later:?}"
    );
    let again = world.weco(&["attach", &id]);
    assert_eq!(again.code, 0, "one that has ended is shown: {again:?}");
    assert!(again.stdout.contains("[COMPLETE]"), "{again:?}");
}

#[test]
fn who_follows_a_run_stays_with_it_across_a_restart_but_not_a_stop() {
    let world = job();
    let (first, id) = held(&world, "6");
    let restart = world.weco(&["daemon", "restart"]);
    assert_eq!(restart.code, 0, "{restart:?}");
    assert_eq!(json(&world, &["run", "status", &id])["status"], "running");
    let evaluations = |stdout: &str| stdout.matches("[STEP 1/6] Executing code...").count();
    eventually("it follows the next daemon", || (evaluations(&first.stdout()) == 2).then_some(()));
    let stop = world.weco(&["daemon", "stop"]);
    assert_eq!(stop.code, 0, "{stop:?}");
    let first = first.wait();
    assert_eq!(first.code, 1, "{first:?}");
    assert!(first.stderr.contains("the run goes on when it is back"), "{first:?}");
    assert!(first.stderr.contains(&format!("weco attach {}", &id[..8])), "{first:?}");
    assert_eq!(evaluations(&first.stdout), 2, "once by each daemon: {first:?}");
    assert_eq!(world.daemon_pid(), None, "nobody started another");
    release(&world);
    let attached = world.weco(&["attach", &id]);
    assert_eq!(attached.code, 0, "{attached:?}");
}

#[test]
fn status_tells_how_a_run_is() {
    let world = job();
    let (run, id) = held(&world, "5");
    let status = json(&world, &["run", "status", &id[..7]]);
    let expected = serde_json::json!({
        "run_id": id, "status": "running", "total_steps": 5, "metric_name": "score", "goal": "maximize",
        "model": "builtin", "require_review": false, "input_tokens": 0, "baseline_metric": 1.0,
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&status[key], value, "{key}: {status}");
    }
    assert_eq!(status["pending_nodes"], serde_json::json!([]));
    release(&world);
    assert_eq!(run.wait().code, 0);
    let status = json(&world, &["run", "status", &id]);
    assert_eq!(status["status"], "completed", "{status}");
    assert_eq!(status["current_step"], 5, "{status}");
    assert!(status["best_metric"].as_f64().unwrap() > 1.0, "{status}");
    let unknown = world.weco(&["run", "status", "ffffffff"]);
    assert_eq!(unknown.code, 1, "{unknown:?}");
    assert!(unknown.stderr.contains("there is no run 'ffffffff'"), "{unknown:?}");
}

#[test]
fn stop_ends_the_evaluation_and_restores_the_sources() {
    let world = job();
    let (run, id) = held(&world, "50");
    let evaluation = Pid::from_raw(world.read("pid").trim().parse().unwrap());
    let stopped = json(&world, &["run", "stop", &id[..8]]);
    assert!(!is_running(evaluation), "the evaluation is gone when stop returns");
    assert_eq!(world.read("value.sh"), ORIGINAL);
    assert_eq!(stopped["status"], "terminated", "{stopped}");
    assert!(stopped["message"].as_str().unwrap().starts_with("the run is stopped; "), "{stopped}");
    let run = run.wait();
    assert_eq!(run.code, 1, "its own client did not stop it: {run:?}");
    let again = json(&world, &["run", "stop", &id]);
    assert!(again["message"].as_str().unwrap().contains("had ended already (terminated)"), "{again}");
    assert_eq!(again["best_step"], stopped["best_step"]);
    // What was found is kept, and the run goes on from there.
    release(&world);
    let resumed = world.weco(&["resume", &id, "--output", "plain"]);
    assert_eq!(resumed.code, 0, "{resumed:?}");
    assert!(resumed.stdout.contains("Total steps completed: 50"), "{resumed:?}");
}

#[test]
fn a_running_run_is_not_resumed_and_a_complete_one_needs_steps() {
    let world = job();
    let (run, id) = held(&world, "2");
    let refused = world.weco(&["resume", &id]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stderr.contains(&format!("weco attach {}", &id[..8])), "{refused:?}");
    release(&world);
    assert_eq!(run.wait().code, 0);
    let refused = world.weco(&["resume", &id]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stderr.contains("--steps"), "{refused:?}");
    let resumed = world.weco(&["resume", &id, "-n", "3", "--output", "plain"]);
    assert_eq!(resumed.code, 0, "{resumed:?}");
    assert!(resumed.stdout.contains("Total steps completed: 5"), "{resumed:?}");
}

#[test]
fn sources_edited_since_are_said_and_kept() {
    let world = job();
    let (run, id) = held(&world, "4");
    json(&world, &["run", "stop", &id]);
    run.wait();
    let mine = "VALUE=50 # mine\n";
    world.write("value.sh", mine);
    release(&world);
    let resumed = world.weco(&["resume", &id, "--output", "plain"]);
    assert_eq!(resumed.code, 0, "{resumed:?}");
    assert!(resumed.stdout.contains("[WARNING] value.sh is not as it was"), "{resumed:?}");
    assert!(!resumed.stdout.contains("was edited during the run"), "said once: {resumed:?}");
    assert_eq!(world.read("value.sh"), mine, "and it is what is restored");
    assert!(resumed.stdout.contains("merge it by hand"), "{resumed:?}");
    let more = world.weco(&["resume", &id, "-n", "1", "--output", "plain"]);
    assert!(!more.stdout.contains("is not as it was"), "said once: {more:?}");
}

/// Two runs share a source: one's version is in its place, the other waits for its turn. Whichever the daemon comes
/// to first when it is back, neither takes the other's version for the user's file.
#[test]
fn runs_that_share_a_source_get_it_back_after_a_crash() {
    for seed in 0..4 {
        let world = job();
        let seed = seed.to_string();
        let arguments = [&RUN[..], &["-n", "4", "--seed", &seed, "--daemon"]].concat();
        let ids: Vec<String> = (0..2)
            .map(|_| {
                let run = world.weco(&arguments);
                run.stdout.lines().find_map(|line| line.strip_prefix("Run ID: ").map(str::to_owned)).unwrap()
            })
            .collect();
        let waits =
            |id: &String| json(&world, &["run", "status", id])["waiting"].as_str().unwrap().to_owned();
        eventually("one evaluates and the other waits", || {
            (world.work().join("pid").exists() && ids.iter().any(|id| !waits(id).is_empty())).then_some(())
        });
        world.kill_daemon();
        release(&world);
        world.start_daemon();
        for id in &ids {
            let run = world.weco(&["attach", id, "--output", "plain"]);
            assert_eq!(run.code, 0, "{run:?}");
            assert!(run.stdout.contains("[COMPLETE]"), "{run:?}");
            assert!(!run.stdout.contains("was edited"), "nobody edited anything: {run:?}");
        }
        assert_eq!(world.read("value.sh"), ORIGINAL);
    }
}

#[test]
fn no_number_of_steps_is_too_large() {
    let world = job();
    release(&world);
    let run = world.weco(&[&RUN[..], &["-n", "1"]].concat());
    assert_eq!(run.code, 0, "{run:?}");
    let id = run.stdout.lines().find_map(|line| line.strip_prefix("Run ID: ").map(str::to_owned)).unwrap();
    let resumed = world.weco(&["resume", &id, "-n", "4294967295", "--daemon"]);
    assert_eq!(resumed.code, 0, "{resumed:?}");
    let stopped = json(&world, &["run", "stop", &id]);
    assert_eq!(stopped["status"], "terminated", "{stopped}");
}

/// The value that the source holds.
fn value(world: &World) -> f64 {
    let text = world.read("value.sh");
    text.split(['=', ' ']).nth(1).unwrap().parse().unwrap()
}

#[test]
fn the_best_version_is_applied_though_no_client_is_there() {
    for detached in [true, false] {
        let world = job();
        let arguments = [&RUN[..], &["-n", "6", "--seed", "3", "--apply-change"]].concat();
        let id = if detached {
            let run = world.weco(&[&arguments[..], &["--daemon"]].concat());
            assert_eq!(run.code, 0, "{run:?}");
            run.stdout.lines().find_map(|line| line.strip_prefix("Run ID: ").map(str::to_owned)).unwrap()
        } else {
            let run = world.spawn(&arguments);
            eventually("an evaluation waits", || world.work().join("pid").exists().then_some(()));
            kill(run.pid(), Signal::SIGKILL).unwrap();
            run.stdout().lines().find_map(|line| line.strip_prefix("Run ID: ").map(str::to_owned)).unwrap()
        };
        release(&world);
        let status = eventually("the run ends", || {
            let status = json(&world, &["run", "status", &id]);
            (status["status"] == "completed").then_some(status)
        });
        let best = status["best_metric"].as_f64().unwrap();
        assert!(best > 1.0, "{status}");
        eventually("the best version is in place", || (value(&world) == best).then_some(()));
        let shown = world.weco(&["attach", &id]);
        assert_eq!(shown.code, 0, "{shown:?}");
        assert!(shown.stdout.contains("[APPLIED]") && shown.stdout.contains(" already.\n"), "{shown:?}");
    }
}

/// Two runs in directories of their own, whose evaluations fail if both are at it.
#[test]
fn the_machine_carries_as_many_evaluations_as_configured() {
    let world = world();
    fs::write(world.config().join("config.toml"), "[evaluation]\nmax_concurrent = 1\n").unwrap();
    let evaluation =
        "mkdir ../busy || exit 1\n. ./value.sh\nsleep 0.01\nrmdir ../busy\necho \"score: $VALUE\"\n";
    for place in ["a", "b", "c"] {
        world.write(&format!("{place}/value.sh"), ORIGINAL);
        world.write(&format!("{place}/eval.sh"), evaluation);
    }
    let runs: Vec<Running> = ["a", "b", "c"]
        .iter()
        .map(|place| world.spawn_in(place, &[&RUN[..], &["-n", "8"]].concat()))
        .collect();
    for run in runs {
        let run = run.wait();
        assert_eq!(run.code, 0, "{run:?}");
        assert!(!run.stdout.contains("is buggy"), "two at once: {run:?}");
    }
}

#[test]
fn a_run_inside_anothers_directory_takes_turns_with_it() {
    let world = world();
    let evaluation =
        "mkdir \"$BUSY\" || exit 1\n. ./value.sh\nsleep 0.01\nrmdir \"$BUSY\"\necho \"score: $VALUE\"\n";
    let mut runs = Vec::new();
    for place in ["outer", "outer/inner"] {
        world.write(&format!("{place}/value.sh"), ORIGINAL);
        let busy = world.work().join("busy");
        world.write(&format!("{place}/eval.sh"), &evaluation.replace("$BUSY", &busy.display().to_string()));
        runs.push(place);
    }
    let runs: Vec<Running> =
        runs.iter().map(|place| world.spawn_in(place, &[&RUN[..], &["-n", "8"]].concat())).collect();
    for run in runs {
        let run = run.wait();
        assert_eq!(run.code, 0, "{run:?}");
        assert!(!run.stdout.contains("is buggy"), "two at once: {run:?}");
    }
}

/// More than the machine carries at once, each in a directory of its own.
#[test]
fn many_runs_at_once_all_end_well_in_bounded_memory() {
    let world = world();
    let count: usize = 30;
    for run in 0..count {
        world.write(&format!("{run}/value.sh"), ORIGINAL);
        world.write(&format!("{run}/eval.sh"), ". ./value.sh\necho \"score: $VALUE\"\n");
        let begun = world.spawn_in(&run.to_string(), &[&RUN[..], &["-n", "5", "--daemon"]].concat()).wait();
        assert_eq!(begun.code, 0, "{begun:?}");
    }
    let runs = eventually("all runs have ended", || {
        let runs = json(&world, &["runs", "--format", "json"]);
        let going = |run: &serde_json::Value| run["ended_at"].is_null();
        (!runs.as_array().unwrap().iter().any(going)).then_some(runs)
    });
    let runs = runs.as_array().unwrap();
    assert_eq!(runs.len(), count);
    for run in runs {
        assert_eq!((&run["status"], &run["current_step"]), (&"completed".into(), &5.into()), "{run}");
    }
    for run in 0..count {
        assert_eq!(world.read(&format!("{run}/value.sh")), ORIGINAL);
    }
    let status = fs::read_to_string(format!("/proc/{}/status", world.daemon_pid().unwrap())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kilobytes: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(kilobytes < 150 * 1024, "{peak}");
}
