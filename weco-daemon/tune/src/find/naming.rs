//! What names and values say about a literal: constants by their capitals, structure by its size.

use super::Kind;
use crate::literal::Tier;
use crate::number::Number;

/// Names whose value is not a matter of tuning, in full,
const FIXED_NAMES: [&str; 14] = [
    "axis", "dim", "dims", "ndim", "ndmin", "id", "port", "indent", "year", "month", "day", "errno", "file",
    "end",
];
/// and words that make any name one of them.
const FIXED_WORDS: [&str; 5] = ["seed", "version", "license", "copyright", "uuid"];

/// Functions whose arguments are not a matter of tuning.
const FIXED_CALLS: [&str; 20] = [
    "print",
    "println",
    "eprintln",
    "eprint",
    "printf",
    "fprintf",
    "format",
    "seed",
    "srand",
    "exit",
    "_exit",
    "abort",
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "log",
    "panic",
    "manual_seed",
    "default_rng",
];

/// Whether a name is a constant's: capitals, with at least one letter.
pub(super) fn is_constant(name: &str) -> bool {
    name.chars().any(char::is_alphabetic) && !name.chars().any(char::is_lowercase)
}

/// Whether a name is of something that is not to be tuned.
pub(super) fn is_fixed(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let dunder = name.starts_with("__") && name.ends_with("__");
    dunder || FIXED_NAMES.contains(&lower.as_str()) || FIXED_WORDS.iter().any(|word| lower.contains(word))
}

/// Whether a function's arguments are not to be tuned.
pub(super) fn is_fixed_call(name: &str) -> bool {
    FIXED_CALLS.contains(&name) || name.starts_with("assert")
}

/// A literal's place in the code, as far as it matters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place {
    /// How promising the place is.
    pub(super) tier: Tier,
    /// Whether the literal is all of what is bound there, not an operand or an argument.
    pub(super) direct: bool,
    /// Whether what it is bound to is known to be a setting, by its capitals or its syntax.
    pub(super) setting: bool,
}

/// The tier of a literal of some kind in some place; `None` for structure: counters that start at
/// nought, offsets by one, halves and squares, masks, flags of the control flow.
pub(super) fn tier(kind: Kind, radix: bool, place: Place) -> Option<Tier> {
    let tunable = match kind {
        Kind::Number(_) if radix => false,
        Kind::Number(Number::Int(int)) if place.setting && place.direct => int.unsigned_abs() < 1 << 40,
        Kind::Number(Number::Int(int)) if place.direct && place.tier < Tier::Expression => {
            !(-1..=1).contains(&int)
        }
        Kind::Number(Number::Int(int)) => !(-2..=2).contains(&int),
        Kind::Number(Number::Float(_)) if place.setting && place.direct => true,
        Kind::Number(Number::Float(float)) if place.direct && place.tier < Tier::Expression => float != 0.0,
        Kind::Number(Number::Float(float)) => ![0.0, 1.0, 2.0].contains(&float.abs()),
        Kind::Bool => place.setting && place.direct,
        Kind::Text => false,
    };
    tunable.then_some(place.tier)
}
