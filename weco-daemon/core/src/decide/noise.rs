//! What a noisy metric means for a run, said when it is found out and recorded when the best changes by it.

use super::recheck;
use super::rules::{Step, Turn};
use crate::event::RunEvent;
use crate::run::NodeId;
use crate::spread;
use crate::state::RunState;

/// Runs that are recommended where one is not enough.
const RECOMMENDED_REPEATS: u32 = 3;

impl Turn<'_> {
    /// After a result: records which version is now the best, where that does not follow from the result alone.
    pub(super) fn weigh(&mut self) -> Step {
        let best = self.state.best();
        if !self.state.is_weighed() || self.state.weighed() == Some(best) {
            return Ok(());
        }
        self.emit(RunEvent::Weighed { best })
    }

    /// Once the user's own code is measured: says that the metric is noisy, if it is.
    pub(super) fn warn_of_noise(&mut self) -> Step {
        match warning(self.state) {
            Some(message) => self.emit(RunEvent::Warned { message }),
            None => Ok(()),
        }
    }
}

/// What is said of a noisy metric, once.
fn warning(state: &RunState) -> Option<String> {
    let samples = &state.tree().get(NodeId::BASELINE)?.samples;
    let deviation = spread::deviation(samples).filter(|deviation| *deviation > 0.0)?;
    let size = spread::mean(samples)?.abs();
    let amount = if size > 0.0 { format!("{} %", short(deviation / size * 100.0)) } else { short(deviation) };
    let again = if recheck::kept(state.steps()) > 0 && !state.spec().require_review {
        ", and the last steps measure the best ones again"
    } else {
        ""
    };
    let more = match state.spec().measurement.repeats {
        None => format!("; --eval-repeats {RECOMMENDED_REPEATS} measures each version more often"),
        Some(_) => String::new(),
    };
    let count = samples.len();
    Some(format!(
        "the metric is noisy: ±{amount} between {count} runs of the same code. Of versions measured differently often, \
         one is better only by a clear margin{again}{more}"
    ))
}

/// Two significant digits.
fn short(value: f64) -> String {
    const SMALLEST_WRITTEN_OUT: f64 = 1e-4;
    let decimals = match value {
        _ if value < SMALLEST_WRITTEN_OUT => return format!("{value:.1e}"),
        _ if value < 0.01 => 4,
        _ if value < 0.1 => 3,
        _ if value < 1.0 => 2,
        _ if value < 10.0 => 1,
        _ => 0,
    };
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn two_digits_are_enough() {
        for (value, text) in [
            (0.000_05, "5.0e-5"),
            (0.0123, "0.012"),
            (0.5, "0.50"),
            (1.234, "1.2"),
            (12.6, "13"),
            (150.0, "150"),
        ] {
            assert_eq!(short(value), text);
        }
    }
}
