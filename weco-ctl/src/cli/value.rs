//! The form of single values.

use weco_proto::bounds::{MAX_MODELS, MAX_REPEATS};

use super::run::Models;

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

/// One model, or several parted by commas.
pub(super) fn models(value: &str) -> Result<Models, String> {
    let value = one_line(value)?;
    let names: Vec<String> = value.split(',').map(|name| name.trim().to_owned()).collect();
    if names.iter().any(String::is_empty) {
        return Err("between two commas there must be a model".to_owned());
    }
    if names.len() > MAX_MODELS {
        return Err(format!("a run has at most {MAX_MODELS} models"));
    }
    match names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
        Some((_, twice)) => Err(format!("{twice} is named twice")),
        None => Ok(Models(names)),
    }
}

/// An amount of US dollars, more than 0, with or without the sign.
pub(super) fn dollars(value: &str) -> Result<f64, String> {
    let amount = finite(value.trim().trim_start_matches('$'));
    let amount = amount.map_err(|_| "it must be an amount of US dollars, such as 2.50".to_owned())?;
    if amount > 0.0 {
        Ok(amount)
    } else {
        Err("it must be more than 0; leave it out for no limit".to_owned())
    }
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

/// How often the command is run for each version.
pub(super) fn repeats(value: &str) -> Result<u32, String> {
    value
        .parse()
        .ok()
        .filter(|repeats| (1..=MAX_REPEATS).contains(repeats))
        .ok_or_else(|| format!("it must be a whole number from 1 to {MAX_REPEATS}"))
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
