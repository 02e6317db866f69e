//! Tests of logs on real files.

mod full;
mod place;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;
use uuid::Uuid;
use weco_core::event::{Event, RunEvent};
use weco_core::fixture;
use weco_core::run::{BlobId, RunId, RunSpec};

use super::writer::Writer;
use crate::blobs::Blob;
use crate::journal::{Durability, Journal, MemoryJournal};

const RUN: RunId = RunId(Uuid::from_u128(7));

fn created() -> RunEvent {
    let environment: BlobId = Blob::new("").id();
    RunEvent::Created { spec: Box::new(RunSpec { environment, ..fixture::spec(RUN) }) }
}

/// A recorded run and the place of its log.
struct House {
    dir: TempDir,
    journal: Arc<MemoryJournal>,
    recorded: u64,
}

impl House {
    /// A run that was created and warned so often.
    async fn new(warnings: u64) -> Self {
        let (dir, journal) = (tempfile::tempdir().unwrap(), Arc::new(MemoryJournal::default()));
        let mut house = Self { dir, journal, recorded: 0 };
        house.record(created()).await;
        house.warn(warnings).await;
        house
    }

    async fn record(&mut self, kind: RunEvent) {
        self.recorded += 1;
        let event = Event { seq: self.recorded, at: 1_700_000_000_000, kind };
        self.journal.append(RUN, vec![event], Vec::new(), Durability::Flushed).await.unwrap();
    }

    async fn warn(&mut self, times: u64) {
        for _ in 0..times {
            let message = format!("warning {}", self.recorded + 1);
            self.record(RunEvent::Warned { message }).await;
        }
    }

    fn log(&self) -> PathBuf {
        self.dir.path().join("run.log")
    }

    /// As the daemon has after a start.
    fn writer(&self) -> Writer {
        Writer::new(self.log(), RUN, self.journal.clone())
    }

    /// What a log has that was written from the beginning.
    fn expected(&self) -> String {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("run.log");
        Writer::new(path.clone(), RUN, self.journal.clone()).write(self.recorded, None).unwrap();
        read(&path)
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}
