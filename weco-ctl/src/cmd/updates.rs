//! A run's events, whatever happens to the daemon meanwhile.
//!
//! ```text
//! WatchRun(1) ──1,2,3,4──╳ daemon dies     WatchRun(5) ──5,6,…,Ended──┤
//!                          └─ wait, start it again, ask for what comes next
//! ```

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::stream;
use tokio::time::{sleep, timeout};
use tonic::{Code, Status, Streaming};
use weco_proto::status::{hint, status_with_hint};
use weco_proto::v1::{RunUpdate, WatchRunRequest, run_update::Update};

use super::facts::SharedFacts;
use super::succession::{self, Incumbent};
use crate::daemon::Daemon;
use crate::error::is_lost;
use crate::ui::Updates;
use crate::ui::format::short_id;

/// How long after a run's end to wait for a sign that it was resumed. The rest of a history comes at once.
const END_GRACE: Duration = Duration::from_secs(1);

/// How often, and after which waits, a lost daemon is looked for again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Retry {
    /// Most attempts without anything new in between.
    pub(super) attempts: u32,
    /// The wait before the second attempt, doubled for each further one. The first comes at once.
    pub(super) wait: Duration,
}

impl Default for Retry {
    /// 0, ¼, ½, 1 and 2 seconds: long enough for a daemon that is being replaced, short enough to wait for.
    fn default() -> Self {
        Self { attempts: 5, wait: Duration::from_millis(250) }
    }
}

impl Retry {
    fn wait_before(self, attempt: u32) -> Duration {
        match attempt {
            0 | 1 => Duration::ZERO,
            later => self.wait.saturating_mul(2_u32.saturating_pow(later - 2)),
        }
    }
}

/// What is worth telling apart from the events.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum News {
    /// Contact was lost; it is looked for again after `wait`.
    Retry { attempt: u32, most: u32, wait: Duration },
    /// Events come again.
    Reconnected,
}

/// A run's events from the first to its end, across losses of contact.
///
/// The end of a run is handed out when the daemon has nothing more to say: a run's history may hold earlier ends,
/// after which it was resumed.
pub(super) struct Reconnecting<N> {
    daemon: Daemon,
    run_id: String,
    include_output: bool,
    so_far: bool,
    retry: Retry,
    news: N,
    stream: Option<Streaming<RunUpdate>>,
    /// Whose events these are.
    watched: Option<Incumbent>,
    next_seq: u64,
    attempt: u32,
    /// An end, and what was recorded after it: handed out when it is known to be the last.
    held: Vec<RunUpdate>,
    /// What is handed out next.
    ready: VecDeque<RunUpdate>,
    finished: bool,
}

/// Why there is no next event, for now or for good.
enum Fault {
    /// The connection broke, or there was none: the daemon may be gone.
    Lost(Status),
    /// The daemon stops in good order: another may take its runs over.
    Stopping(Status),
    /// The daemon says so.
    Refused(Status),
}

