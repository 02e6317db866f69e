//! The form of the command line.

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches};

use super::*;

fn parse(line: &[&str]) -> Result<Cli, clap::Error> {
    // Whatever terminal the tests run in.
    let command = Cli::command().term_width(100);
    command
        .try_get_matches_from(["weco"].iter().chain(line))
        .and_then(|matches| Cli::from_arg_matches(&matches))
}

fn start(line: &[&str]) -> StartArgs {
    match parse(&[&["run"], line].concat()).unwrap().verb {
        Verb::Run(run) => *run.start,
        verb => panic!("{verb:?}"),
    }
}

#[test]
fn the_definition_is_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn a_run_has_the_documented_defaults() {
    let args = start(&["-s", "a.py", "-c", "python a.py", "-m", "loss", "-g", "min"]);
    assert_eq!(args.source, ["a.py"]);
    assert!(args.sources.is_empty());
    assert_eq!(args.goal, Some(GoalArg::Minimize));
    assert_eq!((args.steps, args.log_dir.as_str(), args.save_logs), (100, ".runs", false));
    assert_eq!((args.eval_timeout, args.seed, args.model), (None, None, None));
    assert!(args.keys.api_keys.is_empty());
    assert_eq!((args.end.output, args.end.apply_change, args.end.daemon), (OutputArg::Rich, false, false));
}

#[test]
fn how_versions_are_measured_is_understood() {
    let args = start(&[
        "-s",
        "a.py",
        "--eval-repeats",
        "3",
        "--verify-command",
        "make test",
        "--protect",
        "eval.py",
        "data",
    ]);
    assert_eq!(args.measurement.eval_repeats, Some(3));
    assert_eq!(args.measurement.verify_command.as_deref(), Some("make test"));
    assert_eq!(args.measurement.protect, ["eval.py", "data"]);
    for (flag, value, reason) in [
        ("--eval-repeats", "0", "it must be a whole number from 1 to 100"),
        ("--eval-repeats", "101", "it must be a whole number from 1 to 100"),
        ("--eval-repeats", "-1", "it must be a whole number from 1 to 100"),
        ("--verify-command", " ", "it must not be empty"),
    ] {
        let refused = parse(&["run", "-s", "a.py", flag, value]).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ValueValidation);
        assert!(refused.to_string().contains(reason), "{refused}");
    }
}

#[test]
fn every_flag_of_a_run_is_understood() {
    let args = start(&[
        "--sources",
        "a.py",
        "b.py",
        "--eval-command",
        "make",
        "--metric",
        " mean latency ",
        "--goal",
        "MAX",
        "--steps",
        "7",
        "--model",
        "openai/gpt-5.4",
        "--additional-instructions",
        "notes.md",
        "--log-dir",
        "logs",
        "--save-logs",
        "--eval-timeout",
        "60",
        "--apply-change",
        "--output",
        "plain",
        "--daemon",
        "--seed",
        "3",
        "--api-key",
        "openai=a",
        "gemini=b",
        "--api-key",
        "anthropic=c",
    ]);
    assert_eq!(args.sources, ["a.py", "b.py"]);
    assert_eq!(args.metric.as_deref(), Some("mean latency"));
    assert_eq!(args.goal, Some(GoalArg::Maximize));
    assert_eq!((args.steps, args.eval_timeout, args.seed), (7, Some(60), Some(3)));
    assert_eq!(args.model, Some(Models(vec!["openai/gpt-5.4".to_owned()])));
    assert_eq!((args.end.output, args.end.daemon), (OutputArg::Plain, true));
    let keys: Vec<_> = args.keys.api_keys.iter().map(|key| (key.provider, key.key.as_str())).collect();
    assert_eq!(keys, [("openai", "a"), ("gemini", "b"), ("anthropic", "c")]);
}

#[test]
fn each_goal_has_a_short_and_a_long_name() {
    for (word, goal) in [
        ("maximize", GoalArg::Maximize),
        ("max", GoalArg::Maximize),
        ("minimize", GoalArg::Minimize),
        ("min", GoalArg::Minimize),
    ] {
        assert_eq!(start(&["-g", word]).goal, Some(goal), "{word}");
    }
}

#[test]
fn what_evaluates_is_understood() {
    assert_eq!(start(&["-s", "a.py"]).backend, BackendArgs::default());
    assert_eq!(start(&["-s", "a.py", "--eval-backend", "shell"]).backend, BackendArgs::default());
    let line = ["--eval-backend", "langsmith", "--langsmith-splits", "train", "test", "-s", "a.py"];
    let more = ["--langsmith-dashboard-evaluator-timeout", "-1", "--langsmith-splits", "more"];
    let given = start(&[&line[..], &more].concat()).backend;
    assert_eq!(given.backend, Some("langsmith"));
    let setting = |name, values: &[&str]| GivenSetting {
        backend: "langsmith",
        name,
        values: values.iter().map(|&value| value.to_owned()).collect(),
    };
    let splits = setting("splits", &["train", "test", "more"]);
    assert_eq!(given.settings, [splits, setting("dashboard-evaluator-timeout", &["-1"])]);
}

