//! What one run of the command comes to.

use weco_core::event::{Exit, Verdict};
use weco_core::metric;

/// What to do about a baseline whose command fails.
const SEE_TO_IT: &str = "run the command by hand in this directory until it prints the metric";

/// A printed metric counts however the command exited; a timeout never does.
pub(super) fn verdict(output: &str, name: &str, exit: Exit) -> Verdict {
    if let Exit::TimedOut { limit_seconds } = exit {
        let reason = format!("the evaluation timed out after {limit_seconds} s");
        return Verdict::Buggy {
            reason,
            hint: "allow more with --eval-timeout, or make it quicker".to_owned(),
        };
    }
    let missing = match metric::find(output, name) {
        Ok(metric) => return Verdict::Good { metric },
        Err(missing) => missing,
    };
    let (reason, hint) = match exit {
        Exit::Code { code: 0 } | Exit::TimedOut { .. } => return missing_metric(&missing),
        Exit::Code { code } => (format!("the command failed with exit code {code}; {missing}"), SEE_TO_IT),
        Exit::Signal { signal } => {
            (format!("the command was ended by signal {signal}; {missing}"), SEE_TO_IT)
        }
    };
    Verdict::Buggy { reason, hint: hint.to_owned() }
}

fn missing_metric(missing: &metric::NotFound) -> Verdict {
    Verdict::Buggy { reason: missing.to_string(), hint: missing.hint() }
}

/// How a command ended, in words.
pub(super) fn ending(exit: Exit) -> String {
    match exit {
        Exit::Code { code } => format!("exit code {code}"),
        Exit::Signal { signal } => format!("ended by signal {signal}"),
        Exit::TimedOut { limit_seconds } => format!("timed out after {limit_seconds} s"),
    }
}
