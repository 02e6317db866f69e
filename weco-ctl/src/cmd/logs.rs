//! `weco daemon logs`: the end of the daemon's log, or of systemd's journal. Needs no daemon.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use crate::cli::LogsArgs;
use crate::daemon::{Daemon, SERVICE, UnitFiles, managed_pid};
use crate::error::{EXIT_FAILURE, Error};

/// How often a followed log is looked at.
const INTERVAL: Duration = Duration::from_millis(200);

/// How much is read at once, in bytes.
const CHUNK: u64 = 64 * 1024;

/// Prints the end of the log, or of the journal, if systemd runs the daemon.
pub(super) fn logs(args: LogsArgs) -> Result<ExitCode, Error> {
    if UnitFiles::from_env().is_ok_and(|files| files.is_installed()) && managed_pid().is_some() {
        return journal(args);
    }
    let daemon = Daemon::from_env()?;
    let path = daemon.paths().daemon_log();
    let mut file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Error::failure(format!("there is no log yet: '{}'", path.display()))
                .hint("weco daemon start"));
        }
        Err(error) => return Err(unreadable(&path, &error)),
    };
    let begin = last_lines(&mut file, args.lines).map_err(|error| unreadable(&path, &error))?;
    let mut out = io::stdout().lock();
    let shown = copy(&mut file, begin, &path, &mut out)?;
    if args.follow {
        return Err(follow(&mut file, shown, &path, &mut out));
    }
    Ok(ExitCode::SUCCESS)
}

fn journal(args: LogsArgs) -> Result<ExitCode, Error> {
    let mut command = Command::new("journalctl");
    command.args(["--user", "--unit", SERVICE, "--lines"]).arg(args.lines.to_string());
    if args.follow {
        command.arg("--follow");
    }
    let ended =
        command.status().map_err(|error| Error::failure(format!("cannot run journalctl: {error}")))?;
    Ok(if ended.success() { ExitCode::SUCCESS } else { ExitCode::from(EXIT_FAILURE) })
}

/// Copies what is added after the first `shown` bytes, until that fails.
fn follow(file: &mut File, mut shown: u64, path: &Path, out: &mut impl Write) -> Error {
    loop {
        std::thread::sleep(INTERVAL);
        let added = file.metadata().map_err(|error| unreadable(path, &error)).and_then(|found| {
            // Emptied meanwhile: what is there now is new.
            let from = if found.len() < shown { 0 } else { shown };
            copy(file, from, path, out)
        });
        match added {
            Ok(end) => shown = end,
            Err(error) => return error,
        }
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    Error::failure(format!("cannot read the daemon's log '{}': {error}", path.display()))
}

/// Where the last `lines` lines begin, in bytes from the start.
fn last_lines(file: &mut (impl Read + Seek), lines: usize) -> io::Result<u64> {
    let mut end = file.seek(SeekFrom::End(0))?;
    let length = end;
    let mut wanted = lines;
    while end > 0 {
        let begin = end.saturating_sub(CHUNK);
        file.seek(SeekFrom::Start(begin))?;
        let mut chunk = Vec::new();
        file.take(end - begin).read_to_end(&mut chunk)?;
        for (at, _) in chunk.iter().enumerate().rev().filter(|(_, byte)| **byte == b'\n') {
            let after = begin + at as u64 + 1;
            // The newline that ends the last line begins no line.
            if after == length {
                continue;
            }
            if wanted <= 1 {
                return Ok(if wanted == 0 { length } else { after });
            }
            wanted -= 1;
        }
        end = begin;
    }
    Ok(if wanted == 0 { length } else { 0 })
}

/// Copies all from `from` on. Where it ended.
fn copy(file: &mut File, from: u64, path: &Path, out: &mut impl Write) -> Result<u64, Error> {
    let mut at = file.seek(SeekFrom::Start(from)).map_err(|error| unreadable(path, &error))?;
    let mut buffer = vec![0; CHUNK as usize];
    loop {
        let count = file.read(&mut buffer).map_err(|error| unreadable(path, &error))?;
        if count == 0 {
            out.flush().map_err(Error::output)?;
            return Ok(at);
        }
        out.write_all(&buffer[..count]).map_err(Error::output)?;
        at += count as u64;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    fn end(text: &str, lines: usize) -> &str {
        let begin = last_lines(&mut Cursor::new(text), lines).unwrap();
        &text[begin as usize..]
    }

    #[test]
    fn the_last_lines_are_found() {
        for (text, lines, expected) in [
            ("a\nb\nc\n", 2, "b\nc\n"),
            ("a\nb\nc", 2, "b\nc"),
            ("a\n\n\n", 2, "\n\n"),
            ("a\nb\n", 5, "a\nb\n"),
            ("a\nb\n", 0, ""),
            ("a", 0, ""),
            ("", 3, ""),
        ] {
            assert_eq!(end(text, lines), expected, "{text:?} {lines}");
        }
    }

    #[test]
    fn a_line_longer_than_a_chunk_is_whole() {
        let text = format!("first\n{}\n", "x".repeat(3 * CHUNK as usize));
        assert_eq!(end(&text, 1), &text[6..]);
        assert_eq!(end(&text, 2), text);
    }

    proptest! {
        #[test]
        fn it_is_what_splitting_at_newlines_gives(text in "[ab\n]{0,40}", lines in 0usize..6) {
            let all: Vec<&str> = text.split_inclusive('\n').collect();
            let expected = all[all.len().saturating_sub(lines)..].concat();
            prop_assert_eq!(end(&text, lines), expected);
        }
    }
}
