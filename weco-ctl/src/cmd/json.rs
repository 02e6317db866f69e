//! JSON as commands print it.

use std::io::{self, Write};
use std::process::ExitCode;

use memchr::memchr3_iter;
use serde::Serialize;

use crate::error::Error;

/// How much is gathered before it is written, in bytes.
const CHUNK: usize = 64 << 10;

/// Prints `value`, indented by two, with what would steer a terminal escaped. The exit code of a command that has no more
/// to say.
pub(super) fn print(value: &impl Serialize) -> Result<ExitCode, Error> {
    write(io::stdout().lock(), value).map_err(Error::output)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes `value` as it is printed.
fn write(out: impl Write, value: &impl Serialize) -> io::Result<()> {
    let mut out = Escaping { out, gathered: Vec::with_capacity(CHUNK + CHUNK / 4) };
    serde_json::to_writer_pretty(&mut out, value)?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Passes JSON on without characters that a terminal acts upon and JSON allows: they occur in strings alone, where an
/// escape means the same. No character may be split between two writes.
struct Escaping<W> {
    out: W,
    /// JSON comes in pieces of some bytes.
    gathered: Vec<u8>,
}

impl<W: Write> Write for Escaping<W> {
    fn write(&mut self, json: &[u8]) -> io::Result<usize> {
        self.gathered.extend_from_slice(json);
        if self.gathered.len() >= CHUNK {
            self.pass_on()?;
        }
        Ok(json.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass_on()?;
        self.out.flush()
    }
}

impl<W: Write> Escaping<W> {
    fn pass_on(&mut self) -> io::Result<()> {
        let json = str::from_utf8(&self.gathered).map_err(io::Error::other)?;
        let mut passed = 0;
        for at in memchr3_iter(MAY_STEER.0, MAY_STEER.1, MAY_STEER.2, json.as_bytes()) {
            if let Some(char) = json[at..].chars().next().filter(|char| steers(*char)) {
                write!(self.out, "{}\\u{:04x}", &json[passed..at], u32::from(char))?;
                passed = at + char.len_utf8();
            }
        }
        self.out.write_all(&json.as_bytes()[passed..])?;
        self.gathered.clear();
        Ok(())
    }
}

/// Controls beyond ASCII's, which JSON escapes by itself, and marks that turn the direction of writing.
fn steers(char: char) -> bool {
    matches!(char, '\u{7f}'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The bytes with which characters begin that [`steers`]; only characters begin with them. In megabytes of code there are
/// few.
const MAY_STEER: (u8, u8, u8) = (0x7f, 0xc2, 0xe2);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(value: &impl Serialize) -> String {
        let mut text = Vec::new();
        write(&mut text, value).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn nothing_steers_the_terminal() {
        let text = text(&["\u{1b}[2J\u{9b}31m\u{202e}\u{7f}\u{2028}ü漢→"]);
        assert_eq!(text, "[\n  \"\\u001b[2J\\u009b31m\\u202e\\u007f\\u2028ü漢→\"\n]\n");
    }

    #[test]
    fn what_steers_begins_with_few_bytes() {
        for char in (char::MIN..=char::MAX).filter(|char| steers(*char)) {
            let first = char.to_string().as_bytes()[0];
            assert!([MAY_STEER.0, MAY_STEER.1, MAY_STEER.2].contains(&first), "{char:?}");
        }
    }

    proptest! {
        #[test]
        fn it_reads_back_as_the_same(value in any::<Vec<String>>()) {
            prop_assert_eq!(serde_json::from_str::<Vec<String>>(&text(&value)).unwrap(), value);
        }
    }
}
