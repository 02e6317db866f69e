//! When a run gets a log: at once if it was started detached or has one already; otherwise when it has outlived its
//! clients.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use weco_core::run::RunId;

use crate::journal::Journal;
use crate::run::{Feed, RunHandle, Warner};

/// How long nobody watches before a run counts as left: a client that has just created a run, or reconnects, needs a
/// moment.
const GRACE: Duration = Duration::from_secs(2);

/// A live run that may get a log.
pub(crate) struct Followed {
    pub(super) run: RunId,
    pub(super) journal: Arc<dyn Journal>,
    pub(super) feed: Feed,
    pub(super) warner: Warner,
    watchers: watch::Receiver<usize>,
    detached: bool,
}

impl Followed {
    /// `detached`: nobody is going to watch.
    pub(crate) fn new(run: RunId, journal: Arc<dyn Journal>, handle: &RunHandle, detached: bool) -> Self {
        let (feed, warner, watchers) = (handle.feed(), handle.warner(), handle.watchers());
        Self { run, journal, feed, warner, watchers, detached }
    }

    /// Whether the run gets a log at `path`; answers when that is known.
    pub(super) async fn is_logged(&mut self, path: &Path) -> bool {
        self.detached || has_file(path).await || self.is_left().await
    }

    /// Whether there is a moment when nobody has watched for a while, before the run ends.
    async fn is_left(&mut self) -> bool {
        loop {
            if self.watchers.wait_for(|count| *count == 0).await.is_err() {
                return false;
            }
            tokio::select! {
                changed = self.watchers.changed() => if changed.is_err() { return false },
                () = tokio::time::sleep(GRACE) => return true,
            }
        }
    }
}

/// Not a link: that is nothing that a run has left.
async fn has_file(path: &Path) -> bool {
    tokio::fs::symlink_metadata(path).await.is_ok_and(|found| found.is_file())
}
