//! JSON as commands print it.

use std::fmt::Write as _;
use std::process::ExitCode;

use serde::Serialize;

use super::stdout::say;
use crate::error::Error;

/// Prints `value`, indented by two, with what would steer a terminal escaped. The exit code of a command that has no more
/// to say.
pub(super) fn print(value: &impl Serialize) -> Result<ExitCode, Error> {
    say(&text(value)?)?;
    Ok(ExitCode::SUCCESS)
}

/// `value` as it is printed.
pub(super) fn text(value: &impl Serialize) -> Result<String, Error> {
    let json = serde_json::to_string_pretty(value)
        .map_err(|error| Error::failure(format!("cannot write JSON: {error}")))?;
    Ok(escaped(json) + "\n")
}

/// The same JSON without characters that a terminal acts upon and JSON allows: they occur in strings alone, where
/// an escape means the same.
fn escaped(json: String) -> String {
    // Bytes first: megabytes of code are mostly ASCII, in which only one steers that JSON allows.
    if json.bytes().all(|byte| byte < 0x7f) || !json.contains(steers) {
        return json;
    }
    json.chars().fold(String::with_capacity(json.len() + 64), |mut safe, char| {
        if steers(char) {
            let _ = write!(safe, "\\u{:04x}", u32::from(char));
        } else {
            safe.push(char);
        }
        safe
    })
}

/// Controls beyond ASCII's, which JSON escapes by itself, and marks that turn the direction of writing.
fn steers(char: char) -> bool {
    matches!(char, '\u{7f}'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_steers_the_terminal() {
        let text = text(&["\u{1b}[2J\u{9b}31m\u{202e}\u{7f}\u{2028}ü漢"]).unwrap();
        assert_eq!(text, "[\n  \"\\u001b[2J\\u009b31m\\u202e\\u007f\\u2028ü漢\"\n]\n");
    }

    proptest! {
        #[test]
        fn it_reads_back_as_the_same(value in any::<Vec<String>>()) {
            prop_assert_eq!(serde_json::from_str::<Vec<String>>(&text(&value).unwrap()).unwrap(), value);
        }
    }
}
