//! What a followed run is and how it ended, as the daemon said it: paths unchanged, unlike what is shown.

use std::sync::{Arc, Mutex, PoisonError};

use weco_proto::v1::{RunCreated, RunEnded, RunUpdate, run_update::Update};

/// What is known of a run.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Facts {
    pub(super) created: Option<RunCreated>,
    pub(super) ended: Option<RunEnded>,
}

impl Facts {
    /// The run's whole id; `asked`, what the user called it, if nothing was heard of it.
    pub(super) fn run_id(&self, asked: &str) -> String {
        self.created.as_ref().map_or_else(|| asked.to_owned(), |created| created.run_id.clone())
    }

    fn note(&mut self, update: &RunUpdate) {
        match &update.update {
            Some(Update::Created(created)) => self.created = Some(created.clone()),
            Some(Update::Ended(ended)) => self.ended = Some(ended.clone()),
            Some(Update::Resumed(_)) => self.ended = None,
            _ => {}
        }
    }
}

/// [`Facts`] that grow while a stream of updates is consumed elsewhere.
#[derive(Clone, Debug, Default)]
pub(super) struct SharedFacts(Arc<Mutex<Facts>>);

impl SharedFacts {
    /// Notes what `update` says.
    pub(super) fn note(&self, update: &RunUpdate) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).note(update);
    }

    /// The run's directory, if it is known.
    pub(super) fn directory(&self) -> Option<String> {
        let facts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        facts.created.as_ref().map(|created| created.directory.clone())
    }

    /// What is known by now.
    pub(super) fn take(&self) -> Facts {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
