//! A run's updates as a stream: what is recorded from a sequence number on, then what is new.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;
use weco_core::run::RunId;
use weco_proto::v1;

use crate::clock;
use crate::error::{Failure, FailureKind};
use crate::rpc::reader::{ReadError, UpdateReader, Wanted};
use crate::rpc::updates::live_update;
use crate::run::{Feed, Live, LiveWhat, Registry, RunHandle, Watching};

/// Updates that may wait for a slow client before its stream waits for it.
const AHEAD: usize = 64;

/// The least time between two momentary updates: screens redraw at 10 Hz at most.
const LIVE_EVERY: Duration = Duration::from_millis(100);

/// How long until the journal is read again after the system refused.
const READ_AGAIN: Duration = Duration::from_secs(1);

/// The updates of one watcher.
pub(super) type Updates = ReceiverStream<Result<v1::RunUpdate, Status>>;

/// Starts the stream.
pub(super) fn watch(registry: &Registry, run: RunId, request: &v1::WatchRunRequest) -> Updates {
    let v1::WatchRunRequest { from_seq: from, include_output, so_far, .. } = *request;
    let (sender, receiver) = mpsc::channel(AHEAD);
    let handle = registry.live(run);
    // A glance is no company.
    let watching = handle.as_ref().filter(|_| !so_far).map(RunHandle::watch);
    let feed = handle.map(|handle| handle.feed());
    let wanted = Wanted { from, output_from: include_output.then_some(from) };
    let reader = UpdateReader::new(Arc::clone(&registry.deps().journal), run, wanted);
    let watcher = Watcher { reader, _watching: watching };
    tokio::spawn(async move {
        let told =
            if so_far { watcher.tell(feed, &sender).await } else { watcher.follow(feed, &sender).await };
        if let Err(Stop::Failed(failure)) = told {
            // The client may be gone, and with it the wish to know.
            let _ = sender.send(Err(failure.into())).await;
        }
    });
    ReceiverStream::new(receiver)
}

struct Watcher {
    reader: UpdateReader,
    /// While it is there, the run has company.
    _watching: Option<Watching>,
}

enum Stop {
    ClientGone,
    Failed(Failure),
}

type Sender = mpsc::Sender<Result<v1::RunUpdate, Status>>;

impl Watcher {
    /// Sends what is recorded by now.
    async fn tell(mut self, feed: Option<Feed>, sender: &Sender) -> Result<(), Stop> {
        let recorded = feed.map_or(u64::MAX, |feed| *feed.recorded.borrow());
        self.catch_up(recorded, sender).await
    }

    async fn follow(mut self, feed: Option<Feed>, sender: &Sender) -> Result<(), Stop> {
        let Some(mut feed) = feed else { return self.catch_up(u64::MAX, sender).await };
        let recorded = *feed.recorded.borrow_and_update();
        self.catch_up(recorded, sender).await?;
        let mut live_due = tokio::time::Instant::now();
        loop {
            // A run's recorded news goes first; its momentary news at most every LIVE_EVERY.
            tokio::select! {
                biased;
                () = sender.closed() => return Err(Stop::ClientGone),
                changed = feed.recorded.changed() => {
                    let recorded = *feed.recorded.borrow_and_update();
                    self.catch_up(recorded, sender).await?;
                    if changed.is_err() {
                        return self.leave();
                    }
                }
                changed = async { tokio::time::sleep_until(live_due).await; feed.live.changed().await } => {
                    if changed.is_err() {
                        let recorded = *feed.recorded.borrow_and_update();
                        self.catch_up(recorded, sender).await?;
                        return self.leave();
                    }
                    live_due = tokio::time::Instant::now() + LIVE_EVERY;
                    let update = live_update(&feed.live.borrow_and_update(), clock::now());
                    if let Some(update) = update {
                        send(sender, update).await?;
                    }
                }
            }
        }
    }

    /// The run's actor is gone: because the run has ended, or because the daemon stops.
    fn leave(&self) -> Result<(), Stop> {
        if self.reader.has_ended() {
            return Ok(());
        }
        let message = "the daemon is stopping; the run goes on when it is back";
        Err(Stop::Failed(Failure::new(FailureKind::Stopping, message)))
    }

    /// Sends everything up to sequence number `recorded`, and nothing that may not be durable yet.
    async fn catch_up(&mut self, recorded: u64, sender: &Sender) -> Result<(), Stop> {
        while let Some(update) = self.read(recorded, sender).await? {
            send(sender, update).await?;
        }
        Ok(())
    }
}

impl Watcher {
    /// The next update. While the system refuses to read, as without file handles, the client is told why.
    async fn read(&mut self, recorded: u64, sender: &Sender) -> Result<Option<v1::RunUpdate>, Stop> {
        loop {
            match self.reader.next(recorded) {
                Err(ReadError::Journal(error)) if error.may_pass() => {
                    let what = LiveWhat::Waiting { why: error.to_string() };
                    let live = Live { step: self.reader.step(), what };
                    if let Some(update) = live_update(&live, clock::now()) {
                        send(sender, update).await?;
                    }
                    tokio::time::sleep(READ_AGAIN).await;
                }
                read => return read.map_err(|error| Stop::Failed(error.into())),
            }
        }
    }
}

async fn send(sender: &Sender, update: v1::RunUpdate) -> Result<(), Stop> {
    sender.send(Ok(update)).await.map_err(|_| Stop::ClientGone)
}
