//! A run's updates as a stream: what is recorded from a sequence number on, then what is new.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, StreamExt, stream};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;
use weco_core::run::RunId;
use weco_proto::v1::{self, run_update::Update};

use crate::clock;
use crate::error::Failure;
use crate::journal::JournalError;
use crate::rpc::reader::{ReadError, UpdateReader, Wanted};
use crate::rpc::updates::live_update;
use crate::run::{Feed, Live, LiveWhat, Registry, RunHandle, Watching};

/// Batches of updates that may wait for a slow client before its stream waits for it.
const AHEAD: usize = 4;

/// Most updates of a batch, and the bytes of output after which one is full. What comes together is sent together:
/// one by one, the history of a long run would wake the client up some thousand times.
const BATCH: usize = 64;
const BATCH_BYTES: usize = 64 << 10;

/// The least time between two momentary updates: screens redraw at 10 Hz at most.
const LIVE_EVERY: Duration = Duration::from_millis(100);

/// How long until the journal is read again after the system refused.
const READ_AGAIN: Duration = Duration::from_secs(1);

/// Starts the stream of one watcher's updates.
pub(super) fn watch(
    registry: &Registry,
    run: RunId,
    request: &v1::WatchRunRequest,
) -> impl Stream<Item = Result<v1::RunUpdate, Status>> + Send + use<> {
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
            let _ = sender.send(vec![Err(failure.into())]).await;
        }
    });
    ReceiverStream::new(receiver).flat_map(stream::iter)
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

type Sender = mpsc::Sender<Vec<Result<v1::RunUpdate, Status>>>;

/// What came of reading some updates.
enum Read {
    /// There are more.
    Some,
    /// There are no more, for now.
    All,
    Failed(ReadError),
}

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
        let (mut live_due, mut told) = (tokio::time::Instant::now(), 0);
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
                    let (news, changes) = {
                        let live = feed.live.borrow_and_update();
                        (live.since(told), live.changes())
                    };
                    told = changes;
                    let updates = news.iter().filter_map(|live| live_update(live, clock::now()));
                    send(sender, updates.collect()).await?;
                }
            }
        }
    }

    /// The run's actor is gone: because the run has ended, or because the daemon stops.
    fn leave(&self) -> Result<(), Stop> {
        if self.reader.has_ended() {
            return Ok(());
        }
        Err(Stop::Failed(Failure::parting()))
    }

    /// Sends everything up to sequence number `recorded`, and nothing that may not be durable yet. While the system
    /// refuses to read, as without file handles, the client is told why.
    async fn catch_up(&mut self, recorded: u64, sender: &Sender) -> Result<(), Stop> {
        loop {
            let (updates, read) = self.read(recorded);
            send(sender, updates).await?;
            match read {
                Read::Some => {}
                Read::All => return Ok(()),
                Read::Failed(ReadError::Journal(error)) if error.may_pass() => {
                    let what = LiveWhat::Waiting { why: error.to_string() };
                    let live = Live { step: self.reader.step(), what };
                    send(sender, live_update(&live, clock::now()).into_iter().collect()).await?;
                    tokio::time::sleep(READ_AGAIN).await;
                }
                Read::Failed(ReadError::Journal(JournalError::Closed)) => {
                    return Err(Stop::Failed(Failure::parting()));
                }
                Read::Failed(error) => return Err(Stop::Failed(error.into())),
            }
        }
    }

    /// The next batch.
    fn read(&mut self, recorded: u64) -> (Vec<v1::RunUpdate>, Read) {
        let (mut updates, mut bytes) = (Vec::new(), 0);
        while updates.len() < BATCH && bytes < BATCH_BYTES {
            match self.reader.next(recorded) {
                Ok(Some(update)) => {
                    bytes += size(&update);
                    updates.push(update);
                }
                Ok(None) => return (updates, Read::All),
                Err(error) => return (updates, Read::Failed(error)),
            }
        }
        (updates, Read::Some)
    }
}

/// What is long in an update, in bytes.
fn size(update: &v1::RunUpdate) -> usize {
    match &update.update {
        Some(Update::Proposed(proposed)) => proposed.plan.len(),
        Some(Update::Evaluated(evaluated)) => evaluated.output.len() + evaluated.output_tail.len(),
        _ => 0,
    }
}

async fn send(sender: &Sender, updates: Vec<v1::RunUpdate>) -> Result<(), Stop> {
    if updates.is_empty() {
        return Ok(());
    }
    sender.send(updates.into_iter().map(Ok).collect()).await.map_err(|_| Stop::ClientGone)
}
