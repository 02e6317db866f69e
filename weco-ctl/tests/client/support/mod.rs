//! A client's surroundings: its places, its project, a program `weco-daemon`, and a daemon that is a fake.

mod client;
mod fake;
mod home;
mod screen;
mod tree;

pub(crate) use client::Client;
pub(crate) use fake::{Call, Fake, Script, Then, Watched};
pub(crate) use home::{Home, text};
pub(crate) use screen::Screen;
pub(crate) use tree::{DERIVED, nodes, runs};

use weco_proto::v1::{
    Goal, RunCreated, RunEnded, RunResumed, RunStatus, RunUpdate, StepEvaluated, run_update::Update,
};

/// The id of every run here.
pub(crate) const RUN: &str = "0002e071-1b67-411f-a514-36947f0c4b31";

/// The id of step 1's node.
pub(crate) const NODE: &str = "1a2b3c4d-1b67-511f-a514-36947f0c4b31";

/// An event number `seq`.
pub(crate) fn event(seq: u64, update: Update) -> RunUpdate {
    RunUpdate { seq, at_ms: 1_700_000_000_000 + i64::try_from(seq).unwrap(), update: Some(update) }
}

/// Event 1 of a run in `home`.
pub(crate) fn created(home: &Home) -> RunUpdate {
    let project = home.project();
    event(
        1,
        Update::Created(RunCreated {
            run_id: RUN.into(),
            run_name: "swift-heron".into(),
            directory: project.display().to_string(),
            sources: vec!["model.py".into()],
            eval_command: "python model.py".into(),
            metric: "speedup".into(),
            goal: Goal::Maximize.into(),
            steps: 2,
            model: "builtin".into(),
            log_dir: project.join(".runs").display().to_string(),
            ..Default::default()
        }),
    )
}

/// A step that worked.
pub(crate) fn measured(seq: u64, step: u32, metric: f64) -> RunUpdate {
    let evaluated =
        StepEvaluated { step, metric: Some(metric), exit_code: Some(0), is_best: true, ..Default::default() };
    event(seq, Update::Evaluated(evaluated))
}

/// The end of a run whose best is step `best`.
pub(crate) fn ended(seq: u64, status: RunStatus, best: u32) -> RunUpdate {
    let ended = RunEnded {
        status: status.into(),
        reason: "the reason".into(),
        hint: String::new(),
        baseline_failed: false,
        best_step: Some(best),
        best_metric: Some(2.0),
        edited: Vec::new(),
        ..RunEnded::default()
    };
    event(seq, Update::Ended(ended))
}

/// A run goes on.
pub(crate) fn resumed(seq: u64) -> RunUpdate {
    event(seq, Update::Resumed(RunResumed { steps: 2 }))
}
