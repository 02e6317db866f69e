//! The simulated evaluation: what the user's command prints, and what that comes to.

use weco_core::event::{Exit, Outcome, Verdict};
use weco_core::{metric, spread};

use super::channel::Channel;
use super::spec::METRIC;
use super::store::Store;

/// The outcome of an evaluation that has measured this, once for each run of the command; nothing if the first failed.
pub(super) fn outcome(measured: &[f64], channel: Channel, store: &mut Store) -> Outcome {
    let (runs, output) = match channel {
        Channel::Text => read(measured),
        Channel::Direct => (measured.iter().copied().map(Ok).collect(), String::new()),
    };
    let samples: Result<Vec<f64>, Verdict> = runs.into_iter().collect();
    let (verdict, samples) = match samples {
        Ok(samples) => (verdict(&samples), samples),
        Err(buggy) => (buggy, Vec::new()),
    };
    let exit = Exit::Code { code: i32::from(samples.is_empty()) };
    let output_tail = output.clone();
    let output = store.put(output);
    Outcome { verdict, exit, duration_ms: 1_000, output, output_tail, samples, verified: false, report: None }
}

/// What runs of the command print and what is found in it; with the last one's output.
fn read(measured: &[f64]) -> (Vec<Result<f64, Verdict>>, String) {
    if measured.is_empty() {
        let output = print(None);
        return (vec![judge(&output)], output);
    }
    let outputs: Vec<String> = measured.iter().map(|score| print(Some(*score))).collect();
    (
        outputs.iter().map(|output| judge(output)).collect(),
        outputs.into_iter().next_back().unwrap_or_default(),
    )
}

/// What the command prints: progress with other numbers in it, then the metric or a traceback.
fn print(measured: Option<f64>) -> String {
    let Some(score) = measured else {
        return "loading 3 shards ... done in 0.8s\nTraceback (most recent call last):\n  File \"evaluate.py\", line 31, \
                in <module>\n    answer = solve(case)\nValueError: case 17 of 1,284 is not answered\n"
            .to_owned();
    };
    let early = 0.5 * score;
    format!(
        "loading 3 shards ... done in 0.8s\nround 1/2: score so far {early:?} (412 cases, 1.9s)\nround 2/2: 1,284 \
         cases, 0 failures\nbaseline_score: 0.25\nscore: {score:?}\nwrote 2 files in 0.1s\n"
    )
}

/// The metric in a printed output, by the core's own finder.
fn judge(output: &str) -> Result<f64, Verdict> {
    metric::find(output, METRIC)
        .map_err(|missing| Verdict::Buggy { reason: missing.to_string(), hint: missing.hint() })
}

/// What the metrics of all runs come to; without any, it does not work.
fn verdict(samples: &[f64]) -> Verdict {
    match spread::mean(samples) {
        Some(metric) => Verdict::Good { metric },
        None => Verdict::Buggy { reason: "it does not work".to_owned(), hint: String::new() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_metric_is_found_in_what_is_printed_to_the_last_bit() {
        for score in [0.1 + 0.2, -1.5, 9.999_999_999_999_998, 0.0, 1e-9, -2.5e-17] {
            assert_eq!(judge(&print(Some(score))), Ok(score));
        }
    }

    #[test]
    fn a_traceback_has_no_metric() {
        assert!(matches!(judge(&print(None)), Err(Verdict::Buggy { .. })));
    }
}
