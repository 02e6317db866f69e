//! From a run's record to its log. Blocks for the disk.

use std::fs::TryLockError;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use weco_core::run::RunId;
use weco_proto::v1::RunUpdate;
use weco_view::plain::Printer;

use super::file::LogFile;
use super::place::{self, Identity, LogError};
use crate::error::Failure;
use crate::journal::Journal;
use crate::rpc::{UpdateReader, Wanted};

/// Bytes that are printed before they are written.
const BATCH: usize = 64 << 10;
/// How the first line begins in a log whose beginning is in another file. The event's number and a colon follow.
const CONTINUED: &str = "[CONTINUED] after event ";

/// Writes one run's log.
pub(super) struct Writer {
    path: PathBuf,
    run: RunId,
    journal: Arc<dyn Journal>,
    /// The last event that is in the log, or in one that is gone.
    written: u64,
    open: Option<Open>,
}

/// A log's file, and how far it has come.
struct Open {
    identity: Identity,
    reader: UpdateReader,
    printer: Printer<LogFile>,
}

impl Writer {
    pub(super) fn new(path: PathBuf, run: RunId, journal: Arc<dyn Journal>) -> Self {
        Self { path, run, journal, written: 0, open: None }
    }

    /// Writes what is recorded up to sequence number `recorded`, then momentary news.
    ///
    /// # Errors
    /// [`LogError`]; called again, it goes on where it was.
    pub(super) fn write(&mut self, recorded: u64, news: Option<&RunUpdate>) -> Result<(), LogError> {
        let mut open = match self.open.take().filter(|open| self.is_in_place(open)) {
            Some(open) => open,
            None => self.take_up(recorded)?,
        };
        let result = self.catch_up(&mut open, recorded, news);
        self.open = Some(open);
        result
    }

    /// Neither moved, deleted nor emptied.
    fn is_in_place(&self, open: &Open) -> bool {
        let len = open.printer.get_ref().len();
        let found = Identity::at(&self.path);
        matches!(found, Ok(Some((identity, size))) if identity == open.identity && size >= len)
    }

    /// Opens the log, and finds out with which event it begins.
    fn take_up(&self, recorded: u64) -> Result<Open, LogError> {
        let failed = |action| LogError::io(action, &self.path);
        let file = place::open(&self.path)?.file;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LogError::Busy(self.path.clone())),
            Err(TryLockError::Error(error)) => return Err(failed("lock")(error)),
        }
        let metadata = file.metadata().map_err(failed("look at"))?;
        let mut log = LogFile::compare(file).map_err(failed("read"))?;
        let after = if metadata.len() == 0 {
            self.begin(&mut log).map_err(failed("write"))?
        } else {
            let continued = |line: &str| continued_after(line).filter(|after| *after <= recorded);
            log.first_line(continued).map_err(failed("read"))?.unwrap_or(0)
        };
        let wanted = Wanted { from: 1, output_from: Some(after + 1) };
        Ok(Open {
            identity: Identity::of(&metadata),
            reader: UpdateReader::new(Arc::clone(&self.journal), self.run, wanted),
            printer: Printer::new(log, after + 1),
        })
    }

    /// The first line of an empty file, if what came before is in another.
    fn begin(&self, log: &mut LogFile) -> std::io::Result<u64> {
        if self.written > 0 {
            let why = "what came before was in a log that was moved, deleted or emptied";
            writeln!(log, "{CONTINUED}{}: {why}", self.written)?;
        }
        Ok(self.written)
    }

    fn catch_up(&mut self, open: &mut Open, recorded: u64, news: Option<&RunUpdate>) -> Result<(), LogError> {
        // What a full disk left waiting comes first.
        self.settle(open)?;
        while let Some(update) = open.reader.next(recorded).map_err(|error| self.unreadable(error.into()))? {
            open.printer.update(&update).map_err(LogError::io("write", &self.path))?;
            if open.printer.get_ref().waiting() >= BATCH {
                self.settle(open)?;
            }
        }
        self.settle(open)?;
        open.printer.get_mut().end_comparison().map_err(LogError::io("cut", &self.path))?;
        let Some(news) = news else { return Ok(()) };
        open.printer.update(news).map_err(LogError::io("write", &self.path))?;
        self.settle(open)
    }

    fn unreadable(&self, failure: Failure) -> LogError {
        LogError::Unreadable { path: self.path.clone(), failure }
    }

    fn settle(&mut self, open: &mut Open) -> Result<(), LogError> {
        open.printer.get_mut().settle().map_err(LogError::io("write", &self.path))?;
        self.written = self.written.max(open.reader.last_seq());
        Ok(())
    }
}

/// The event after which a log goes on, by its first line.
fn continued_after(line: &str) -> Option<u64> {
    line.strip_prefix(CONTINUED)?.split(':').next()?.parse().ok()
}
