//! The values that a literal may take: as a comment gives them, or by its size when none does.

use crate::annotation::{Bounds, Spec};
use crate::find::{Found, Kind};
use crate::literal::{Domain, Scale, Value};
use crate::number::{self, Number, Style};

/// Without a comment, whole numbers may grow or shrink by this factor,
const INT_REACH: i64 = 16;
/// and real numbers by this one.
const FLOAT_REACH: f64 = 32.0;
/// A range of this ratio or more is spread by ratios unless its comment says `linear`.
const LOG_RATIO: f64 = 32.0;
/// A stepped or doubling range may have this many values: beyond, the step is beside the point.
const MAX_LISTED: f64 = 4096.0;

/// Names of quantities that never exceed one.
const FRACTIONS: [&str; 11] = [
    "prob",
    "dropout",
    "momentum",
    "ratio",
    "fraction",
    "share",
    "percentile",
    "quantile",
    "decay",
    "beta",
    "alpha",
];

/// A literal's values, and which one it has now.
pub(crate) type Ranged = (Domain, Value);

/// The domain that a comment gives; `Ok(None)` for a literal that it fixes.
///
/// # Errors
/// Says why the comment does not fit the literal.
pub(crate) fn annotated(spec: &Spec, found: &Found) -> Result<Option<Ranged>, String> {
    match spec {
        Spec::Fixed => Ok(None),
        Spec::Choices(items) => choices(items, found).map(Some),
        Spec::Range(bounds) => match found.kind {
            Kind::Number(now) => range(bounds, now, found).map(Some),
            Kind::Bool | Kind::Text => Err(format!("a range is for numbers, but {} is none", found.text)),
        },
    }
}

/// Whether a literal's present value is one that the comment speaks of.
pub(crate) fn speaks_of(spec: &Spec, found: &Found) -> bool {
    match (spec, found.kind) {
        (Spec::Fixed, _) => true,
        (Spec::Range(bounds), Kind::Number(now)) => {
            (bounds.low.as_f64()..=bounds.high.as_f64()).contains(&now.as_f64())
        }
        (Spec::Range(_), _) => false,
        (Spec::Choices(items), _) => items.iter().any(|item| is_item(item, found)),
    }
}

fn is_item(item: &str, found: &Found) -> bool {
    match found.kind {
        Kind::Number(now) => number::parse(item).is_some_and(|(number, _)| number.as_f64() == now.as_f64()),
        Kind::Bool => item == found.text,
        Kind::Text => requote(item, &found.text) == found.text,
    }
}

