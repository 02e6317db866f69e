//! How many clients watch a live run: one that has none for a while has outlived them.

use tokio::sync::watch;

/// The count, shared by all handles of a run.
#[derive(Clone, Debug)]
pub(super) struct Company(watch::Sender<usize>);

/// One client that watches; no longer once this is dropped.
#[derive(Debug)]
pub struct Watching(watch::Sender<usize>);

impl Default for Company {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Company {
    /// One more.
    pub(super) fn join(&self) -> Watching {
        self.0.send_modify(|count| *count += 1);
        Watching(self.0.clone())
    }

    /// The count as it changes. Closes when nobody is left who could join or leave.
    pub(super) fn count(&self) -> watch::Receiver<usize> {
        self.0.subscribe()
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}
