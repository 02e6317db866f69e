//! All runs' logs.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use weco_core::run::RunId;

use super::follow::Followed;
use super::keep::Keeper;
use super::place::{self, Identity, LogError};
use super::writer::Writer;
use crate::error::{Failure, FailureKind};

/// Logs that may be written at once: a disk that hangs must not take all the threads that wait for disks.
const SLOTS: usize = 4;
/// How long the last lines may take when the daemon stops; the next one completes what goes on.
const FINISH: Duration = Duration::from_secs(2);

/// The logs' directory, and those who write there.
#[derive(Debug)]
pub struct Logs {
    directory: PathBuf,
    slots: Arc<Semaphore>,
    /// Every log that is kept holds a receiver.
    stopping: watch::Sender<bool>,
}

impl Logs {
    /// Logs in `directory`, which is looked at when the first is written.
    pub fn new(directory: PathBuf) -> Self {
        Self { directory, slots: Arc::new(Semaphore::new(SLOTS)), stopping: watch::Sender::new(false) }
    }

    /// Where a run's log is, if it has one.
    pub fn path(&self, run: RunId) -> PathBuf {
        self.directory.join(format!("weco-run-{run}.log"))
    }

    /// Makes sure that the log of a detached run can be written, before anything else is done for it.
    pub(crate) async fn reserve_if(&self, detached: bool, run: RunId) -> Result<Reserved, Failure> {
        if !detached {
            return Ok(Reserved(None));
        }
        let path = self.path(run);
        let reserved = tokio::task::spawn_blocking(move || Reserved::at(path)).await;
        let reserved = reserved.map_err(|error| Failure::new(FailureKind::System, error.to_string()))?;
        Ok(reserved?)
    }

    /// Keeps the log of a live run, if it gets one.
    pub(crate) fn follow(&self, mut followed: Followed) {
        let path = self.path(followed.run);
        let (slots, stopping) = (Arc::clone(&self.slots), self.stopping.clone());
        tokio::spawn(async move {
            if !followed.is_logged(&path).await {
                return;
            }
            let Followed { run, journal, feed, warner, .. } = followed;
            let stopping = stopping.subscribe();
            let keeper = Keeper {
                run,
                feed,
                warner,
                slots,
                stopping,
                look_at: None,
                told: 0,
                failures: 0,
                reported: false,
            };
            keeper.keep(Writer::new(path, run, journal)).await;
        });
    }

    /// Waits until the logs of runs that are no longer live are complete, but not for long.
    pub(crate) async fn finish(&self) {
        self.stopping.send_replace(true);
        if tokio::time::timeout(FINISH, self.stopping.closed()).await.is_err() {
            tracing::warn!("some runs' logs lack their last lines; they are completed when the runs go on");
        }
    }
}

/// A log that can be written. If it was created for that, it is removed again unless it is kept.
#[derive(Debug)]
pub(crate) struct Reserved(Option<(PathBuf, Identity)>);

impl Reserved {
    fn at(path: PathBuf) -> Result<Self, LogError> {
        let opened = place::open(&path)?;
        if !opened.fresh {
            return Ok(Self(None));
        }
        let metadata = opened.file.metadata().map_err(LogError::io("look at", &path))?;
        Ok(Self(Some((path, Identity::of(&metadata)))))
    }

    /// The run it was created for exists.
    pub(crate) fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        let Some((path, identity)) = &self.0 else { return };
        if matches!(Identity::at(path), Ok(Some((found, 0))) if found == *identity) {
            // An empty file of ours that stays is no harm.
            let _ = fs::remove_file(path);
        }
    }
}