impl<N: FnMut(News) + Send + 'static> Reconnecting<N> {
    /// The run's events; `news` is told about losses of contact.
    pub(super) fn new(daemon: Daemon, run_id: String, include_output: bool, retry: Retry, news: N) -> Self {
        Self {
            daemon,
            run_id,
            include_output,
            so_far: false,
            retry,
            news,
            stream: None,
            watched: None,
            next_seq: 1,
            attempt: 0,
            held: Vec::new(),
            ready: VecDeque::new(),
            finished: false,
        }
    }

    /// The events from this one on instead of the first.
    pub(super) fn starting_at(mut self, seq: u64) -> Self {
        self.next_seq = seq.max(1);
        self
    }

    /// Only what is recorded by now.
    pub(super) fn so_far(self) -> Self {
        Self { so_far: true, ..self }
    }

    /// The stream, which also tells `facts` what goes by.
    pub(super) fn tapped(self, facts: SharedFacts) -> Updates {
        Box::pin(stream::unfold((self, facts), |(mut source, facts)| async move {
            let update = source.next().await?;
            if let Ok(update) = &update {
                facts.note(update);
            }
            Some((update, (source, facts)))
        }))
    }

    async fn next(&mut self) -> Option<Result<RunUpdate, Status>> {
        loop {
            if let Some(update) = self.ready.pop_front() {
                return Some(Ok(update));
            }
            if self.finished {
                return None;
            }
            match self.read().await {
                Ok(Some(update)) => self.take(update),
                Ok(None) => {
                    self.finished = true;
                    self.ready.extend(self.held.drain(..));
                }
                Err(Fault::Refused(status)) => return Some(Err(self.give_up(status))),
                Err(Fault::Stopping(status)) => {
                    self.stream = None;
                    if !succession::awaited(&self.daemon, self.watched).await {
                        return Some(Err(self.give_up(status)));
                    }
                }
                Err(Fault::Lost(status)) if self.attempt >= self.retry.attempts => {
                    return Some(Err(self.give_up(status)));
                }
                Err(Fault::Lost(_)) => self.wait().await,
            }
        }
    }

    /// The next event; none if the run has ended.
    async fn read(&mut self) -> Result<Option<RunUpdate>, Fault> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => {
                let request = WatchRunRequest {
                    run_id: self.run_id.clone(),
                    from_seq: self.next_seq,
                    include_output: self.include_output,
                    so_far: self.so_far,
                };
                none.insert(Self::watch(&self.daemon, &mut self.watched, request).await?)
            }
        };
        let patience = if self.held.is_empty() { Duration::MAX } else { END_GRACE };
        let message = timeout(patience, stream.message()).await.unwrap_or(Ok(None));
        match message {
            Ok(Some(update)) => Ok(Some(update)),
            // An end that was handed over is the end, however the connection closes.
            Ok(None) | Err(_) if !self.held.is_empty() => Ok(None),
            Ok(None) if self.so_far => Ok(None),
            Ok(None) => Err(Fault::Lost(Status::unavailable("the daemon closed the connection"))),
            Err(status) => Err(fault(status)),
        }
    }

    async fn watch(
        daemon: &Daemon,
        watched: &mut Option<Incumbent>,
        request: WatchRunRequest,
    ) -> Result<Streaming<RunUpdate>, Fault> {
        let mut client = daemon.connect_or_start().await.map_err(|error| Fault::Lost(error.into_status()))?;
        // When it says that it stops, its successor may be there before anyone can ask.
        *watched = Incumbent::of(&mut client).await;
        Ok(client.watch_run(request).await.map_err(fault)?.into_inner())
    }

    /// Takes in what came, to be handed out now, later or never.
    fn take(&mut self, update: RunUpdate) {
        if self.attempt > 0 {
            self.attempt = 0;
            (self.news)(News::Reconnected);
        }
        if update.seq > 0 {
            if update.seq < self.next_seq {
                return;
            }
            self.next_seq = update.seq + 1;
        }
        match &update.update {
            Some(Update::Ended(_)) => self.held.push(update),
            Some(Update::Resumed(_)) => {
                // It was an earlier end, which is history. What followed it (the best version applied) counts.
                self.ready.extend(self.held.drain(..).skip(1));
                self.ready.push_back(update);
            }
            _ if self.held.is_empty() || update.seq == 0 => self.ready.push_back(update),
            _ => self.held.push(update),
        }
    }

    async fn wait(&mut self) {
        self.stream = None;
        self.attempt += 1;
        let wait = self.retry.wait_before(self.attempt);
        (self.news)(News::Retry { attempt: self.attempt, most: self.retry.attempts, wait });
        sleep(wait).await;
    }

    fn give_up(&mut self, status: Status) -> Status {
        self.finished = true;
        if hint(&status).is_some() {
            return status;
        }
        status_with_hint(status.code(), status.message(), &format!("weco attach {}", short_id(&self.run_id)))
    }
}

fn fault(status: Status) -> Fault {
    match status.code() {
        _ if is_lost(&status) => Fault::Lost(status),
        Code::Unavailable => Fault::Stopping(status),
        _ => Fault::Refused(status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_attempt_comes_at_once_and_the_waits_double() {
        let retry = Retry { attempts: 5, wait: Duration::from_millis(250) };
        let waits: Vec<u128> = (1..=5).map(|attempt| retry.wait_before(attempt).as_millis()).collect();
        assert_eq!(waits, [0, 250, 500, 1000, 2000]);
        assert_eq!(retry.wait_before(u32::MAX), retry.wait.saturating_mul(u32::MAX), "no overflow");
    }
}
