//! Which kinds of solution there are already.

use std::fmt::Write;

use super::bounds::{MAX_APPROACHES, MAX_TRIED_CHARS};
use super::brief::{Approach, Brief};
use super::history::node;
use super::text::one_line;
use crate::event::Stage;

/// The section on approaches, for a proposal that is to be another one; empty if there are none.
pub(super) fn section(brief: &Brief) -> String {
    let wants_another = matches!(brief.stage, Stage::Draft | Stage::Leap);
    if !wants_another || brief.approaches.is_empty() {
        return String::new();
    }
    let mut text = "# Approaches so far\n\n".to_owned();
    let first = brief.approaches.len().saturating_sub(MAX_APPROACHES);
    for approach in &brief.approaches[first..] {
        let _ = writeln!(text, "{}", entry(approach));
    }
    text.push('\n');
    text
}

fn entry(approach: &Approach) -> String {
    let plan = one_line(&approach.plan, MAX_TRIED_CHARS);
    let plan = if plan.is_empty() { "as the user gave it" } else { plan.as_str() };
    let steps = match approach.steps {
        1 => "1 step".to_owned(),
        steps => format!("{steps} steps"),
    };
    let result = match (approach.best, &approach.failure) {
        (Some(best), _) => format!("best {best:?} in {steps}"),
        (None, Some(failure)) => format!("nothing works in {steps}: {}", one_line(failure, MAX_TRIED_CHARS)),
        (None, None) => format!("no result yet, {steps}"),
    };
    format!("- {}: {plan} => {result}", node(approach.founder))
}
