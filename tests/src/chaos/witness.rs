//! Who remembers everything that a daemon ever acknowledged.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use weco_proto::v1::{RunUpdate, WatchRunRequest, run_update::Update};

use crate::eventually::DEADLINE;

/// The updates of one run as its watchers saw them, over the lives of many daemons.
#[derive(Clone, Debug)]
pub struct Witness {
    run: Arc<str>,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    seen: Mutex<Seen>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Seen {
    /// What is recorded, by sequence number.
    recorded: BTreeMap<u64, RunUpdate>,
    /// The newest word on why a step waits.
    waiting: Option<String>,
    /// The first broken promise.
    broken: Option<String>,
}

impl Witness {
    /// Of the run of this id.
    pub fn new(run: &str) -> Self {
        Self { run: run.into(), shared: Arc::default() }
    }

    /// The run's id.
    pub fn run(&self) -> &str {
        &self.run
    }

    /// Watches the run from its beginning, on a thread, until the daemon at `socket` is gone or the run has
    /// ended; answers whether it has ended. `at` sees each update that no watcher saw before.
    pub fn watch(
        &self,
        socket: &Path,
        mut at: impl FnMut(&RunUpdate) + Send + 'static,
    ) -> thread::JoinHandle<bool> {
        let (socket, witness) = (socket.to_owned(), self.clone());
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                // A daemon that is gone again is no news.
                let Ok(mut client) = weco_proto::connect::connect(&socket).await else { return false };
                let run_id = witness.run.to_string();
                let request =
                    WatchRunRequest { run_id, from_seq: 1, include_output: true, ..Default::default() };
                let Ok(stream) = client.watch_run(request).await else { return false };
                let mut stream = stream.into_inner();
                let mut last = 0;
                loop {
                    match stream.message().await {
                        Ok(Some(update)) if witness.take(&mut last, &update) => at(&update),
                        Ok(Some(_)) => {}
                        Ok(None) => return true,
                        Err(_) => return false,
                    }
                }
            })
        })
    }

    /// Remembers an update that follows `last`; tells whether it is new.
    fn take(&self, last: &mut u64, update: &RunUpdate) -> bool {
        let mut seen = self.lock();
        if let Some(Update::Progress(progress)) = &update.update {
            if let Some(weco_proto::v1::progress::What::Waiting(why)) = &progress.what {
                seen.waiting = Some(why.clone());
            }
            drop(seen);
            self.shared.changed.notify_all();
            return false;
        }
        let skipped = seen.recorded.range(*last + 1..update.seq).next();
        let broken = match (skipped, seen.recorded.get(&update.seq)) {
            (Some((seq, lost)), _) => Some(format!("{seq} was acknowledged and is lost: {lost:?}")),
            (None, Some(known)) if known != update => Some(format!("{known:?} became {update:?}")),
            _ if update.seq <= *last => Some(format!("{} came after {last}: {update:?}", update.seq)),
            _ => None,
        };
        if seen.broken.is_none() {
            seen.broken = broken;
        }
        *last = update.seq;
        let fresh = seen.recorded.insert(update.seq, update.clone()).is_none();
        drop(seen);
        self.shared.changed.notify_all();
        fresh
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.shared.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is recorded, as far as it was seen.
    pub fn updates(&self) -> Vec<RunUpdate> {
        self.lock().recorded.values().cloned().collect()
    }

    /// Whether the newest that was seen is the run's end.
    pub fn has_ended(&self) -> bool {
        self.lock().has_ended()
    }

    /// Panics if an acknowledged update was lost, changed or told twice.
    #[track_caller]
    pub fn assert_faithful(&self) {
        let broken = self.lock().broken.clone();
        assert_eq!(broken, None, "what was acknowledged stays");
    }

    /// Waits until the run has ended.
    #[track_caller]
    pub fn await_end(&self) {
        self.wait("the run ends", Seen::has_ended);
    }

    /// Waits until an update was seen that is `wanted`.
    #[track_caller]
    pub fn await_update(&self, what: &str, wanted: impl Fn(&Update) -> bool) {
        let is_wanted = |update: &RunUpdate| update.update.as_ref().is_some_and(&wanted);
        self.wait(what, |seen| seen.recorded.values().any(is_wanted));
    }

    /// Waits until the run says that it waits, with these words in its reason.
    #[track_caller]
    pub fn await_waiting(&self, words: &str) {
        let what = format!("it waits, and says {words:?}");
        self.wait(&what, |seen| seen.waiting.as_ref().is_some_and(|why| why.contains(words)));
    }

    #[track_caller]
    fn wait(&self, what: &str, until: impl Fn(&Seen) -> bool) {
        let waited = self.shared.changed.wait_timeout_while(self.lock(), DEADLINE, |seen| !until(seen));
        let (seen, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        let (last, waiting) = (seen.recorded.values().next_back().cloned(), seen.waiting.clone());
        drop(seen);
        assert!(!timeout.timed_out(), "still not so: {what}; last: {last:?}; waiting: {waiting:?}");
    }
}

impl Seen {
    fn has_ended(&self) -> bool {
        let last = self.recorded.values().next_back().and_then(|update| update.update.as_ref());
        matches!(last, Some(Update::Ended(_) | Update::Applied(_)))
    }
}
