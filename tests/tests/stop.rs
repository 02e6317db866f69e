//! Stopping: in good order, by force, by a signal to the daemon, by a closed terminal.

mod common;

use std::fs;

use common::world;
use nix::sys::signal::Signal;
use nix::unistd::Pid;
use weco_tests::world::is_running;
use weco_tests::{World, eventually};

/// An evaluation whose second and later calls write their process id and wait.
fn hanging(world: &World, command: &str) -> Vec<&'static str> {
    world.write("value.py", "VALUE = 4  # weco: 1..100\n");
    world.write(
        "eval.sh",
        &format!(
            "if [ ! -e baseline ]; then touch baseline; echo score: 1; exit; fi\necho $$ > pid\n{command}\n"
        ),
    );
    vec![
        "run",
        "-s",
        "value.py",
        "-c",
        "sh eval.sh",
        "-m",
        "score",
        "-g",
        "max",
        "-n",
        "5",
        "-M",
        "builtin",
        "--output",
        "plain",
    ]
}

fn evaluating(world: &World) -> Pid {
    eventually("the evaluation runs", || {
        fs::read_to_string(world.work().join("pid")).ok()?.trim().parse().ok().map(Pid::from_raw)
    })
}

#[test]
fn ctrl_c_stops_in_good_order() {
    let world = world();
    let run = world.spawn(&hanging(&world, "sleep 300"));
    let pid = evaluating(&world);
    assert_ne!(world.read("value.py"), "VALUE = 4  # weco: 1..100\n", "the candidate is swapped in");
    run.signal(Signal::SIGINT);
    let run = run.wait();
    assert_eq!(run.code, 130, "{run:?}");
    assert!(run.stdout.contains("[INTERRUPTED]"), "{run:?}");
    assert!(run.stdout.contains("weco resume "), "{run:?}");
    assert_eq!(world.read("value.py"), "VALUE = 4  # weco: 1..100\n");
    assert!(!is_running(pid), "the evaluation is ended");
}

#[test]
fn a_second_ctrl_c_forces_an_evaluation_that_ignores_term() {
    let world = world();
    let mut run = world.spawn(&hanging(&world, "trap '' TERM INT\nwhile :; do sleep 300; done"));
    let pid = evaluating(&world);
    run.signal(Signal::SIGINT);
    run.wait_for("[INTERRUPTED]");
    run.signal(Signal::SIGINT);
    let run = run.wait();
    assert_eq!(run.code, 130, "{run:?}");
    eventually("the evaluation is ended", || (!is_running(pid)).then_some(()));
    eventually("the source is restored", || {
        (world.read("value.py") == "VALUE = 4  # weco: 1..100\n").then_some(())
    });
}

#[test]
fn a_killed_client_does_not_end_the_run() {
    let world = world();
    let run = world.spawn(&hanging(&world, "while [ ! -e go ]; do sleep 0.02; done; echo score: 2"));
    evaluating(&world);
    run.signal(Signal::SIGKILL);
    run.wait();
    world.write("go", "");
    eventually("the run goes on to its end", || {
        world.run_dir().join("steps/5/manifest.json").exists().then_some(())
    });
}

#[test]
fn sigterm_to_the_daemon_restores_the_sources_and_the_run_goes_on_at_the_next_start() {
    let world = world();
    let run = world.spawn(&hanging(&world, "[ -e go ] || sleep 300; echo score: 2"));
    let pid = evaluating(&world);
    run.signal(Signal::SIGKILL);
    run.wait();
    let daemon = world.daemon_pid().unwrap();
    nix::sys::signal::kill(daemon, Signal::SIGTERM).unwrap();
    eventually("the daemon ends", || (!is_running(daemon)).then_some(()));
    assert!(!is_running(pid));
    assert_eq!(world.read("value.py"), "VALUE = 4  # weco: 1..100\n");
    assert!(!world.runtime().join("daemon.sock").exists(), "the socket is removed");
    world.write("go", "");
    world.start_daemon();
    eventually("the run goes on to its end", || {
        world.run_dir().join("steps/5/manifest.json").exists().then_some(())
    });
}

#[test]
fn kill_9_of_the_daemon_during_an_evaluation_loses_nothing() {
    let world = world();
    let run = world.spawn(&hanging(&world, "[ -e go ] || sleep 300; echo score: 2"));
    let pid = evaluating(&world);
    run.signal(Signal::SIGKILL);
    run.wait();
    world.kill_daemon();
    assert_ne!(world.read("value.py"), "VALUE = 4  # weco: 1..100\n", "nobody could restore it yet");
    world.write("go", "");
    world.start_daemon();
    eventually("the leftover evaluation is ended", || (!is_running(pid)).then_some(()));
    eventually("the run goes on to its end", || {
        world.run_dir().join("steps/5/manifest.json").exists().then_some(())
    });
    eventually("the source is restored", || {
        (world.read("value.py") == "VALUE = 4  # weco: 1..100\n").then_some(())
    });
}

#[test]
fn a_stopped_run_resumes_with_what_is_left() {
    let world = world();
    let run = world.spawn(&hanging(&world, "[ -e go ] || sleep 300; echo score: 2"));
    evaluating(&world);
    run.signal(Signal::SIGINT);
    let stopped = run.wait();
    let id = stopped.stdout.lines().find_map(|line| line.strip_prefix("Run ID: ")).unwrap().to_owned();
    world.write("go", "");
    let resumed = world.weco(&["resume", &id[..8], "--output", "plain"]);
    assert_eq!(resumed.code, 0, "{resumed:?}");
    assert!(resumed.stdout.contains("Total steps completed: 5"), "{resumed:?}");
    let again = world.weco(&["resume", &id, "--output", "plain"]);
    assert_eq!(again.code, 1, "a complete run needs --steps: {again:?}");
    let more = world.weco(&["resume", &id, "--steps", "2", "--output", "plain"]);
    assert_eq!(more.code, 0, "{more:?}");
    assert!(more.stdout.contains("Total steps completed: 7"), "{more:?}");
}
