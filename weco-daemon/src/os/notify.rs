//! What the service manager is told (`sd_notify`): readiness, a status line, signs of life.
//!
//! Nothing is sent, and no timer runs, where nobody asked for it.

use std::sync::Arc;
use std::time::Duration;

use sd_notify::NotifyState;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::journal::Journal;

/// Whether a service manager wants to be told anything.
pub fn is_wanted() -> bool {
    std::env::var_os("NOTIFY_SOCKET").is_some_and(|socket| !socket.is_empty())
}

/// Says what the daemon is doing before it is ready.
pub fn starting(status: &str) {
    send(&[NotifyState::Status(status)]);
}

/// Says that the daemon begins to stop.
pub fn stopping() {
    send(&[NotifyState::Stopping, NotifyState::Status("stopping: evaluations end, sources are restored")]);
}

/// Says that the daemon is ready, and from then on how many runs are in progress and that it is alive,
/// for as long as what is returned is kept.
pub fn serving(counts: watch::Receiver<usize>, journal: Arc<dyn Journal>) -> JoinSet<()> {
    let mut reports = JoinSet::new();
    if !is_wanted() {
        return reports;
    }
    send(&[NotifyState::Ready, NotifyState::Status(&in_progress(*counts.borrow()))]);
    reports.spawn(report(counts));
    if let Some(limit) = sd_notify::watchdog_enabled().filter(|limit| !limit.is_zero()) {
        // As sd_watchdog_enabled(3) advises: twice as often as demanded.
        reports.spawn(watchdog(limit / 2, journal, || send(&[NotifyState::Watchdog])));
    }
    reports
}

async fn report(mut counts: watch::Receiver<usize>) {
    while counts.changed().await.is_ok() {
        let count = *counts.borrow_and_update();
        send(&[NotifyState::Status(&in_progress(count))]);
    }
}

/// Calls `ping` at every `period`, but only after the journal has answered. As it is a task like every
/// run's, a runtime that is stuck does not get this far either.
async fn watchdog(period: Duration, journal: Arc<dyn Journal>, ping: impl Fn()) {
    let mut ticks = interval(period);
    // After a suspend one sign of life will do.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match journal.answers().await {
            Ok(()) => ping(),
            Err(error) => tracing::error!(%error, "the journal does not answer; no sign of life is given"),
        }
    }
}

fn in_progress(count: usize) -> String {
    match count {
        0 => "no run in progress".to_owned(),
        1 => "1 run in progress".to_owned(),
        count => format!("{count} runs in progress"),
    }
}

/// The daemon works as well when nobody listens.
fn send(states: &[NotifyState]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "the service manager cannot be told how it goes");
    }
}

#[cfg(test)]
mod tests {
    use std::future;
    use std::ops::RangeInclusive;

    use futures_util::future::BoxFuture;
    use tokio::sync::{Semaphore, mpsc};
    use weco_core::event::Event;
    use weco_core::run::{BlobId, RunId};

    use super::*;
    use crate::blobs::Blob;
    use crate::journal::{Durability, JournalError, RunEntry};

    /// A journal that answers as often as it is allowed to, and tells when it is asked.
    struct Sluggish {
        allowed: Semaphore,
        asked: mpsc::UnboundedSender<()>,
    }

    type Done<'a> = BoxFuture<'a, Result<(), JournalError>>;

    impl Journal for Sluggish {
        fn append(&self, _: RunId, _: Vec<Event>, _: Vec<Blob>, _: Durability) -> Done<'_> {
            Box::pin(future::pending())
        }
        fn read(&self, _: RunId, _: u64, _: usize) -> Result<Vec<Event>, JournalError> {
            Err(JournalError::Closed)
        }
        fn blob(&self, _: RunId, _: BlobId) -> Result<Option<Vec<u8>>, JournalError> {
            Err(JournalError::Closed)
        }
        fn runs(&self) -> Result<Vec<RunEntry>, JournalError> {
            Err(JournalError::Closed)
        }
        fn runs_in(&self, _: RangeInclusive<RunId>, _: usize) -> Result<Vec<RunEntry>, JournalError> {
            Err(JournalError::Closed)
        }
        fn remove(&self, _: Vec<RunId>) -> Done<'_> {
            Box::pin(future::pending())
        }
        fn answers(&self) -> Done<'_> {
            self.asked.send(()).unwrap();
            Box::pin(async {
                self.allowed.acquire().await.unwrap().forget();
                Ok(())
            })
        }
        fn close(&self) -> Done<'_> {
            Box::pin(future::pending())
        }
    }

    #[tokio::test]
    async fn a_journal_that_hangs_gives_no_sign_of_life() {
        let (asked, mut questions) = mpsc::unbounded_channel();
        let journal = Arc::new(Sluggish { allowed: Semaphore::new(2), asked });
        let (sender, mut pings) = mpsc::unbounded_channel();
        let ping = move || sender.send(()).unwrap();
        let _watchdog = tokio::spawn(watchdog(Duration::from_millis(1), journal.clone(), ping));
        for _ in 0..3 {
            questions.recv().await.unwrap();
        }
        assert_eq!((pings.recv().await, pings.recv().await), (Some(()), Some(())));
        assert!(pings.try_recv().is_err(), "the third question is not answered");
        journal.allowed.add_permits(1);
        pings.recv().await.unwrap();
    }

    #[tokio::test]
    async fn a_journal_whose_thread_is_gone_gives_no_sign_of_life() {
        let home = tempfile::tempdir().unwrap();
        let journal = crate::journal::DiskJournal::open(home.path()).unwrap().journal;
        journal.answers().await.unwrap();
        journal.close().await.unwrap();
        assert!(matches!(journal.answers().await, Err(JournalError::Closed)));
    }

    #[test]
    fn the_status_counts_in_words() {
        let told: Vec<_> = [0, 1, 3].map(in_progress).into();
        assert_eq!(told, ["no run in progress", "1 run in progress", "3 runs in progress"]);
    }
}
