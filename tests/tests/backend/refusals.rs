use crate::site::{Site, run_id};

/// What a command line comes to that must not be understood.
#[track_caller]
fn refused(site: &Site, more: &[&str]) -> String {
    let words = ["run", "-s", "value.sh", "-m", "exact", "-g", "max", "--output", "plain"];
    let run = site.world.weco(&[&words[..], more].concat());
    assert_eq!(run.code, 2, "{run:?}");
    assert_eq!(run.stdout, "");
    run.stderr
}

#[test]
fn a_command_line_that_cannot_be_meant_is_refused_with_what_to_do() {
    let site = Site::new();
    let langsmith = ["--eval-backend", "langsmith"];
    let whole = [&langsmith[..], &["--langsmith-dataset", "qa", "--langsmith-target", "app:answer"]].concat();
    for (more, message, hint) in [
        (
            langsmith.to_vec(),
            "--langsmith-dataset and --langsmith-target are required with --eval-backend langsmith",
            "add --langsmith-dataset <NAME> --langsmith-target <MODULE:FUNCTION>",
        ),
        (
            [&whole[..], &["-c", "true"]].concat(),
            "--eval-command cannot be used with --eval-backend langsmith",
            "leave one of them out: langsmith evaluates in the command's place",
        ),
        (
            vec!["-c", "true", "--langsmith-dataset", "qa"],
            "--langsmith-dataset is for --eval-backend langsmith",
            "add --eval-backend langsmith",
        ),
        (
            [&whole[..], &["--langfuse-summary", "min"]].concat(),
            "--langfuse-summary is for --eval-backend langfuse",
            "leave it out",
        ),
    ] {
        assert_eq!(refused(&site, &more), format!("error: {message}\n  try: {hint}\n"));
    }
    for (flag, value, why) in [
        ("--langsmith-target", "app", "must have the form module:function, such as app:answer"),
        ("--langsmith-max-examples", "0", "must be a whole number from 1"),
        ("--langsmith-summary", "sum", "[possible values: mean, median, min, max]"),
        ("--eval-backend", "braintrust", "[possible values: shell, langsmith, langfuse]"),
    ] {
        let told = refused(&site, &[flag, value]);
        assert!(told.contains(why), "{told}");
    }
    site.assert_no_run();
}

#[test]
fn a_command_is_no_way_to_evaluate_a_version_of_such_a_run() {
    let site = Site::new();
    let mut run = site.spawn(&["-n", "1", "--require-review"]);
    run.wait_for("[REVIEW] Step 1 waits");
    let id = run_id(&run.stdout()).to_owned();
    let refused = site.world.weco(&["run", "submit", &id, "--node", "1", "-c", "echo exact: 99"]);
    assert_ne!(refused.code, 0, "{refused:?}");
    assert!(refused.stderr.contains("this run is evaluated by langsmith, not by a command"), "{refused:?}");
    let submitted = site.world.weco(&["run", "submit", &id, "--node", "1"]);
    assert_eq!(submitted.code, 0, "{submitted:?}");
    assert!(submitted.stdout.contains("langsmith: dataset qa, target app:answer"), "{submitted:?}");
    let run = run.wait();
    assert!(run.stdout.contains("Best metric value: 2.0"), "{run:?}");
}
