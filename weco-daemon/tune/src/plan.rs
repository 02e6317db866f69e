//! Says in words what a version changes.

use crate::literal::Literal;
use crate::search::Draw;

/// More changes than this are counted rather than listed.
const MAX_LISTED: usize = 6;

/// What a draw changes, in one sentence.
pub(crate) fn describe(literals: &[Literal], draw: &Draw) -> String {
    let changed =
        literals.iter().zip(draw.origin.iter().zip(&draw.values)).filter(|(_, (old, new))| old != new);
    let changes: Vec<String> = changed
        .map(|(literal, (old, new))| {
            format!("{} {} → {}", label(literal, literals), literal.write(*old), literal.write(*new))
        })
        .collect();
    let list = match changes.as_slice() {
        [] => "the literals anew".to_owned(),
        [only] => only.clone(),
        [head @ .., last] if changes.len() <= MAX_LISTED => format!("{} and {last}", head.join(", ")),
        all => format!("{} and {} more", all[..MAX_LISTED].join(", "), all.len() - MAX_LISTED),
    };
    let origin = match draw.from {
        Some(0) => " (from the baseline)".to_owned(),
        Some(node) => format!(" (from step {node})"),
        None => String::new(),
    };
    format!("Set {list}{origin}")
}

/// The literal's name; with its place if another has the same.
fn label(literal: &Literal, literals: &[Literal]) -> String {
    let same = literals.iter().filter(|other| other.name == literal.name).count();
    if same > 1 {
        format!("{} ({}:{})", literal.name, literal.path, literal.line)
    } else {
        literal.name.clone()
    }
}
