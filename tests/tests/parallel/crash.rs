use std::fs;

use weco_tests::chaos::evaluations;
use weco_tests::eventually;

use crate::site::{Site, run_id};

#[test]
fn a_daemon_killed_with_four_under_way_leaves_nothing_and_the_run_goes_on() {
    let site = Site::new().commit();
    let run = site.spawn(&["-n", "8", "-p", "4"]);
    site.at_gate(4);
    let id = run_id(&run.stdout()).to_owned();
    let before = evaluations(&id);
    assert!(before.len() >= 4, "{before:?}");
    // What is at the gate from now on was started after that.
    for entry in fs::read_dir(site.meet()).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    site.world.kill_daemon();
    site.at_gate(4);
    assert!(before.iter().all(|evaluation| !evaluation.runs()), "the old ones are ended");
    assert_eq!(site.git(&["worktree", "list", "--porcelain"]).matches("worktree ").count(), 5);
    site.open_gate();
    let run = run.wait();
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("Total steps completed: 8"), "{run:?}");
    site.assert_clean();
}

#[test]
fn workspaces_of_a_run_that_was_given_up_are_swept_away_at_the_next_start() {
    let site = Site::new().commit();
    let run = site.spawn(&["-n", "8", "-p", "2"]);
    site.at_gate(2);
    let id = run_id(&run.stdout()).to_owned();
    let left = site.workspaces().join("0123456789ab/0/tree");
    fs::create_dir_all(&left).unwrap();
    site.world.kill_daemon();
    eventually("it is gone", || (!left.exists()).then_some(()));
    site.at_gate(2);
    let stopped = site.world.weco(&["run", "stop", &id]);
    assert_eq!(stopped.code, 0, "{stopped:?}");
    run.wait();
    site.assert_clean();
}
