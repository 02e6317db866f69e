//! Logs of runs that nobody watches.

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

mod common;

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};

use common::world;
use nix::sys::signal::Signal;
use weco_tests::{Output, World, eventually};

/// A run of `steps` steps whose evaluations, but for the baseline's, each wait for a file `go-<n>`, or `go`.
fn paced<'a>(world: &World, steps: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    world.write("value.py", "VALUE = 4  # weco: 1..100\n");
    world.write(
        "eval.sh",
        "n=$(cat count 2>/dev/null || echo 0)\n\
         echo evaluation $n says hello\n\
         while [ $n != 0 ] && [ ! -e go ] && [ ! -e go-$n ]; do sleep 0.02; done\n\
         echo $((n + 1)) > count\n\
         echo score: $n\n",
    );
    let arguments = [
        "run",
        "-s",
        "value.py",
        "-c",
        "sh eval.sh",
        "-m",
        "score",
        "-g",
        "max",
        "-M",
        "builtin",
        "-n",
        steps,
    ];
    [&arguments[..], more].concat()
}

fn line<'a>(text: &'a str, label: &str) -> &'a str {
    text.lines().find_map(|line| line.strip_prefix(label)).unwrap()
}

/// Starts a detached run; its id and log.
fn detached(world: &World, steps: &str) -> (String, PathBuf) {
    let begun = world.weco(&paced(world, steps, &["--daemon"]));
    assert_eq!((begun.code, begun.stderr.as_str()), (0, ""), "{begun:?}");
    (line(&begun.stdout, "Run ID: ").to_owned(), line(&begun.stdout, "Log: ").into())
}

fn wait_for(log: &Path, text: &str) -> String {
    eventually(&format!("{} has {text:?}", log.display()), || {
        fs::read_to_string(log).ok().filter(|found| found.contains(text))
    })
}

fn resume_plainly(world: &World, id: &str) -> Output {
    world.weco(&["resume", id, "--steps", "1", "--output", "plain"])
}

/// What stands between the header and the run's end, once each: the lines of whole steps.
fn assert_whole(text: &str, steps: usize) {
    assert!(text.starts_with("=====") && text.contains("\nWECO OPTIMIZATION RUN\n"), "{text}");
    for once in ["Run ID: ", "[COMPLETE] Optimization finished successfully\n"] {
        assert_eq!(text.matches(once).count(), 1, "{once:?} in\n{text}");
    }
    for step in 0..=steps {
        assert_eq!(text.matches(&format!("[METRIC] Step {step}: ")).count(), 1, "step {step} in\n{text}");
        let output = format!("\nevaluation {step} says hello\n");
        assert_eq!(text.matches(&output).count(), 1, "{output:?} in\n{text}");
    }
}

#[test]
fn a_detached_run_goes_on_alone_and_its_log_tells_all() {
    let world = world();
    let begun = world.weco(&paced(&world, "3", &["--daemon"]));
    assert_eq!((begun.code, begun.stderr.as_str()), (0, ""), "{begun:?}");
    let (id, log) = (line(&begun.stdout, "Run ID: "), PathBuf::from(line(&begun.stdout, "Log: ")));
    assert_eq!(log.file_name().unwrap().to_str().unwrap(), format!("weco-run-{id}.log"));
    assert!(begun.stdout.contains(&format!("Follow it: weco attach {}\n", &id[..8])), "{begun:?}");
    assert!(begun.stdout.contains(&format!("Stop it: weco run stop {}\n", &id[..8])), "{begun:?}");
    world.write("go", "");
    let text = wait_for(&log, "[COMPLETE]");
    assert_whole(&text, 3);
    assert!(text.contains("[STEP 1/3] Proposing"), "{text}");
    let found = fs::symlink_metadata(&log).unwrap();
    assert_eq!((found.is_file(), found.mode() & 0o777, found.nlink()), (true, 0o600, 1));
}

#[test]
fn the_log_is_what_an_attached_client_prints() {
    let world = world();
    let (id, log) = detached(&world, "2");
    let printed = world.spawn(&["attach", &id, "--output", "plain"]);
    world.write("go", "");
    let printed = printed.wait();
    let text = wait_for(&log, "[COMPLETE]");
    assert!(printed.stdout.starts_with(&text), "the log:\n{text}\nthe client: {printed:?}");
}

/// It takes longer than the grace after which an unwatched run gets one.
#[test]
fn a_run_that_is_watched_to_its_end_leaves_no_log() {
    let world = world();
    world.write("go", "");
    let arguments = paced(&world, "2", &["--output", "plain"]);
    let paced = world.read("eval.sh");
    world.write("eval.sh", &format!("sleep 1\n{paced}"));
    let run = world.weco(&arguments);
    assert_eq!(run.code, 0, "{run:?}");
    let id = line(&run.stdout, "Run ID: ").to_owned();
    world.write("eval.sh", &paced);
    assert_eq!(resume_plainly(&world, &id).code, 0);
    assert_eq!(world.weco(&["daemon", "stop"]).code, 0);
    assert_eq!(fs::read_dir(world.logs()).unwrap().count(), 0);
}

