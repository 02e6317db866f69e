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

/// A duration in whole seconds, from 1.
pub(super) fn seconds(value: &str) -> Result<u64, String> {
    match value.parse() {
        Ok(0) => Err("it must be at least 1 second; leave it out for no limit".to_owned()),
        Ok(seconds) => Ok(seconds),
        Err(_) => Err("it must be a whole number of seconds".to_owned()),
    }
}
