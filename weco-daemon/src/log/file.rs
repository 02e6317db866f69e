//! A log's file: first compared with what is printed, then written to.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::FileExt;

use weco_view::plain::is_momentary;

/// Longest line that is compared; none that is printed comes near it, for outputs are captured in part.
const MAX_LINE: u64 = 8 << 20;
/// Room that is kept between batches.
const KEPT_ROOM: usize = 64 << 10;

/// What is printed waits in memory until [`LogFile::settle`].
#[derive(Debug)]
pub(super) struct LogFile {
    file: File,
    /// What is before it is as printed; the next line goes here.
    end: u64,
    /// Reads on from `end` while the file may hold what is printed.
    found: Option<BufReader<File>>,
    /// Whole lines that are printed, but neither found nor written yet.
    pending: Vec<u8>,
}

/// What the file has at its end.
enum Found {
    Line(Vec<u8>),
    /// Nothing, or a line without its end.
    NoLine,
}

impl Write for LogFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// Does nothing: a log is written in batches.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl LogFile {
    /// A log whose file may hold what is going to be printed.
    pub(super) fn compare(file: File) -> io::Result<Self> {
        let found = Some(BufReader::new(file.try_clone()?));
        Ok(Self { file, end: 0, found, pending: Vec::new() })
    }

    /// The file's first line, which counts as printed if `is_known`.
    pub(super) fn first_line<T>(
        &mut self,
        is_known: impl FnOnce(&str) -> Option<T>,
    ) -> io::Result<Option<T>> {
        let Found::Line(line) = self.next_line()? else {
            self.rewind()?;
            return Ok(None);
        };
        let known = std::str::from_utf8(&line).ok().and_then(is_known);
        if known.is_some() {
            self.end = line.len() as u64
        } else {
            self.rewind()?
        }
        Ok(known)
    }

    fn rewind(&mut self) -> io::Result<()> {
        self.found.as_mut().map_or(Ok(()), io::Seek::rewind)
    }

    /// How many bytes wait.
    pub(super) fn waiting(&self) -> usize {
        self.pending.len()
    }

    /// How many bytes the file must have.
    pub(super) fn len(&self) -> u64 {
        self.end
    }

    /// Brings what was printed to the file. After an error it waits on.
    pub(super) fn settle(&mut self) -> io::Result<()> {
        let matched = self.pass_over()?;
        self.pending.drain(..matched);
        if self.pending.is_empty() {
            return Ok(());
        }
        if let Err(error) = self.file.write_all_at(&self.pending, self.end) {
            // If that fails too, the next attempt writes over it.
            let _ = self.file.set_len(self.end);
            return Err(error);
        }
        self.end += self.pending.len() as u64;
        self.pending.clear();
        self.pending.shrink_to(KEPT_ROOM);
        Ok(())
    }

    /// All that there is to print is printed and settled: what else the file has is cut, but for momentary news at
    /// its very end.
    pub(super) fn end_comparison(&mut self) -> io::Result<()> {
        while self.found.is_some() {
            match self.next_line()? {
                Found::Line(line) if is_news(&line) => self.end += line.len() as u64,
                Found::Line(_) | Found::NoLine => self.cut()?,
            }
        }
        Ok(())
    }

    /// How many of the bytes that wait are in the file already.
    fn pass_over(&mut self) -> io::Result<usize> {
        let mut matched = 0;
        while self.found.is_some() && matched < self.pending.len() {
            let Found::Line(line) = self.next_line()? else {
                self.cut()?;
                break;
            };
            if self.pending[matched..].starts_with(&line) {
                matched += line.len();
            } else if !is_news(&line) {
                self.cut()?;
                break;
            }
            self.end += line.len() as u64;
        }
        Ok(matched)
    }

    /// The file is right up to here only; from now on it is written.
    fn cut(&mut self) -> io::Result<()> {
        self.file.set_len(self.end)?;
        self.found = None;
        Ok(())
    }

    fn next_line(&mut self) -> io::Result<Found> {
        let mut line = Vec::new();
        if let Some(found) = &mut self.found {
            found.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)?;
        }
        Ok(if line.ends_with(b"\n") { Found::Line(line) } else { Found::NoLine })
    }
}

fn is_news(line: &[u8]) -> bool {
    std::str::from_utf8(line).is_ok_and(is_momentary)
}
