use proptest::prelude::*;
use weco_proto::v1::{Goal, RunStatus, RunSummary, Spread, Usage};

use super::*;
use crate::ui::format::width;

const NOW: i64 = 1_790_000_000_000;

fn run(id: &str, name: &str, status: RunStatus) -> RunSummary {
    RunSummary {
        run_id: format!("{id}-1b67-411f-a514-36947f0c4b31"),
        name: name.into(),
        directory: "/home/ada/projects/kernels".into(),
        sources: vec!["kernels/rows.py".into()],
        metric: "speedup".into(),
        goal: Goal::Maximize.into(),
        model: "anthropic/claude-opus-4-5".into(),
        status: status.into(),
        steps_done: 12,
        steps: 50,
        baseline_metric: Some(1.0),
        best_step: Some(9),
        best_metric: Some(3.41),
        usage: Some(Usage { input_tokens: 620_000, output_tokens: 131_000 }),
        created_at_ms: NOW - 420_000,
        ..Default::default()
    }
}

fn runs() -> Vec<RunSummary> {
    let minimize = Goal::Minimize.into();
    vec![
        run("0002e071", "swift-heron", RunStatus::Running),
        RunSummary {
            goal: minimize,
            best_metric: Some(0.912),
            baseline_metric: Some(0.9135),
            directory: "/home/ada/projects/kernels/deep/down/in/the/tree".into(),
            created_at_ms: NOW - 7_300_000,
            ..run("5f0c2a11", "calm-otter", RunStatus::Completed)
        },
        RunSummary {
            best_step: Some(0),
            best_metric: Some(1.0),
            baseline: Some(Spread { metric: 1.0, sd: Some(0.05), count: 2 }),
            model: "builtin".into(),
            directory: "/home/ada".into(),
            created_at_ms: NOW - 5_000,
            ..run("77aa0b12", "a-name-of-unusual-length", RunStatus::Stopping)
        },
        RunSummary {
            baseline_metric: None,
            best_metric: None,
            best_step: None,
            directory: "/home/ada/other".into(),
            created_at_ms: NOW - 40 * 86_400_000,
            ..run("9be34d55", "brave-newt", RunStatus::Error)
        },
        RunSummary {
            directory: "/srv/builds/\u{1b}[31mred".into(),
            ..run("a0c1d2e3", "idle-lark", RunStatus::Terminated)
        },
        run("b7777777", "shy-wren", RunStatus::Interrupted),
        RunSummary {
            run_id: "c0ffee00-1b67-411f-a514-36947f0c4b31".into(),
            status: RunStatus::Error.into(),
            ..Default::default()
        },
    ]
}

fn place(columns: Option<usize>) -> Place {
    Place { columns, here: "/home/ada/projects/kernels".into(), home: "/home/ada".into(), now_ms: NOW }
}

#[test]
fn eighty_columns() {
    insta::assert_snapshot!(table(&runs(), &place(Some(80))));
}

#[test]
fn a_wide_terminal() {
    insta::assert_snapshot!(table(&runs(), &place(Some(140))));
}

#[test]
fn a_narrow_terminal() {
    insta::assert_snapshot!(table(&runs(), &place(Some(44))));
}

#[test]
fn no_terminal() {
    insta::assert_snapshot!(table(&runs(), &place(None)));
}

proptest! {
    #[test]
    fn any_width_is_kept(columns in 0usize..200, name in any::<String>(), directory in any::<String>()) {
        let run = RunSummary { name, directory, ..run("0002e071", "", RunStatus::Interrupted) };
        for line in table(&[run], &place(Some(columns))).lines() {
            prop_assert!(width(line) <= columns, "{}: {}", columns, line);
        }
    }
}
