//! Evaluations that misbehave: the step fails or counts by its metric, the sources are right, the daemon is unharmed.

use std::fs;

use nix::unistd::Pid;
use weco_proto::v1::{RunStatus, RunUpdate, StepEvaluated, run_update::Update};
use weco_tests::chaos::{End, Job};

use crate::programs::site;

/// Memory that the daemon may take at most, in KiB: far less than any evaluation here prints.
const MOST_MEMORY: u64 = 150 << 10;

/// A run of three steps whose second evaluation, the first of a candidate, does `what` before it prints its metric.
#[track_caller]
fn step_one_of(what: &str) -> StepEvaluated {
    let mut site = site();
    let job = Job { eval_timeout: Some(2), ..Job::builtin(21, 3) };
    site.world.write("misbehave.sh", what);
    site.world.write("before.sh", "echo >> count; [ $(wc -l < count) = 2 ] && . ./misbehave.sh\n");
    let daemon = site.up();
    let witness = site.begin(&job);
    witness.watch(&site.socket(), |_| ());
    witness.await_end();
    assert!(peak_memory(daemon) < MOST_MEMORY, "{} KiB", peak_memory(daemon));
    let updates = witness.updates();
    let end = End::of(&updates);
    assert_eq!(end.ended.unwrap().0, i32::from(RunStatus::Completed), "{updates:?}");
    let good = updates.iter().filter_map(evaluated).filter(|step| step.metric.is_some()).count();
    assert!(good >= 3, "the other steps count: {good}");
    // What the evaluation did to the source is kept elsewhere; the user's text is back in any case.
    assert!(site.source.is_original());
    let step = updates.iter().filter_map(evaluated).find(|step| step.step == 1).unwrap().clone();
    site.terminate();
    site.await_gone();
    step
}

fn evaluated(update: &RunUpdate) -> Option<&StepEvaluated> {
    match &update.update {
        Some(Update::Evaluated(evaluated)) => Some(evaluated),
        _ => None,
    }
}

/// In KiB, as `/proc` says it.
fn peak_memory(pid: Pid) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn one_that_hangs_and_ignores_every_polite_signal() {
    let step = step_one_of("trap '' TERM INT HUP QUIT; while :; do sleep 1000; done");
    assert!(step.timed_out && step.metric.is_none(), "{step:?}");
}

#[test]
fn one_that_forks_away_twice_and_holds_the_pipe() {
    let step = step_one_of(
        "setsid sh -c \"trap '' TERM; setsid sh -c 'trap \\\"\\\" TERM; sleep 1000' & sleep 1000\" &",
    );
    assert!(step.metric.is_some(), "its metric counts: {step:?}");
}

#[test]
fn one_that_fills_its_memory() {
    let step = step_one_of("( ulimit -v 200000; python3 -c 'x = b\"x\" * (1 << 30)' ) || exit 3");
    assert_eq!((step.exit_code, step.metric), (Some(3), None), "{step:?}");
    assert!(step.output_tail.contains("MemoryError"), "{step:?}");
}

#[test]
fn one_that_kills_its_parent_shell() {
    let step = step_one_of("kill -9 $PPID; sleep 1000");
    assert_eq!((step.signal, step.metric), (Some(9), None), "{step:?}");
}

#[test]
fn one_that_kills_its_own_group() {
    let step = step_one_of("kill -9 0");
    assert_eq!((step.signal, step.metric), (Some(9), None), "{step:?}");
}

#[test]
fn one_that_removes_everything_and_changes_directory() {
    let step = step_one_of("rm -f model.py .model.py.weco-*; cd /");
    assert!(step.metric.is_some(), "{step:?}");
}

#[test]
fn one_that_replaces_the_source_by_a_directory() {
    let step = step_one_of("rm model.py; mkdir model.py; echo 1 > model.py/file");
    assert!(step.metric.is_some(), "{step:?}");
}

#[test]
fn one_that_prints_binary() {
    let step = step_one_of("head -c 300000 /dev/urandom; printf '\\000\\377\\033[2J\\n'");
    assert!(step.metric.is_some(), "{step:?}");
}

#[test]
fn one_that_prints_gigabytes() {
    let step = step_one_of("yes 'all work and no play makes a very long line of output indeed'");
    assert!(step.timed_out, "{step:?}");
    assert!(step.output.len() < 1 << 20, "what is kept is bounded: {}", step.output.len());
}

#[test]
fn one_that_prints_one_endless_line() {
    let step = step_one_of("head -c 300000000 /dev/zero | tr '\\0' 'x'; echo");
    assert!(step.metric.is_some(), "{}", step.buggy_reason);
}
