//! The simulated evaluation: what the user's command prints, and what that comes to.

use weco_core::event::{Exit, Outcome, Verdict};
use weco_core::metric;

use super::channel::Channel;
use super::spec::METRIC;
use super::store::Store;

/// What is measured of a program: its quality and the error, or nothing if it does not work.
pub(super) type Measured = Option<f64>;

/// The outcome of an evaluation.
pub(super) fn outcome(measured: Measured, channel: Channel, store: &mut Store) -> Outcome {
    let (verdict, output) = match channel {
        Channel::Text => {
            let output = print(measured);
            (judge(&output), output)
        }
        Channel::Direct => (direct(measured), String::new()),
    };
    let exit = Exit::Code { code: i32::from(measured.is_none()) };
    let output_tail = output.clone();
    Outcome { verdict, exit, duration_ms: 1_000, output: store.put(output), output_tail }
}

/// What the command prints: progress with other numbers in it, then the metric or a traceback.
fn print(measured: Measured) -> String {
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

/// What a printed output comes to, by the core's own finder.
fn judge(output: &str) -> Verdict {
    match metric::find(output, METRIC) {
        Ok(metric) => Verdict::Good { metric },
        Err(missing) => Verdict::Buggy { reason: missing.to_string(), hint: missing.hint() },
    }
}

/// The same without printing.
fn direct(measured: Measured) -> Verdict {
    match measured {
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
            assert_eq!(judge(&print(Some(score))), Verdict::Good { metric: score });
        }
    }

    #[test]
    fn a_traceback_has_no_metric() {
        assert!(matches!(judge(&print(None)), Verdict::Buggy { .. }));
    }
}