fn choices(items: &[String], found: &Found) -> Result<Ranged, String> {
    let mut texts: Vec<String> = Vec::with_capacity(items.len() + 1);
    for item in items {
        let text = match found.kind {
            Kind::Text => requote(item, &found.text),
            Kind::Number(_) | Kind::Bool if is_item(item, found) => found.text.clone(),
            Kind::Number(_) | Kind::Bool => item.clone(),
        };
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    // What stands there now is always a choice: it is the baseline.
    if !texts.contains(&found.text) {
        texts.insert(0, found.text.clone());
    }
    let numbers: Option<Vec<f64>> =
        texts.iter().map(|text| number::parse(text).map(|(n, _)| n.as_f64())).collect();
    let ordered = numbers.is_some();
    if let Some(numbers) = numbers {
        let mut pairs: Vec<(f64, String)> = numbers.into_iter().zip(texts).collect();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        texts = pairs.into_iter().map(|(_, text)| text).collect();
    }
    let now = texts.iter().position(|text| *text == found.text).unwrap_or_default();
    if texts.len() < 2 {
        Err("it leaves nothing to choose".to_owned())
    } else {
        Ok((Domain::Choice { texts, ordered }, Value::Choice(now)))
    }
}

/// An item of a list as it is written in a string's place: with the string's own prefix and quotes.
fn requote(item: &str, string: &str) -> String {
    let content = match item.as_bytes() {
        [first @ (b'"' | b'\''), .., last] if first == last => &item[1..item.len() - 1],
        _ => item,
    };
    let Some(at) = string.find(['"', '\'', '`']) else { return content.to_owned() };
    let quote = &string[at..=at];
    let raw = string[..at].contains(['r', 'R']);
    let content = if raw {
        content.to_owned()
    } else {
        content.replace('\\', "\\\\").replace(quote, &format!("\\{quote}"))
    };
    format!("{}{content}{quote}", &string[..=at])
}

fn range(bounds: &Bounds, now: Number, found: &Found) -> Result<Ranged, String> {
    let ratio = bounds.high.as_f64() / bounds.low.as_f64();
    let wide = bounds.low.as_f64() > 0.0 && ratio >= LOG_RATIO;
    let scale =
        bounds.scale.unwrap_or(if wide && bounds.step.is_none() { Scale::Log } else { Scale::Linear });
    match (bounds.low, bounds.high, now) {
        (Number::Int(min), Number::Int(max), Number::Int(now))
            if !matches!(bounds.step, Some(Number::Float(_))) =>
        {
            if scale == Scale::Doubling {
                return listed(&doublings(bounds), Number::Int(now), found);
            }
            let step = match bounds.step {
                Some(Number::Int(step)) => step,
                _ => 1,
            };
            let (least, most) = found.style.type_bounds().unwrap_or((i64::MIN, i64::MAX));
            if min < least || max > most {
                return Err(format!("the type of {} holds only {least}..{most}", found.text));
            }
            Ok((Domain::Int { min, max, step, scale }, Value::Int(now)))
        }
        _ if scale == Scale::Doubling => listed(&doublings(bounds), now, found),
        (low, high, now) => match bounds.step {
            Some(step) => {
                let (low, high, step) = (low.as_f64(), high.as_f64(), step.as_f64());
                if (high - low) / step > MAX_LISTED {
                    return Err(format!("it has more than {MAX_LISTED} steps"));
                }
                let values = (0u32..).map(|i| low + f64::from(i) * step);
                let values: Vec<Number> =
                    values.take_while(|value| *value <= high + step * 1e-9).map(Number::Float).collect();
                listed(&values, now, found)
            }
            None => {
                let (min, max) = (low.as_f64(), high.as_f64());
                Ok((Domain::Float { min, max, scale }, Value::Float(now.as_f64())))
            }
        },
    }
}

/// The powers of two in a range.
fn doublings(bounds: &Bounds) -> Vec<Number> {
    let low = bounds.low.as_f64();
    let ints = matches!(bounds.low, Number::Int(_)) && matches!(bounds.high, Number::Int(_));
    let first = low.log2().ceil().exp2();
    let values = std::iter::successors(Some(first), |value| Some(value * 2.0))
        .take_while(|value| *value <= bounds.high.as_f64());
    #[expect(clippy::as_conversions, reason = "powers of two between two i64 are exact")]
    values.map(|value| if ints { Number::Int(value as i64) } else { Number::Float(value) }).collect()
}

fn listed(values: &[Number], now: Number, found: &Found) -> Result<Ranged, String> {
    let style = &found.style;
    let write = |number: &Number| match (now, number) {
        (Number::Float(_), Number::Int(_)) => number::write(Number::Float(number.as_f64()), style),
        _ => number::write(*number, style),
    };
    choices(&values.iter().map(write).collect::<Vec<_>>(), found)
}

/// The domain of a literal that no comment speaks of.
pub(crate) fn by_size(found: &Found) -> Option<Ranged> {
    match found.kind {
        Kind::Number(Number::Int(now)) => Some((int(now, &found.style), Value::Int(now))),
        Kind::Number(Number::Float(now)) => Some((float(now, &found.name), Value::Float(now))),
        Kind::Bool => {
            let other = match found.text.as_str() {
                "True" => "False",
                "False" => "True",
                "true" => "false",
                "false" => "true",
                "TRUE" => "FALSE",
                "FALSE" => "TRUE",
                _ => return None,
            };
            Some((
                Domain::Choice { texts: vec![found.text.clone(), other.to_owned()], ordered: false },
                Value::Choice(0),
            ))
        }
        Kind::Text => None,
    }
}

fn int(now: i64, style: &Style) -> Domain {
    let (least, most) = style.type_bounds().unwrap_or((i64::MIN, i64::MAX));
    let size = now.saturating_abs().max(1);
    let far = size.saturating_mul(INT_REACH).min(most);
    let near = (size / INT_REACH).max(1);
    let power_of_two = size >= 8 && size.count_ones() == 1;
    let scale = if power_of_two { Scale::Doubling } else { Scale::Log };
    match now {
        0 => Domain::Int { min: 0, max: INT_REACH, step: 1, scale: Scale::Linear },
        1.. => Domain::Int { min: near, max: far, step: 1, scale },
        _ => Domain::Int { min: (-far).max(least), max: -near, step: 1, scale },
    }
}

fn float(now: f64, name: &str) -> Domain {
    let size = now.abs();
    if size == 0.0 {
        return Domain::Float { min: -1.0, max: 1.0, scale: Scale::Linear };
    }
    let lower = name.to_ascii_lowercase();
    let fraction = size <= 1.0 && FRACTIONS.iter().any(|word| lower.contains(word));
    let far = number::round(if fraction { 1.0 } else { size * FLOAT_REACH }, number::MAX_DIGITS);
    let near = number::round(size / FLOAT_REACH, number::MAX_DIGITS);
    let (min, max) = if now > 0.0 { (near, far) } else { (-far, -near) };
    Domain::Float { min, max, scale: Scale::Log }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::annotation;

    fn found(text: &str) -> Found {
        let number = number::parse(text);
        let kind = match (&number, text) {
            (Some((number, _)), _) => Kind::Number(*number),
            (None, "True" | "true") => Kind::Bool,
            _ => Kind::Text,
        };
        let style = number.map(|(_, style)| style).unwrap_or_default();
        Found {
            range: 0..text.len(),
            line: 1,
            kind,
            name: "x".to_owned(),
            text: text.to_owned(),
            style,
            tier: None,
        }
    }

    fn with(text: &str, comment: &str) -> String {
        let spec = annotation::parse(comment).unwrap().unwrap().specs.remove(0);
        match annotated(&spec, &found(text)) {
            Ok(Some((domain, value))) => format!("{domain} at {value:?}"),
            Ok(None) => "fixed".to_owned(),
            Err(why) => why,
        }
    }

    #[test]
    fn follows_the_comment() {
        for (text, comment, expected) in [
            ("8", "weco: 1..16", "1..16 at Int(8)"),
            ("8", "weco: 1..64", "1..64 log at Int(8)"),
            ("8", "weco: 1..64 linear", "1..64 at Int(8)"),
            ("8.0", "weco: 1..16", "1.0..16.0 at Float(8.0)"),
            ("1", "weco: 0.5..2.5", "0.5..2.5 at Float(1.0)"),
            ("16", "weco: 8..40 step 8", "8..40 step 8 at Int(16)"),
            ("0.5", "weco: 0..1 step 0.25", "[0.0, 0.25, 0.5, 0.75, 1.0] at Choice(2)"),
            ("32", "weco: 10..100 pow2", "[16, 32, 64] at Choice(1)"),
            ("0x10", "weco: 8..32 pow2", "[0x08, 0x10, 0x20] at Choice(1)"),
            ("16", "tune: [32, 8]", "[8, 16, 32] at Choice(1)"),
            ("'a'", "choices: \"b\", \"it's\"", "['a', 'b', 'it\\'s'] at Choice(0)"),
            ("\"a\"", "choices: a, b", "[\"a\", \"b\"] at Choice(0)"),
            ("True", "weco: 1..2", "a range is for numbers, but True is none"),
            ("4u8", "weco: 1..999", "the type of 4u8 holds only 0..255"),
            ("8", "weco: fixed", "fixed"),
        ] {
            assert_eq!(with(text, comment), expected, "{text} # {comment}");
        }
    }

    #[test]
    fn goes_by_size_without_one() {
        for (text, expected) in [
            ("100", "6..1600 log"),
            ("3", "1..48 log"),
            ("32", "2..512 doubling"),
            ("-5", "-80..-1 log"),
            ("0", "0..16"),
            ("200u8", "12..255 log"),
            ("0.5", "0.015625..16.0 log"),
            ("-1.0", "-32.0..-0.03125 log"),
            ("0.0", "-1.0..1.0"),
            ("True", "[True, False]"),
        ] {
            assert_eq!(by_size(&found(text)).unwrap().0.to_string(), expected, "{text}");
        }
        assert_eq!(
            by_size(&Found { name: "dropout".to_owned(), ..found("0.5") }).unwrap().0.to_string(),
            "0.015625..1.0 log"
        );
        assert_eq!(by_size(&found("\"a\"")), None);
    }
}
