//! A run's recorded events as updates, one after the other: what watchers send and logs print.

use std::sync::Arc;
use std::vec;

use weco_core::event::Event;
use weco_core::run::RunId;
use weco_core::state::IllegalEvent;
use weco_proto::v1::RunUpdate;

use crate::error::{Failure, FailureKind};
use crate::journal::{Journal, JournalError};
use crate::rpc::updates::Translator;

/// Events read from the journal at a time.
const PAGE: usize = 256;

/// Why a run's updates cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// What it holds makes no sense.
    #[error(transparent)]
    Illegal(#[from] IllegalEvent),
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Journal(error) => error.into(),
            ReadError::Illegal(error) => Self::new(FailureKind::System, error.to_string()),
        }
    }
}

/// Which updates are wanted, by their sequence numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Wanted {
    /// The first one.
    pub(crate) from: u64,
    /// The first one that carries the captured output, if any does.
    pub(crate) output_from: Option<u64>,
}

/// Reads a run's updates in order. Blocks for the journal's files.
pub(crate) struct UpdateReader {
    journal: Arc<dyn Journal>,
    run: RunId,
    wanted: Wanted,
    page: vec::IntoIter<Event>,
    next: u64,
    translator: Translator,
}

impl UpdateReader {
    /// Nothing is read yet.
    pub(crate) fn new(journal: Arc<dyn Journal>, run: RunId, wanted: Wanted) -> Self {
        let (page, translator) = (Vec::new().into_iter(), Translator::default());
        Self { journal, run, wanted, page, next: 1, translator }
    }

    /// Whether the run has ended, by the events so far.
    pub(crate) fn has_ended(&self) -> bool {
        self.translator.has_ended()
    }

    /// The last step that the run has asked for, by the events so far.
    pub(crate) fn step(&self) -> u32 {
        self.translator.step()
    }

    /// The sequence number of the last event read; 0 at first.
    pub(crate) fn last_seq(&self) -> u64 {
        self.next - 1
    }

    /// The next wanted update up to sequence number `recorded`: what comes after may not be durable yet.
    ///
    /// # Errors
    /// If the journal cannot be read or makes no sense.
    pub(crate) fn next(&mut self, recorded: u64) -> Result<Option<RunUpdate>, ReadError> {
        while let Some(event) = self.event(recorded)? {
            let has_output = self.wanted.output_from.is_some_and(|from| event.seq >= from);
            let update = self.translator.next(&event, has_output.then_some(self.journal.as_ref()))?;
            if event.seq >= self.wanted.from && update.is_some() {
                return Ok(update);
            }
        }
        Ok(None)
    }

    fn event(&mut self, recorded: u64) -> Result<Option<Event>, JournalError> {
        if self.page.len() == 0 && self.next <= recorded {
            let left = (recorded - self.next).saturating_add(1);
            let limit = usize::try_from(left).map_or(PAGE, |left| left.min(PAGE));
            self.page = self.journal.read(self.run, self.next, limit)?.into_iter();
        }
        let event = self.page.next();
        if let Some(event) = &event {
            self.next = event.seq + 1;
        }
        Ok(event)
    }
}
