//! Says in words what a version changes.

use crate::literal::Literal;
use crate::search::Draw;

/// More changes than this are counted rather than listed.
const MAX_LISTED: usize = 6;

/// What a draw changes: `RATE 0.1 → 0.3 and DEPTH 4 → 6`.
pub(crate) fn describe(literals: &[Literal], draw: &Draw) -> String {
    let changed =
        literals.iter().zip(draw.origin.iter().zip(&draw.values)).filter(|(_, (old, new))| old != new);
    let changes: Vec<String> = changed
        .map(|(literal, (old, new))| {
            format!("{} {} → {}", label(literal, literals), literal.write(*old), literal.write(*new))
        })
        .collect();
    match changes.as_slice() {
        [] => "The literals anew".to_owned(),
        [only] => only.clone(),
        [head @ .., last] if changes.len() <= MAX_LISTED => format!("{} and {last}", head.join(", ")),
        all => format!("{} and {} more", all[..MAX_LISTED].join(", "), all.len() - MAX_LISTED),
    }
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
