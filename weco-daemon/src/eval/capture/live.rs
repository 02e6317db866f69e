//! A capture that others may look at while it grows.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::{Capture, Since};

/// Who captures. Cheap to clone; the output is over when the last of them is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Recorder {
    capture: Arc<Mutex<Capture>>,
    bytes: watch::Sender<u64>,
}

impl Default for Recorder {
    fn default() -> Self {
        Self { capture: Arc::default(), bytes: watch::Sender::new(0) }
    }
}

impl Recorder {
    /// For who looks at it while it grows.
    pub(crate) fn live(&self) -> Live {
        Live { capture: Arc::clone(&self.capture), bytes: self.bytes.subscribe() }
    }

    pub(crate) fn push(&self, bytes: &[u8]) {
        lock(&self.capture).push(bytes);
        self.bytes.send_modify(|seen| *seen += bytes.len() as u64);
    }

    /// The captured text; what arrives later is not in it.
    pub(crate) fn finish(&self) -> String {
        let mut capture = lock(&self.capture);
        capture.finish();
        capture.text()
    }
}

/// Output that is still arriving, or was. Cheap to clone; all clones see the same.
#[derive(Clone, Debug)]
pub struct Live {
    capture: Arc<Mutex<Capture>>,
    bytes: watch::Receiver<u64>,
}

impl Live {
    /// How many bytes have arrived, for waiting until there are more. Closes when nothing more can arrive.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.bytes.clone()
    }

    /// The last lines, for a screen: see [`Capture::screen`].
    pub fn screen(&self) -> String {
        lock(&self.capture).screen()
    }

    /// What was printed after the first `seen` characters: see [`Capture::since`].
    pub fn since(&self, seen: u64) -> Since {
        lock(&self.capture).since(seen)
    }
}

/// A capture has no state that a panic could leave half done.
fn lock(capture: &Mutex<Capture>) -> MutexGuard<'_, Capture> {
    capture.lock().unwrap_or_else(PoisonError::into_inner)
}
