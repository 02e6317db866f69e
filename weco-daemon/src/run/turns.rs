//! Runs that share a working tree take turns evaluating: each swaps its own candidate into the same
//! files or next to them, so two at once would measure each other's code.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Who may evaluate where. Fair: first come, first served.
#[derive(Debug, Default)]
pub struct Turns {
    places: Mutex<HashMap<PathBuf, Arc<Semaphore>>>,
}

/// The right to evaluate in a working tree, until dropped.
#[derive(Debug)]
pub struct Turn {
    _permit: Option<OwnedSemaphorePermit>,
}

impl Turns {
    /// Waits for the turn in `tree` (see `working_tree`); calls `waiting` if it is not free at once.
    pub async fn take(&self, tree: &Path, waiting: impl FnOnce()) -> Turn {
        let place = Arc::clone(
            self.places
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .entry(tree.to_owned())
                .or_insert_with(|| Arc::new(Semaphore::new(1))),
        );
        if let Ok(permit) = Arc::clone(&place).try_acquire_owned() {
            return Turn { _permit: Some(permit) };
        }
        waiting();
        // The semaphore is never closed, so waiting for it cannot fail.
        Turn { _permit: place.acquire_owned().await.ok() }
    }
}

/// What runs in `directory` share: its repository's top, or the directory itself outside of one.
pub(super) fn working_tree(directory: &Path) -> PathBuf {
    let top = directory.ancestors().find(|place| place.join(".git").exists());
    top.unwrap_or(directory).to_owned()
}