#[test]
fn a_run_that_outlives_its_client_gets_a_log_from_the_beginning() {
    let world = world();
    let mut run = world.spawn(&paced(&world, "2", &["--output", "plain"]));
    run.wait_for("[STEP 1/2] Executing code...");
    let log = world.logs().join(format!("weco-run-{}.log", line(&run.stdout(), "Run ID: ")));
    assert!(!log.exists());
    run.signal(Signal::SIGKILL);
    run.wait();
    wait_for(&log, "[STEP 1/2] Executing code...");
    world.write("go", "");
    assert_whole(&wait_for(&log, "[COMPLETE]"), 2);
}

#[test]
fn a_killed_daemon_leaves_no_gap_and_nothing_twice() {
    let world = world();
    let (_, log) = detached(&world, "4");
    world.write("go-1", "");
    wait_for(&log, "[METRIC] Step 1: ");
    world.kill_daemon();
    // As if it had been killed in the middle of a line, before what it had recorded was written.
    let text = fs::read_to_string(&log).unwrap();
    let torn = text.find("[METRIC] Step 1").unwrap() + 12;
    fs::OpenOptions::new().write(true).open(&log).unwrap().set_len(torn as u64).unwrap();
    let before = fs::metadata(&log).unwrap().ino();
    world.start_daemon();
    wait_for(&log, "[METRIC] Step 1: ");
    world.write("go", "");
    let text = wait_for(&log, "[COMPLETE]");
    assert_eq!(fs::metadata(&log).unwrap().ino(), before, "it is the same file");
    assert_whole(&text, 4);
}

#[test]
fn a_resumed_run_goes_on_in_its_log() {
    let world = world();
    let (id, log) = detached(&world, "1");
    world.write("go", "");
    let first = wait_for(&log, "[COMPLETE]");
    let resumed = world.weco(&["resume", &id, "--steps", "1", "--daemon"]);
    assert_eq!(resumed.code, 0, "{resumed:?}");
    assert_eq!(Path::new(line(&resumed.stdout, "Log: ")), log);
    let second = eventually("the log has the second end", || {
        fs::read_to_string(&log).ok().filter(|text| text.matches("[COMPLETE]").count() == 2)
    });
    assert!(second.starts_with(&first) && second.contains("[RESUMED] Total Steps: 2"), "{second}");

    // A client that stays adds to a log that is there.
    assert_eq!(resume_plainly(&world, &id).code, 0);
    eventually("the log has the third end", || {
        fs::read_to_string(&log).ok().filter(|text| text.matches("[COMPLETE]").count() == 3)
    });
}

#[test]
fn a_link_in_the_logs_place_is_not_followed() {
    let world = world();
    let (id, log) = detached(&world, "1");
    world.write("go", "");
    wait_for(&log, "[COMPLETE]");
    let target = world.write("precious", "mine\n");
    fs::remove_file(&log).unwrap();
    symlink(&target, &log).unwrap();
    let refused = world.weco(&["resume", &id, "--steps", "1", "--daemon"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stderr.contains("is a symbolic link, so no log is written there"), "{refused:?}");
    let watched = resume_plainly(&world, &id);
    assert_eq!(watched.code, 0, "a run goes on without: {watched:?}");
    assert_eq!(fs::read_to_string(&target).unwrap(), "mine\n");
}

#[test]
fn a_log_that_is_deleted_or_moved_goes_on_in_a_new_file() {
    let world = world();
    let (_, log) = detached(&world, "3");
    world.write("go-1", "");
    wait_for(&log, "[STEP 2/3] Executing code...");
    fs::remove_file(&log).unwrap();
    world.write("go-2", "");
    let text = wait_for(&log, "[STEP 3/3] Executing code...");
    assert!(text.starts_with("[CONTINUED] after event "), "{text}");
    assert!(text.contains("[METRIC] Step 2: ") && !text.contains("[METRIC] Step 1: "), "{text}");
    assert_eq!(fs::metadata(&log).unwrap().mode() & 0o777, 0o600);

    let moved = log.with_extension("log.1");
    fs::rename(&log, &moved).unwrap();
    let target = world.write("precious", "mine\n");
    symlink(&target, &log).unwrap();
    world.write("go", "");
    eventually("the daemon says so", || world.daemon_log().contains("is a symbolic link").then_some(()));
    assert_eq!(fs::read_to_string(&target).unwrap(), "mine\n");
    fs::remove_file(&log).unwrap();
    let end = wait_for(&log, "[COMPLETE]");
    assert!(end.contains("[METRIC] Step 3: ") && !end.contains("[METRIC] Step 2: "), "{end}");
    assert!(fs::symlink_metadata(&log).unwrap().is_file());
    assert_eq!(fs::read_to_string(&moved).unwrap(), text, "the moved one is left alone");
}

#[test]
fn a_detached_run_is_refused_where_no_log_can_be() {
    let mut world = world();
    world.set("WECO_LOG_DIR", world.work().join("absent").display().to_string());
    let refused = world.weco(&paced(&world, "1", &["--daemon"]));
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stderr.contains("cannot create the log ") && refused.stderr.contains("WECO_LOG_DIR"));
    assert!(!world.work().join(".runs").exists() && !world.work().join("count").exists());
}
