//! `/metrics`, in Prometheus' text format (version 0.0.4).

use std::fmt::Write;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use weco_proto::v1;

use crate::api::{Api, RunJson, ask, error::ApiError, list};

/// What a scraper reads: the daemon, the number of runs by status, and the runs that go on.
pub(crate) async fn metrics(State(api): State<Api>) -> Result<impl IntoResponse, ApiError> {
    let status = api.service.status(ask(v1::StatusRequest {})).await?.into_inner();
    let runs = list(api.service.as_ref(), v1::ListRunsRequest::default()).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text(&status, &runs)))
}

fn text(status: &v1::StatusReply, runs: &[RunJson]) -> String {
    let mut text = String::new();
    let mut family =
        |name: &str, kind: &str, help: &str, samples: &mut dyn Iterator<Item = (String, f64)>| {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
            for (labels, value) in samples {
                let _ = writeln!(text, "{name}{labels} {value}");
            }
        };
    let mut info = std::iter::once((format!("{{version=\"{}\"}}", escaped(&status.version)), 1.0));
    family("weco_info", "gauge", "The daemon's version.", &mut info);
    let mut uptime = std::iter::once((String::new(), status.uptime_seconds as f64));
    family("weco_uptime_seconds", "gauge", "How long the daemon serves.", &mut uptime);
    let mut counts = STATUSES.iter().map(|status| {
        let count = runs.iter().filter(|run| run.status() == *status).count();
        (format!("{{status=\"{status}\"}}"), count as f64)
    });
    family("weco_runs", "gauge", "Runs by status.", &mut counts);
    let live: Vec<&RunJson> = runs.iter().filter(|run| run.is_live()).collect();
    for (name, kind, help, value) in OF_RUNS {
        let mut samples = live.iter().filter_map(|run| Some((labels(run), value(run)?)));
        family(name, kind, help, &mut samples);
    }
    text
}

const STATUSES: [&str; 6] = ["running", "stopping", "completed", "terminated", "error", "interrupted"];

type OfRun = (&'static str, &'static str, &'static str, fn(&RunJson) -> Option<f64>);

const OF_RUNS: [OfRun; 5] = [
    ("weco_run_steps", "gauge", "Steps that are done.", |run| Some(f64::from(run.steps_done()))),
    ("weco_run_best_metric", "gauge", "The best metric so far.", RunJson::best_metric),
    ("weco_run_baseline_metric", "gauge", "The baseline's metric.", RunJson::baseline_metric),
    ("weco_run_input_tokens_total", "counter", "Tokens of prompts.", |run| Some(run.tokens().0 as f64)),
    ("weco_run_output_tokens_total", "counter", "Tokens of replies.", |run| Some(run.tokens().1 as f64)),
];

fn labels(run: &RunJson) -> String {
    let (name, metric) = run.names();
    format!("{{run=\"{}\",name=\"{}\",metric=\"{}\"}}", run.run_id, escaped(name), escaped(metric))
}

/// A label's value as the format wants it.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_out_of_their_labels() {
        let run = v1::RunSummary {
            run_id: "r".into(),
            name: "n".into(),
            metric: "a\"b\\c\nd".into(),
            status: v1::RunStatus::Running.into(),
            steps_done: 3,
            best_metric: Some(1.5),
            ..v1::RunSummary::default()
        };
        let text = text(&v1::StatusReply::default(), &[run.into()]);
        assert!(text.contains("weco_runs{status=\"running\"} 1\n"), "{text}");
        assert!(
            text.contains("weco_run_best_metric{run=\"r\",name=\"n\",metric=\"a\\\"b\\\\c\\nd\"} 1.5\n"),
            "{text}"
        );
        assert!(!text.contains("baseline_metric{"), "what is not known is not told: {text}");
    }
}
