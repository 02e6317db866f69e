//! A run's updates as a stream: what is recorded from a sequence number on, then what is new.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;
use weco_core::event::Event;
use weco_core::run::RunId;
use weco_proto::v1;

use crate::clock;
use crate::error::{Failure, FailureKind};
use crate::rpc::updates::{Translator, live_update};
use crate::run::{Feed, Live, LiveWhat, Registry};

/// Events read from the journal at a time.
const PAGE: usize = 256;

/// Updates that may wait for a slow client before its stream waits for it.
const AHEAD: usize = 64;

/// The least time between two momentary updates: screens redraw at 10 Hz at most.
const LIVE_EVERY: Duration = Duration::from_millis(100);

/// How long until the journal is read again after the system refused.
const READ_AGAIN: Duration = Duration::from_secs(1);

/// The updates of one watcher.
pub(super) type Updates = ReceiverStream<Result<v1::RunUpdate, Status>>;

/// Starts the stream.
pub(super) fn watch(registry: Arc<Registry>, run: RunId, from: u64, include_output: bool) -> Updates {
    let (sender, receiver) = mpsc::channel(AHEAD);
    let feed = registry.live(run).map(|handle| handle.feed());
    let watcher = Watcher { registry, run, from, include_output, next: 1, translator: Translator::default() };
    tokio::spawn(async move {
        if let Err(Stop::Failed(failure)) = watcher.follow(feed, &sender).await {
            // The client may be gone, and with it the wish to know.
            let _ = sender.send(Err(failure.into())).await;
        }
    });
    ReceiverStream::new(receiver)
}

struct Watcher {
    registry: Arc<Registry>,
    run: RunId,
    from: u64,
    include_output: bool,
    next: u64,
    translator: Translator,
}

enum Stop {
    ClientGone,
    Failed(Failure),
}

type Sender = mpsc::Sender<Result<v1::RunUpdate, Status>>;

impl Watcher {
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
        if self.translator.has_ended() {
            return Ok(());
        }
        let message = "the daemon is stopping; the run goes on when it is back";
        Err(Stop::Failed(Failure::new(FailureKind::Stopping, message)))
    }

    /// Sends everything up to sequence number `recorded`, and nothing that may not be durable yet.
    async fn catch_up(&mut self, recorded: u64, sender: &Sender) -> Result<(), Stop> {
        while self.next <= recorded {
            let events = self.read(sender).await?;
            let journal = &self.registry.deps().journal;
            for event in events.iter().take_while(|event| event.seq <= recorded) {
                let wanted = event.seq >= self.from;
                let output = (wanted && self.include_output).then_some(journal.as_ref());
                let update = self
                    .translator
                    .next(event, output)
                    .map_err(|error| Stop::Failed(Failure::new(FailureKind::System, error.to_string())))?;
                self.next = event.seq + 1;
                if let Some(update) = update.filter(|_| wanted) {
                    send(sender, update).await?;
                }
            }
            if events.len() < PAGE {
                break;
            }
        }
        Ok(())
    }
}

impl Watcher {
    /// The next events. While the system refuses to read, as without file handles, the client is told why.
    async fn read(&self, sender: &Sender) -> Result<Vec<Event>, Stop> {
        loop {
            match self.registry.deps().journal.read(self.run, self.next, PAGE) {
                Err(error) if error.may_pass() => {
                    let what = LiveWhat::Waiting { why: error.to_string() };
                    let live = Live { step: self.translator.step(), what };
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
