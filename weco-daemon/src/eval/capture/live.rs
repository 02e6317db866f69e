//! A capture that others may look at while it grows.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::Capture;

/// Output that is still arriving. Cheap to clone; all clones see the same.
#[derive(Clone, Debug)]
pub struct Live {
    capture: Arc<Mutex<Capture>>,
    bytes: watch::Sender<u64>,
}

impl Default for Live {
    fn default() -> Self {
        Self { capture: Arc::default(), bytes: watch::Sender::new(0) }
    }
}

impl Live {
    /// How many bytes have arrived, for waiting until there are more.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.bytes.subscribe()
    }

    /// The last lines, for a screen: see [`Capture::screen`].
    pub fn screen(&self) -> String {
        self.lock().screen()
    }

    pub(crate) fn push(&self, bytes: &[u8]) {
        self.lock().push(bytes);
        self.bytes.send_modify(|seen| *seen += bytes.len() as u64);
    }

    /// The captured text; what arrives later is not in it.
    pub(crate) fn finish(&self) -> String {
        let mut capture = self.lock();
        capture.finish();
        capture.text()
    }

    fn lock(&self) -> MutexGuard<'_, Capture> {
        // A capture has no state that a panic could leave half done.
        self.capture.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
