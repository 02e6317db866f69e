//! A run's recorded events as updates, one after the other: what watchers send and logs print.

use std::collections::VecDeque;
use std::sync::Arc;

use weco_core::event::{Event, RunEvent};
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
    page: VecDeque<Event>,
    next: u64,
    translator: Translator,
}

impl UpdateReader {
    /// Nothing is read yet.
    pub(crate) fn new(journal: Arc<dyn Journal>, run: RunId, wanted: Wanted) -> Self {
        let (page, translator) = (VecDeque::new(), Translator::default());
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
    /// If the journal cannot be read or makes no sense. Asked again after the former, it goes on where it was.
    pub(crate) fn next(&mut self, recorded: u64) -> Result<Option<RunUpdate>, ReadError> {
        self.fill(recorded)?;
        while let Some(event) = self.page.front() {
            // Before the event is taken: an update without its output would pass for one that had none.
            let output = self.output(event)?;
            self.next = event.seq + 1;
            let update = self.translator.next(event, output)?;
            let Some(event) = self.page.pop_front() else { break };
            if event.seq >= self.wanted.from && update.is_some() {
                return Ok(update);
            }
            self.fill(recorded)?;
        }
        Ok(None)
    }

    /// What an evaluation printed, if the event tells of one and it is wanted; none of what a damaged file lost.
    fn output(&self, event: &Event) -> Result<Option<Vec<u8>>, JournalError> {
        let is_wanted = self.wanted.output_from.is_some_and(|from| event.seq >= from);
        let (RunEvent::Evaluated { outcome, .. } | RunEvent::Inherited { outcome }) = &event.kind else {
            return Ok(None);
        };
        if !is_wanted {
            return Ok(None);
        }
        match self.journal.blob(self.run, outcome.output) {
            Err(JournalError::Damaged(_)) => Ok(None),
            read => read,
        }
    }

    /// How far to ask: of a damaged record, to what is left of it first, and only then beyond, for the damage.
    fn readable(&self, recorded: u64) -> Result<u64, JournalError> {
        let entries = self.journal.runs_in(self.run..=self.run, 1)?;
        let last = entries.first().map(|entry| entry.last_seq).filter(|last| *last >= self.next);
        Ok(last.map_or(recorded, |last| last.min(recorded)))
    }

    /// Reads the next page once the one before is used up.
    fn fill(&mut self, recorded: u64) -> Result<(), JournalError> {
        if self.page.is_empty() && self.next <= recorded {
            let left = (self.readable(recorded)? - self.next).saturating_add(1);
            let limit = usize::try_from(left).map_or(PAGE, |left| left.min(PAGE));
            self.page = self.journal.read(self.run, self.next, limit)?.into();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use uuid::Uuid;
    use weco_core::event::{Exit, Outcome, Verdict};
    use weco_core::fixture;
    use weco_core::run::{Derived, FileRefs, NodeId, RunSpec};
    use weco_proto::v1::run_update::Update;

    use super::*;
    use crate::blobs::Blob;
    use crate::journal::{DiskJournal, Durability, MemoryJournal, Opened};

    const RUN: RunId = RunId(Uuid::from_u128(7));

    fn created() -> RunEvent {
        RunEvent::Created { spec: Box::new(fixture::spec(RUN)) }
    }

    #[tokio::test]
    async fn what_is_left_of_a_damaged_record_is_read_before_the_damage_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let journal = DiskJournal::open(dir.path()).unwrap().journal;
        let warned = |seq: u64| RunEvent::Warned { message: format!("warning {seq}") };
        let kinds = std::iter::once(created()).chain((2..=9).map(warned));
        let events = (1..).zip(kinds).map(|(seq, kind)| Event { seq, at: 0, kind }).collect();
        journal.append(RUN, events, Vec::new(), Durability::Flushed).await.unwrap();
        journal.close().await.unwrap();
        // Without the index there is nothing to repair the file from.
        fs::remove_dir_all(dir.path().join("sled-1")).unwrap();
        let path = dir.path().join("mirror").join(format!("{RUN}.run"));
        let mut bytes = fs::read(&path).unwrap();
        let at = bytes.windows(9).position(|window| window == b"warning 6").unwrap();
        bytes[at] ^= 1;
        fs::write(&path, bytes).unwrap();

        let Opened { journal, warnings } = DiskJournal::open(dir.path()).unwrap();
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        let journal = Arc::new(journal);
        let mut reader = UpdateReader::new(journal.clone(), RUN, Wanted { from: 1, output_from: None });
        for seq in 1..=5 {
            assert_eq!(reader.next(u64::MAX).unwrap().map(|update| update.seq), Some(seq));
        }
        let refused = reader.next(u64::MAX);
        assert!(matches!(refused, Err(ReadError::Journal(JournalError::Damaged(_)))), "{refused:?}");
        assert_eq!(reader.last_seq(), 5);
        journal.close().await.unwrap();
    }

    #[tokio::test]
    async fn an_update_whose_output_cannot_be_read_is_not_told_without_it() {
        let journal = Arc::new(MemoryJournal::new());
        let output = Blob::new("score: 1");
        let outcome = Outcome {
            verdict: Verdict::Good { metric: 1.0 },
            exit: Exit::Code { code: 0 },
            duration_ms: 1,
            output: output.id(),
            output_tail: "score: 1".to_owned(),
            samples: Vec::new(),
            verified: false,
            report: None,
        };
        let kinds = [
            created(),
            RunEvent::EvalIntended { node: NodeId(0), attempt: 1 },
            RunEvent::Evaluated { node: NodeId(0), attempt: 1, outcome },
        ];
        let events = (1..).zip(kinds).map(|(seq, kind)| Event { seq, at: 0, kind }).collect();
        journal.append(RUN, events, vec![output], Durability::Flushed).await.unwrap();
        let wanted = Wanted { from: 1, output_from: Some(1) };
        let mut reader = UpdateReader::new(journal.clone(), RUN, wanted);
        for seq in 1..=2 {
            assert_eq!(reader.next(u64::MAX).unwrap().map(|update| update.seq), Some(seq));
        }
        // The daemon stops between the event, which is read by now, and what was printed.
        journal.close().await.unwrap();
        let refused = reader.next(u64::MAX);
        assert!(matches!(refused, Err(ReadError::Journal(JournalError::Closed))), "{refused:?}");
    }

    #[tokio::test]
    async fn what_a_derived_run_began_with_has_its_output() {
        let journal = Arc::new(MemoryJournal::new());
        let output = Blob::new("score: 3");
        let outcome = Outcome {
            verdict: Verdict::Good { metric: 3.0 },
            exit: Exit::Code { code: 0 },
            duration_ms: 1,
            output: output.id(),
            output_tail: String::new(),
            samples: Vec::new(),
            verified: false,
            report: None,
        };
        let origin = RunId(Uuid::from_u128(6));
        let derived = Derived { lineage: origin, run: origin, node: NodeId(1), files: FileRefs::new() };
        let spec = Box::new(RunSpec { derived: Some(derived), ..fixture::spec(RUN) });
        let kinds = [RunEvent::Created { spec }, RunEvent::Inherited { outcome }];
        let events = (1..).zip(kinds).map(|(seq, kind)| Event { seq, at: 0, kind }).collect();
        journal.append(RUN, events, vec![output], Durability::Flushed).await.unwrap();
        for (output_from, told) in [(None, ""), (Some(1), "score: 3")] {
            let mut reader = UpdateReader::new(journal.clone(), RUN, Wanted { from: 2, output_from });
            let update = reader.next(2).unwrap().and_then(|update| update.update);
            assert!(matches!(&update, Some(Update::Evaluated(step)) if step.output == told), "{update:?}");
        }
    }
}
