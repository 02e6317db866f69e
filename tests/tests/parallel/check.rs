use std::fs;

use nix::sys::signal::Signal;
use weco_tests::chaos::evaluations;
use weco_tests::eventually;

use crate::site::{Site, run_id};

/// The first call is alone; the others wait at the gate.
const GATED: &str = "\
mkdir \"$MEET/alone\" 2>/dev/null && { echo score: 10; exit; }
echo \"$WECO_SLOT\" > \"$MEET/new-$$\" && mv \"$MEET/new-$$\" \"$MEET/at-$$\"
until [ -e \"$MEET/go\" ]; do sleep 0.02; done
echo score: 10
";

/// The first call is alone. Of the next two, which are under way at once, the one does `first` and the other `second`.
fn by_turns(first: &str, second: &str) -> String {
    format!(
        "mkdir \"$MEET/alone\" 2>/dev/null && {{ echo score: 10; exit; }}\n\
         if mkdir \"$MEET/first\" 2>/dev/null; then\n\
         until [ -e \"$MEET/second\" ]; do sleep 0.02; done\n{first}\nelse\nmkdir -p \"$MEET/second\"\n{second}\nfi\n"
    )
}

#[test]
fn what_fails_beside_another_ends_the_run_before_a_model_is_asked() {
    let script = by_turns("echo score: 10", "echo 'address already in use'; exit 1");
    let site = Site::new().evaluated_by(&script);
    let run = site.run(&["-n", "3", "-p", "2"]);
    assert_eq!(run.code, 1, "{run:?}");
    for said in ["the baseline works alone, but not in slot ", "address already in use", "WECO_PORT_OFFSET"] {
        assert!(run.stdout.contains(said), "{said}: {run:?}");
    }
    assert!(site.server.requests().is_empty());
    site.assert_clean();
}

#[test]
fn a_metric_that_changes_beside_another_is_told() {
    let site = Site::new().evaluated_by(&by_turns("echo score: 7", "echo score: 7.1"));
    let run = site.run(&["-n", "1", "-p", "2"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("[WARNING] evaluations disturb each other"), "{run:?}");
    assert!(run.stdout.contains("10 alone and 7"), "{run:?}");
    // Looked at twice.
    assert_eq!(run.stdout.matches("disturb each other").count(), 1, "{run:?}");
    assert!(run.stdout.contains(", 7.1 and 7.1 when two are under way"), "{run:?}");
    assert_eq!(site.server.requests().len(), 1);
}

#[test]
fn noise_is_not_taken_for_a_disturbance() {
    let script = "\
        for value in 12 8; do mkdir \"$MEET/$value\" 2>/dev/null && { echo score: $value; exit; }; done\n\
        mkdir \"$MEET/third\" 2>/dev/null && { echo score: 8.1; exit; }\n\
        mkdir \"$MEET/fourth\" 2>/dev/null && { echo score: 13; exit; }\n\
        echo score: 9\n";
    let site = Site::new().evaluated_by(script);
    let run = site.run(&["-n", "1", "-p", "2"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(!run.stdout.contains("disturb"), "{run:?}");
    assert!(site.meet().join("fourth").exists(), "it was looked at again");
}

#[test]
fn a_daemon_killed_during_the_check_leaves_neither_of_the_two() {
    let site = Site::new().evaluated_by(GATED).commit();
    let run = site.spawn(&["-n", "2", "-p", "2"]);
    site.at_gate(2);
    let id = run_id(&run.stdout()).to_owned();
    let before = evaluations(&id);
    assert!(before.len() >= 2, "{before:?}");
    for entry in fs::read_dir(site.meet()).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_file() {
            fs::remove_file(entry).unwrap();
        } else {
            fs::remove_dir(entry).unwrap();
        }
    }
    site.world.kill_daemon();
    // Those of the check that is made again.
    site.at_gate(2);
    assert!(before.iter().all(|evaluation| !evaluation.runs()), "the old ones are ended");
    site.open_gate();
    let run = run.wait();
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("Total steps completed: 2"), "{run:?}");
    site.assert_clean();
}

#[test]
fn a_run_stopped_during_the_check_leaves_neither_of_the_two() {
    let site = Site::new().evaluated_by(GATED);
    let run = site.spawn(&["-n", "2", "-p", "2"]);
    site.at_gate(2);
    run.signal(Signal::SIGINT);
    let run = run.wait();
    assert_eq!(run.code, 130, "{run:?}");
    let id = run_id(&run.stdout);
    eventually("nothing runs on", || evaluations(id).is_empty().then_some(()));
    site.assert_clean();
    assert!(site.server.requests().is_empty());
    site.open_gate();
    let resumed = site.world.weco(&["resume", id, "--output", "plain"]);
    assert_eq!(resumed.code, 0, "{resumed:?}");
    assert!(resumed.stdout.contains("Total steps completed: 2"), "{resumed:?}");
    site.assert_clean();
}
