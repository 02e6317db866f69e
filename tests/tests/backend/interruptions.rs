use nix::sys::signal::Signal;
use weco_tests::chaos::evaluations;
use weco_tests::eventually;

use crate::site::{EVALUATE, ORIGINAL, Site, run_id};

/// Every version but the baseline waits at the gate.
fn gated(site: &Site) -> String {
    let gate = site.gate();
    let gate = gate.display();
    format!(
        "if ! grep -q '=1$' value.sh; then touch {gate}.there; until [ -e {gate} ]; do sleep 0.02; done; fi\n{EVALUATE}"
    )
}

#[test]
fn a_timeout_ends_an_evaluation_with_all_its_processes() {
    let site = Site::new();
    site.answers("evaluate", &format!("if grep -q 2 value.sh; then sleep 1000; fi\n{EVALUATE}"));
    let run = site.run(&["-n", "2", "--eval-timeout", "1"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("Step 1 is buggy: the evaluation timed out after 1 s"), "{run:?}");
    assert_eq!(evaluations(run_id(&run.stdout)), []);
}

#[test]
fn ctrl_c_ends_an_evaluation_and_a_resume_makes_it_again() {
    let site = Site::new();
    site.answers("evaluate", &gated(&site));
    let run = site.spawn(&["-n", "1"]);
    site.at_gate();
    run.signal(Signal::SIGINT);
    let run = run.wait();
    assert_eq!(run.code, 130, "{run:?}");
    let id = run_id(&run.stdout);
    assert_eq!(evaluations(id), []);
    assert_eq!(site.world.read("value.sh"), ORIGINAL);
    std::fs::write(site.gate(), "").unwrap();
    let resumed = site.world.weco(&["resume", id, "--output", "plain"]);
    assert_eq!(resumed.code, 0, "{resumed:?}");
    assert!(resumed.stdout.contains("Best metric value: 2.0"), "{resumed:?}");
}

#[test]
fn a_killed_daemon_takes_the_evaluation_up_again() {
    let site = Site::new();
    site.answers("evaluate", &gated(&site));
    let mut run = site.spawn(&["-n", "1"]);
    site.at_gate();
    run.wait_for("Run ID: ");
    let id = run_id(&run.stdout()).to_owned();
    site.world.kill_daemon();
    std::fs::write(site.gate(), "").unwrap();
    let run = run.wait();
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("Best metric value: 2.0"), "{run:?}");
    assert_eq!(site.world.read("value.sh"), ORIGINAL);
    eventually("nothing of it is left", || evaluations(&id).is_empty().then_some(()));
}
