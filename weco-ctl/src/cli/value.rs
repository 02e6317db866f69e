//! The form of single values.

/// Some text.
pub(super) fn not_blank(value: &str) -> Result<String, String> {
    if value.trim().is_empty() { Err("it must not be empty".to_owned()) } else { Ok(value.to_owned()) }
}

/// Some text on one line, without white space around it.
pub(super) fn one_line(value: &str) -> Result<String, String> {
    let value = not_blank(value)?;
    if value.contains(['\n', '\r']) {
        return Err("it must be a single line".to_owned());
    }
    Ok(value.trim().to_owned())
}

/// A number of steps, from 1.
pub(super) fn steps(value: &str) -> Result<u32, String> {
    match value.parse() {
        Ok(0) => Err("at least 1 step is needed".to_owned()),
        Ok(steps) => Ok(steps),
        Err(_) => Err(format!("it must be a whole number from 1 to {}", u32::MAX)),
    }
}

/// How many of something, from 1.
pub(super) fn count(value: &str) -> Result<u32, String> {
    value
        .parse()
        .ok()
        .filter(|&count| count > 0)
        .ok_or_else(|| format!("it must be a whole number from 1 to {}", u32::MAX))
}

/// A number that is neither infinite nor none.
pub(super) fn finite(value: &str) -> Result<f64, String> {
    value
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
        .ok_or_else(|| "it must be a number".to_owned())
}

/// A duration in seconds, from 1: a whole number and a unit.
pub(super) fn time(value: &str) -> Result<u64, String> {
    match age(value)? {
        0 => Err("it must be at least 1 second; leave it out for no limit".to_owned()),
        seconds => Ok(seconds),
    }
}

/// An age in seconds: a whole number and a unit.
pub(super) fn age(value: &str) -> Result<u64, String> {
    const UNITS: [(char, u64); 5] = [('s', 1), ('m', 60), ('h', 3600), ('d', 86_400), ('w', 604_800)];
    let parse = || {
        let (count, seconds) =
            UNITS.iter().find_map(|(unit, seconds)| Some((value.strip_suffix(*unit)?, *seconds)))?;
        count.parse::<u64>().ok()?.checked_mul(seconds)
    };
    parse().ok_or_else(|| "it must be a number and a unit: s, m, h, d or w, as in 30d or 12h".to_owned())
}

/// A duration in whole seconds, from 1.
pub(super) fn seconds(value: &str) -> Result<u64, String> {
    match value.parse() {
        Ok(0) => Err("it must be at least 1 second; leave it out for no limit".to_owned()),
        Ok(seconds) => Ok(seconds),
        Err(_) => Err("it must be a whole number of seconds".to_owned()),
    }
}
