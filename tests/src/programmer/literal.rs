//! Numbers in a Python file, and other numbers in their place.

use std::f64::consts::TAU;
use std::ops::Range;

use rand::{Rng, RngExt};

/// Whole numbers up to this one are most often structure, not parameters.
const STRUCTURE: f64 = 2.0;

/// Numbers below this one are most often guards against rounding.
const GUARD: f64 = 1e-5;

/// Spread of the factor by which a number is changed, as a logarithm: a third of the changes are by more than 1.8.
const SPREAD: f64 = 0.6;

/// Where the numbers are that look like parameters; none in texts and comments.
pub(super) fn parameters(source: &str) -> Vec<Range<usize>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(c) = source[at..].chars().next() {
        let rest = &source[at..];
        let length = if c == '#' {
            rest.find('\n').unwrap_or(rest.len())
        } else if c == '"' || c == '\'' {
            text_length(rest)
        } else if c.is_alphabetic() || c == '_' {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
        } else if c.is_ascii_digit() {
            let length = number_length(rest);
            found.push(at..at + length);
            length
        } else {
            c.len_utf8()
        };
        at += length;
    }
    found.retain(|range| is_parameter(&source[range.clone()]));
    found
}

fn is_parameter(number: &str) -> bool {
    let is_whole = number.bytes().all(|byte| byte.is_ascii_digit());
    number.parse().is_ok_and(|value: f64| value > if is_whole { STRUCTURE } else { GUARD })
}

/// The length of a text that begins here, quotes included.
fn text_length(rest: &str) -> usize {
    let quote =
        ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| rest.starts_with(quote)).unwrap_or("\"");
    rest[quote.len()..].find(quote).map_or(rest.len(), |inner| inner + 2 * quote.len())
}

fn number_length(rest: &str) -> usize {
    let mut before = ' ';
    let ends = |c: char| {
        let is_sign = matches!(c, '+' | '-') && matches!(before, 'e' | 'E');
        before = c;
        !(c.is_ascii_alphanumeric() || c == '.' || is_sign)
    };
    rest.find(ends).unwrap_or(rest.len())
}

/// A number like this one, but another.
pub(super) fn changed(number: &str, rng: &mut dyn Rng) -> String {
    let value: f64 = number.parse().unwrap_or(1.0);
    let other = value * (SPREAD * normal(rng)).exp();
    if number.bytes().all(|byte| byte.is_ascii_digit()) {
        let other = other.round().max(1.0);
        return format!("{}", if other == value { value + 1.0 } else { other });
    }
    let text = format!("{other:.3}");
    if text == number || text.parse() == Ok(0.0) { format!("{other:e}") } else { text }
}

/// A draw from the standard normal distribution (Box and Muller, 1958).
fn normal(rng: &mut dyn Rng) -> f64 {
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    radius * (TAU * rng.random::<f64>()).cos()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn parameters_are_numbers_of_code_that_are_no_structure() {
        let source =
            "\"\"\"Takes 30.\"\"\"\nK = 12  # weco: 5..40\nx1 = a[1] + 0.5 * 1e-9 - 1.5e-2 + f('7', 3)\n";
        let found: Vec<&str> = parameters(source).into_iter().map(|range| &source[range]).collect();
        assert_eq!(found, ["12", "0.5", "1.5e-2", "3"]);
    }

    #[test]
    fn a_changed_number_is_another_of_its_kind() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for _ in 0..200 {
            let whole = changed("3", &mut rng);
            assert!(whole != "3" && whole.parse::<u32>().is_ok_and(|value| value > 0), "{whole}");
            let real = changed("0.001", &mut rng);
            assert!(real != "0.001" && real.parse::<f64>().is_ok_and(|value| value > 0.0), "{real}");
        }
    }
}
