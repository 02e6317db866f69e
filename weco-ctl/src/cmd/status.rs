//! `weco run status` and `weco run stop`: a run in short, as JSON.

use std::process::ExitCode;
use std::time::Duration;

use serde::Serialize;
use tonic::Code;
use weco_proto::v1::{GetRunRequest, RunStatus, RunSummary, StopRunRequest};

use super::ask::{incomplete, within};
use super::node_json::BestSpreadJson;
use super::status_json::{StatusJson, status_word};
use super::{json, look};
use crate::cli::{StatusArgs, StopArgs};
use crate::daemon::Daemon;
use crate::error::Error;
use crate::ui::format::{exact, short_id, spread};

/// Longest wait for an answer that the daemon has at hand.
const ANSWER_DEADLINE: Duration = Duration::from_secs(10);

/// Longest wait for a run to stop: its evaluation has a grace period, and sources are restored.
const STOP_DEADLINE: Duration = Duration::from_secs(60);

/// `weco run status`.
pub(super) async fn status(args: StatusArgs) -> Result<ExitCode, Error> {
    if args.lineage {
        return look::lineage_status(args.run).await;
    }
    let run = find(&Daemon::from_env()?, &args.run.run_id).await?;
    json::print(&StatusJson::from(&run))
}

/// `weco run stop`: returns when nothing of the run is under way any more.
pub(super) async fn stop(args: StopArgs) -> Result<ExitCode, Error> {
    let daemon = Daemon::from_env()?;
    let before = find(&daemon, &args.run.run_id).await?;
    let mut client = daemon.connect_or_start().await?;
    let request = within(
        STOP_DEADLINE,
        StopRunRequest { run_id: before.run_id.clone(), force: args.force, wait: true },
    );
    client.stop_run(request).await.map_err(|status| still_stopping(status, &before.run_id))?;
    let run = find(&daemon, &before.run_id).await?;
    json::print(&Stopped::new(&before, &run))
}

fn still_stopping(status: tonic::Status, run_id: &str) -> Error {
    match status.code() {
        Code::DeadlineExceeded | Code::Cancelled => {
            let seconds = STOP_DEADLINE.as_secs();
            Error::failure(format!("the run has not stopped within {seconds} s; it is still asked to"))
                .hint(format!("weco run stop {} --force", short_id(run_id)))
        }
        _ => status.into(),
    }
}

/// The run that a beginning of its id means.
pub(super) async fn find(daemon: &Daemon, prefix: &str) -> Result<RunSummary, Error> {
    let mut client = daemon.connect_or_start().await?;
    let request = within(ANSWER_DEADLINE, GetRunRequest { run_id: prefix.to_owned() });
    let run = client.get_run(request).await?.into_inner().run;
    run.ok_or_else(|| incomplete("no run"))
}

/// What came of a stop.
#[derive(Serialize, PartialEq, Debug)]
struct Stopped<'a> {
    run_id: &'a str,
    status: &'static str,
    best_metric: Option<f64>,
    best_step: Option<u32>,
    message: String,
    #[serde(flatten)]
    best_spread: BestSpreadJson,
}

impl<'a> Stopped<'a> {
    fn new(before: &RunSummary, run: &'a RunSummary) -> Self {
        Self {
            run_id: &run.run_id,
            status: status_word(run.status()),
            best_metric: run.best_metric,
            best_step: run.best_step,
            message: format!("{}; {}", what_happened(before, run), best(run)),
            best_spread: run.best.as_ref().into(),
        }
    }
}

fn what_happened(before: &RunSummary, run: &RunSummary) -> String {
    match (before.status(), run.status()) {
        (RunStatus::Running | RunStatus::Stopping, RunStatus::Terminated) => "the run is stopped".to_owned(),
        (RunStatus::Running | RunStatus::Stopping, status) => {
            format!("the run ended by itself meanwhile ({})", status_word(status))
        }
        (_, status) => format!("the run had ended already ({})", status_word(status)),
    }
}

fn best(run: &RunSummary) -> String {
    let spread = run.best.as_ref().map_or_else(String::new, |best| spread(best.sd, best.count));
    match (run.best_step, run.best_metric) {
        (Some(0), Some(metric)) => {
            let first =
                if run.derived_from.is_some() { "step 0, which it began from" } else { "the baseline" };
            format!("nothing beat {first}, {} {}{spread}", run.metric, exact(metric))
        }
        (Some(step), Some(metric)) => {
            format!("its best is step {step}, {} {}{spread}", run.metric, exact(metric))
        }
        _ => "no version has worked yet".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use weco_proto::v1::Spread;

    use super::*;

    fn run(status: RunStatus, best: Option<(u32, f64)>) -> RunSummary {
        RunSummary {
            run_id: "0002e071".into(),
            metric: "speedup".into(),
            status: status.into(),
            best_step: best.map(|(step, _)| step),
            best_metric: best.map(|(_, metric)| metric),
            ..RunSummary::default()
        }
    }

    #[test]
    fn a_stop_says_what_happened_and_what_was_best() {
        use RunStatus::{Completed, Running, Terminated};
        for (before, after, best, message) in [
            (Running, Terminated, Some((7, 3.5)), "the run is stopped; its best is step 7, speedup 3.5"),
            (
                Running,
                Terminated,
                Some((0, 1.0)),
                "the run is stopped; nothing beat the baseline, speedup 1.0",
            ),
            (
                Running,
                Completed,
                None,
                "the run ended by itself meanwhile (completed); no version has worked yet",
            ),
            (
                Terminated,
                Terminated,
                None,
                "the run had ended already (terminated); no version has worked yet",
            ),
        ] {
            let after = run(after, best);
            assert_eq!(Stopped::new(&run(before, None), &after).message, message);
        }
        let spread = Spread { metric: 3.5, sd: Some(0.25), count: 3 };
        let noisy = RunSummary { best: Some(spread), ..run(Terminated, Some((7, 3.5))) };
        let stopped = Stopped::new(&run(Running, None), &noisy);
        assert_eq!(stopped.message, "the run is stopped; its best is step 7, speedup 3.5 ± 0.25 (3)");
        let json = serde_json::to_value(&stopped).unwrap();
        assert_eq!((&json["best_metric_sd"], &json["best_metric_count"]), (&0.25.into(), &3.into()));
        let derived_from = Some(weco_proto::v1::DerivedFrom::default());
        let derived = RunSummary { derived_from, ..run(Terminated, Some((0, 1.0))) };
        let message = "the run is stopped; nothing beat step 0, which it began from, speedup 1.0";
        assert_eq!(Stopped::new(&run(Running, None), &derived).message, message);
    }
}