#[test]
fn a_backends_malformed_values_are_refused_by_their_flags() {
    for (flag, value, reason) in [
        ("--eval-backend", "braintrust", "[possible values: shell, langsmith, langfuse]"),
        ("--langfuse-target", "app.py", "must have the form module:function, such as app:answer"),
        ("--langfuse-summary", "sum", "[possible values: mean, median, min, max]"),
        ("--langsmith-max-examples", "0", "must be a whole number from 1"),
        ("--langsmith-dataset", " ", "must not be empty"),
    ] {
        let refused = parse(&["run", "-s", "a.py", flag, value]).unwrap_err().to_string();
        assert!(refused.contains(reason) && refused.contains(flag), "{refused}");
    }
}

#[test]
fn malformed_values_are_told_apart() {
    let cases: [&[&str]; 12] = [
        &["run", "-s", "a.py", "-n", "0"],
        &["run", "-s", "a.py", "-n", "-1"],
        &["run", "-s", "a.py", "-n", "many"],
        &["run", "-s", "a.py", "-c", " "],
        &["run", "-s", "a.py", "-m", ""],
        &["run", "-s", "a.py", "-m", "a\nb"],
        &["run", "-s", "a.py", "-g", "up"],
        &["run", "-s", "a.py", "--eval-timeout", "0"],
        &["run", "-s", "a.py", "--output", "json"],
        &["run", "-s", "a.py", "--sources", "b.py"],
        &["resume", "-n", "5"],
        &["resume", "0002", "--api-key", "openai"],
    ];
    let mut text = String::new();
    for line in cases {
        let error = parse(line).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{line:?}");
        text += &format!("$ weco {}\n{}\n", line.join(" ").escape_debug(), error.to_string().trim_end());
    }
    insta::assert_snapshot!("malformed_values", text);
}

#[test]
fn runs_are_listed_or_pruned() {
    let runs = |line: &[&str]| match parse(&[&["runs"], line].concat()).unwrap().verb {
        Verb::Runs(runs) => runs,
        verb => panic!("{verb:?}"),
    };
    let list = runs(&["-n", "5", "--status", "running", "error", "--directory", "."]).list;
    assert_eq!((list.limit, list.directory.as_deref()), (Some(5), Some(".")));
    assert_eq!(list.status, [StatusArg::Running, StatusArg::Error]);
    assert_eq!((runs(&[]).list.limit, runs(&[]).list.format), (None, FormatArg::Table));
    let Some(RunsVerb::Prune(prune)) = runs(&["prune", "--older-than", "2w", "-y"]).verb else { panic!() };
    assert_eq!((prune.older_than, prune.keep, prune.yes), (Some(1_209_600), None, true));
    for age in ["30", "d", "-1d", "1y", "99999999999999999999w", ""] {
        assert!(parse(&["runs", "prune", "--older-than", age]).is_err(), "{age}");
    }
}

#[test]
fn a_key_on_the_command_line_is_refused_and_not_repeated() {
    let secret = "hunter22-hunter22";
    let given = format!("openai={secret}");
    for line in [
        &["keys", "set", "openai", secret][..],
        &["keys", "set", "openai", "a", secret],
        &["keys", "set", secret],
        &["keys", "set", &given],
        &["keys", "set", "opnai", secret],
        &["keys", "remove", secret],
    ] {
        let error = parse(line).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{line:?}");
        let text = error.to_string();
        assert!(text.contains("\n  try: ") && !text.contains("hunter22"), "{text}");
    }
    let text = parse(&["keys", "set", "openai", secret]).unwrap_err().to_string();
    assert!(text.contains("printf %s \"$KEY\" | weco keys set openai"), "{text}");
    assert!(parse(&["keys", "set", "opnai"]).unwrap_err().to_string().ends_with("try: openai\n"));
}

#[test]
fn help_is_as_recorded() {
    for (name, line) in [
        ("help", &["--help"][..]),
        ("help_run", &["run", "--help"]),
        ("help_run_short", &["run", "-h"]),
        ("help_run_derive", &["run", "derive", "--help"]),
        ("help_results", &["run", "results", "--help"]),
        ("help_run_export", &["run", "export", "--help"]),
        ("help_import", &["import", "--help"]),
        ("help_diff", &["run", "diff", "--help"]),
        ("help_resume", &["resume", "--help"]),
        ("help_daemon", &["daemon", "--help"]),
        ("help_runs", &["runs", "--help"]),
        ("help_runs_prune", &["runs", "prune", "--help"]),
        ("help_keys", &["keys", "--help"]),
        ("help_keys_set", &["keys", "set", "--help"]),
    ] {
        let help = parse(line).unwrap_err();
        assert_eq!(help.exit_code(), 0);
        // clap fills up blank lines within an entry.
        let text: Vec<_> = help.to_string().lines().map(|line| line.trim_end().to_owned()).collect();
        insta::assert_snapshot!(name, text.join("\n"));
    }
}
