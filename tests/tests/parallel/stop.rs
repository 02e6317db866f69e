use nix::sys::signal::Signal;
use weco_tests::chaos::evaluations;
use weco_tests::eventually;

use crate::site::{Site, run_id};

#[test]
fn ctrl_c_ends_all_of_them_and_a_resume_makes_them_again() {
    let site = Site::new();
    let run = site.spawn(&["-n", "5", "-p", "4"]);
    site.at_gate(4);
    run.signal(Signal::SIGINT);
    let run = run.wait();
    assert_eq!(run.code, 130, "{run:?}");
    assert!(run.stdout.contains("[STOPPED]"), "{run:?}");
    let id = run_id(&run.stdout);
    assert_eq!(evaluations(id), []);
    site.assert_clean();
    site.open_gate();
    let resumed = site.world.weco(&["resume", id, "--output", "plain"]);
    assert_eq!(resumed.code, 0, "{resumed:?}");
    assert!(resumed.stdout.contains("Total steps completed: 5"), "{resumed:?}");
    assert_eq!(site.server.requests().len(), 5, "no proposal was lost");
    site.assert_clean();
}

#[test]
fn a_second_ctrl_c_forces_all_of_them() {
    let site = Site::new();
    let gated = site.world.read("eval.sh");
    let site = site.evaluated_by(&format!("trap '' TERM\n{gated}"));
    let mut run = site.spawn(&["-n", "5", "-p", "4"]);
    site.at_gate(4);
    run.signal(Signal::SIGINT);
    run.wait_for("[INTERRUPTED]");
    let id = run_id(&run.stdout()).to_owned();
    run.signal(Signal::SIGINT);
    let run = run.wait();
    assert_eq!(run.code, 130, "{run:?}");
    eventually("nothing runs on", || evaluations(&id).is_empty().then_some(()));
    site.assert_clean();
}
