//! `weco runs` against a daemon that answers as it is told.

use weco_proto::v1::{Goal, ListRunsRequest, PruneRunsRequest, RunStatus, RunSummary, Usage};

use crate::support::{Call, Fake, Home, RUN, Script};

fn summary(home: &Home, number: u32) -> RunSummary {
    RunSummary {
        run_id: RUN.replacen('0', &number.to_string(), 1),
        name: "swift-heron".into(),
        directory: home.project().canonicalize().unwrap().display().to_string(),
        sources: vec!["model.py".into()],
        metric: "speedup".into(),
        goal: Goal::Maximize.into(),
        model: "builtin".into(),
        status: RunStatus::Completed.into(),
        reason: "the reason".into(),
        steps_done: 2,
        steps: 2,
        baseline_metric: Some(1.0),
        best_step: Some(1),
        best_metric: Some(2.5),
        usage: Some(Usage { input_tokens: 620, output_tokens: 131 }),
        created_at_ms: 1_700_000_000_000,
        ended_at_ms: Some(1_700_000_060_500),
        ..Default::default()
    }
}

fn with_runs(home: &Home, count: u32) -> Fake {
    let runs = (1..=count).map(|number| summary(home, number)).collect();
    Fake::serve(&home.socket(), Script { runs, ..Script::default() })
}

#[test]
fn where_there_never_was_a_daemon_there_are_no_runs_and_none_is_started() {
    let home = Home::new();
    home.install_daemon("echo started >&2; exit 1");
    let (code, out, err) = home.run(&["runs"]);
    assert_eq!((code, out.as_str(), err.as_str()), (0, "there are no runs yet; weco run starts one\n", ""));
    assert_eq!(home.run(&["runs", "--format", "json"]), (0, "[]\n".into(), String::new()));
    let nothing = (0, "there is nothing to remove\n".into(), String::new());
    assert_eq!(home.run(&["runs", "prune", "--keep", "0", "--yes"]), nothing);
    assert!(home.leftovers().is_empty());
}

#[test]
fn a_pipe_gets_the_whole_table() {
    let home = Home::with_runtime_dir();
    let daemon = with_runs(&home, 3);
    let (code, out, err) = home.run(&["runs"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let lines: Vec<_> = out.lines().collect();
    assert_eq!(lines.len(), 4, "{out}");
    assert!(lines[0].starts_with("RUN       NAME"), "{out}");
    assert!(lines[1].contains("✓ completed  2/2    ↑ 1.00 → 2.50  builtin  .          "), "{out}");
    assert_eq!(daemon.calls(), [Call::List(ListRunsRequest::default())]);
}

#[test]
fn json_has_the_documented_keys() {
    let home = Home::with_runtime_dir();
    let _daemon = with_runs(&home, 1);
    let (code, out, _) = home.run(&["runs", "--format", "json"]);
    assert_eq!(code, 0);
    let project = home.named(home.project().canonicalize().unwrap().display().to_string().as_bytes());
    insta::assert_snapshot!("json", out.replace(&project, "$HOME/project"));
}

#[test]
fn filters_reach_the_daemon() {
    let home = Home::with_runtime_dir();
    let daemon = with_runs(&home, 3);
    let line = ["runs", "--status", "running", "error", "--directory", ".", "-n", "2"];
    let (code, out, _) = home.run(&line);
    assert_eq!((code, out.lines().count()), (0, 4), "a heading, two runs, and that there are more: {out}");
    assert!(out.ends_with("older ones: weco runs -n 0\n"), "{out}");
    let expected = ListRunsRequest {
        status: vec![RunStatus::Running.into(), RunStatus::Error.into()],
        directory: home.project().canonicalize().unwrap().display().to_string(),
        limit: 3,
    };
    assert_eq!(daemon.calls(), [Call::List(expected)]);
}

#[test]
fn nothing_found_is_said_kindly() {
    let home = Home::with_runtime_dir();
    let _daemon = with_runs(&home, 0);
    assert_eq!(home.run(&["runs", "--status", "error"]).1, "no run is like this; all runs: weco runs\n");
    assert_eq!(home.run(&["runs"]).1, "there are no runs yet; weco run starts one\n");
}

#[test]
fn what_was_repaired_is_told() {
    let home = Home::with_runtime_dir();
    let notices = vec!["the journal's index was damaged\u{1b}[31m".to_owned()];
    let _daemon = Fake::serve(&home.socket(), Script { notices, ..Script::default() });
    let (code, _, err) = home.run(&["runs"]);
    assert_eq!((code, err.as_str()), (0, "warning: the journal's index was damaged\n"));
    let (code, out, _) = home.run(&["daemon", "status"]);
    assert_eq!(code, 0);
    assert!(out.ends_with("  log         /the/log\nwarning: the journal's index was damaged\n"), "{out}");
}

#[test]
fn without_a_terminal_nothing_is_removed_unasked() {
    let home = Home::with_runtime_dir();
    let daemon = with_runs(&home, 3);
    let (code, out, err) = home.run(&["runs", "prune", "--older-than", "30d"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("no terminal to ask on") && err.contains("--yes"), "{err}");
    assert!(daemon.calls().is_empty());

    let (code, out, _) = home.run(&["runs", "prune", "--older-than", "30d", "--dry-run"]);
    assert_eq!(code, 0);
    assert!(out.ends_with("3 runs would be removed\n") && out.lines().count() == 5, "{out}");
    let (code, out, _) = home.run(&["runs", "prune", "--keep", "1", "--status", "error", "--yes"]);
    assert_eq!(code, 0);
    assert_eq!(out, "3 runs removed; the files under each one's .runs are still there\n");
    let thirty_days =
        PruneRunsRequest { older_than_seconds: Some(2_592_000), dry_run: true, ..Default::default() };
    let errors =
        PruneRunsRequest { keep: Some(1), status: vec![RunStatus::Error.into()], ..Default::default() };
    assert_eq!(daemon.calls(), [Call::Prune(thirty_days), Call::Prune(errors)]);
}

#[test]
fn a_prune_needs_a_criterion() {
    let home = Home::new();
    for line in
        [&["runs", "prune"][..], &["runs", "prune", "--yes"], &["runs", "prune", "--older-than", "30"]]
    {
        assert_eq!(home.run(line).0, 2, "{line:?}");
    }
}
