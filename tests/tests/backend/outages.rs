use crate::site::{EVALUATE, Site, fault, run_id};

#[test]
fn a_service_that_is_away_is_waited_for() {
    let site = Site::new();
    let away = fault("service", "LangSmith is not available (503)");
    let until_then = "[ \"$(wc -l < \"$here/log\")\" -lt 4 ]";
    site.answers("evaluate", &format!("if {until_then}; then\n{away}else\n{EVALUATE}fi\n"));
    let run = site.run(&["-n", "1"]);
    assert_eq!(run.code, 0, "{run:?}");
    let told =
        "[WARNING] LangSmith is not available (503); step 0 is evaluated again in 1 s (attempt 2 of 5)";
    assert!(run.stdout.contains(told), "{run:?}");
    assert!(run.stdout.contains("Best metric value: 2.0"), "{run:?}");
    assert_eq!(site.log(), ["check", "evaluate", "evaluate", "evaluate", "evaluate"]);
}

#[test]
fn one_that_stays_away_ends_the_run_which_can_go_on() {
    let site = Site::new();
    let away = fault("service", "LangSmith is not available (503)");
    site.answers("evaluate", &format!("if grep -q 2 value.sh; then\n{away}else\n{EVALUATE}fi\n"));
    let run = site.run(&["-n", "1", "--auto-resume-max-attempts", "2"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("[ERROR] LangSmith is not available (503)"), "{run:?}");
    let id = run_id(&run.stdout);
    assert!(run.stdout.contains(&format!("then: weco resume {}", &id[..8])), "{run:?}");
    site.answers("evaluate", EVALUATE);
    let resumed = site.world.weco(&["resume", id, "--output", "plain"]);
    assert_eq!(resumed.code, 0, "{resumed:?}");
    assert!(resumed.stdout.contains("Best metric value: 2.0"), "the version was kept: {resumed:?}");
    assert_eq!(site.server.requests().len(), 1, "nothing was proposed again");
}

#[test]
fn what_no_version_can_mend_ends_the_run_with_the_remedy() {
    let site = Site::new();
    site.fails("evaluate", "auth", "LangSmith refused the keys (401)");
    let run = site.run(&["-n", "1"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("[ERROR] LangSmith refused the keys (401)"), "{run:?}");
    assert!(run.stdout.contains("Next: the remedy"), "{run:?}");
    assert_eq!(site.log(), ["check", "evaluate"], "it is not tried again");
}
