//! Keeping a log for as long as its run is live.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, sleep_until};
use weco_core::run::RunId;
use weco_proto::v1::RunUpdate;

use super::place::LogError;
use super::writer::Writer;
use crate::clock;
use crate::rpc::live_update;
use crate::run::{Feed, Live, LiveWhat, Warner};

/// The least time between two batches: a reader sees them soon enough, and many runs at once cost little.
const EVERY: Duration = Duration::from_millis(500);
/// How long momentary news must stand to be worth a line.
const STANDS: Duration = Duration::from_secs(1);
/// The wait before a batch that failed is tried again although nothing is new; doubles up to [`RETRY_MOST`].
const RETRY: Duration = Duration::from_secs(1);
/// The longest such wait.
const RETRY_MOST: Duration = Duration::from_secs(60);
/// How often the last batch of a run is tried again: about six minutes.
const LAST_TRIES: u32 = 10;

/// Keeps the log of one run.
pub(super) struct Keeper {
    pub(super) run: RunId,
    pub(super) feed: Feed,
    pub(super) warner: Warner,
    /// Room among those who wait for the disk.
    pub(super) slots: Arc<Semaphore>,
    /// True once the daemon stops: nothing is tried again then.
    pub(super) stopping: watch::Receiver<bool>,
    /// When momentary news that was seen to change is looked at.
    pub(super) look_at: Option<Instant>,
    /// How much of the momentary news was looked at.
    pub(super) told: u64,
    /// How often in a row writing has failed.
    pub(super) failures: u32,
    /// Whether it was said that it fails.
    pub(super) reported: bool,
}

impl Keeper {
    /// Writes the log until the run is no longer live, and it is complete.
    pub(super) async fn keep(mut self, mut writer: Writer) {
        let (mut over, mut news) = (false, None);
        loop {
            let next = Instant::now() + EVERY;
            let recorded = *self.feed.recorded.borrow_and_update();
            let Some((back, result)) = self.write(writer, recorded, news.take()).await else { return };
            writer = back;
            self.note(result).await;
            if over && self.is_done() {
                return;
            }
            (over, news) = self.wait(over).await;
            if !over {
                sleep_until(next).await;
            }
        }
    }

    /// One batch, on a thread that may wait for the disk. None if that has panicked.
    async fn write(
        &self,
        mut writer: Writer,
        recorded: u64,
        news: Option<RunUpdate>,
    ) -> Option<(Writer, Result<(), LogError>)> {
        let _slot = self.slots.acquire().await.ok()?;
        let batch = tokio::task::spawn_blocking(move || {
            let result = writer.write(recorded, news.as_ref());
            (writer, result)
        });
        batch.await.inspect_err(|error| tracing::error!(run = %self.run, %error, "the log is given up")).ok()
    }

    /// Says once that writing fails, and once that it does no longer.
    async fn note(&mut self, result: Result<(), LogError>) {
        let Err(error) = result else {
            self.failures = 0;
            if std::mem::take(&mut self.reported) {
                tracing::info!(run = %self.run, "the run's log is complete again");
            }
            return;
        };
        self.failures = self.failures.saturating_add(1);
        // An earlier follower of the run is about to finish: no news.
        if matches!(error, LogError::Busy(_)) || std::mem::replace(&mut self.reported, true) {
            return;
        }
        tracing::error!(run = %self.run, "{error}; it is tried again");
        if matches!(error, LogError::Refused { .. }) {
            self.warner.warn(error.to_string()).await;
        }
    }

    /// Whether there is nothing left to do for a run that is over.
    fn is_done(&self) -> bool {
        self.failures == 0 || self.failures > LAST_TRIES || *self.stopping.borrow()
    }

    /// Waits until there is something to write. Whether the run is over, and momentary news.
    async fn wait(&mut self, over: bool) -> (bool, Option<RunUpdate>) {
        let retry = self.retry_at();
        loop {
            tokio::select! {
                biased;
                changed = self.feed.recorded.changed(), if !over => return (changed.is_err(), None),
                _ = self.stopping.wait_for(|stopping| *stopping), if over => return (true, None),
                () = at(retry) => return (over, None),
                () = at(self.look_at) => {
                    self.look_at = None;
                    let news = self.feed.live.borrow_and_update().since(self.told);
                    let news = news.iter().rev().find_map(notable);
                    self.told = self.feed.live.borrow().changes();
                    if news.is_some() {
                        return (over, news);
                    }
                }
                changed = self.feed.live.changed(), if !over && self.look_at.is_none() => {
                    if changed.is_err() {
                        return (true, None);
                    }
                    self.look_at = Some(Instant::now() + STANDS);
                }
            }
        }
    }

    fn retry_at(&self) -> Option<Instant> {
        let doublings = self.failures.checked_sub(1)?.min(6);
        Some(Instant::now() + (RETRY * (1 << doublings)).min(RETRY_MOST))
    }
}

/// Never, if there is no such moment.
async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

/// News that says why nothing moves; the others are not printed.
fn notable(live: &Live) -> Option<RunUpdate> {
    match &live.what {
        LiveWhat::Waiting { .. } => {}
        LiveWhat::Proposing { tries, .. } if *tries > 1 => {}
        _ => return None,
    }
    live_update(live, clock::now())
}
