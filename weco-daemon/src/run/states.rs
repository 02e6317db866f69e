//! What is true of runs, kept for those who look at them again and again.
//!
//! ```text
//! get ──▶ slot of the run ──locked──▶ events newer than what is kept ──▶ Arc<RunState>
//!            ▲ forgotten when the run is removed, or when others were looked at since
//! keep ──────┘ of a run that has just ended here: nobody needs to read it again
//! ```

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use weco_core::event::Event;
use weco_core::run::RunId;
use weco_core::state::{IllegalEvent, RunState};

use crate::error::{Failure, FailureKind};
use crate::journal::Journal;

/// Most runs whose states are kept: a long lineage, all of which is looked at together, and a few others.
const MAX_STATES: usize = 128;

/// What a node takes in memory, in bytes: roughly. Someone's revision of its code takes no more.
const NODE_BYTES: usize = 3_000;

/// Most nodes that all kept states have together, or what takes as much: some 100 MB at most; a usual daemon's are a
/// hundredth of it.
const MAX_WEIGHT: usize = 30_000;

/// One run's state as it was when it was last asked for. Whoever holds the lock brings it up to date.
type Slot = Arc<Mutex<Option<Arc<RunState>>>>;

/// The states of the runs that were looked at last.
pub(super) struct States {
    journal: Arc<dyn Journal>,
    recent: Mutex<Recent>,
}

#[derive(Default)]
struct Recent {
    kept: HashMap<RunId, Kept>,
    clock: u64,
    /// Sum of all kept states'.
    weight: usize,
}

#[derive(Default)]
struct Kept {
    used: u64,
    weight: usize,
    slot: Slot,
}

impl States {
    /// Nothing is kept yet.
    pub(super) fn new(journal: Arc<dyn Journal>) -> Self {
        Self { journal, recent: Mutex::default() }
    }

    /// What is true of a run after its event `last_seq`, or a later one. Blocks for the journal's files.
    ///
    /// # Errors
    /// If the record cannot be read or makes no sense; nothing is kept of it then.
    pub(super) fn get(&self, run: RunId, last_seq: u64) -> Result<Arc<RunState>, Failure> {
        let slot = self.slot(run);
        let state = {
            // A panic leaves nothing, for the state is taken out while it changes.
            let mut kept = slot.lock().unwrap_or_else(PoisonError::into_inner);
            let state = self.caught_up(run, kept.take(), last_seq)?;
            *kept = Some(Arc::clone(&state));
            state
        };
        self.account(run, &slot, weight(&state));
        Ok(state)
    }

    /// Keeps what is true of a run by all that is recorded of it, as its own actor knows it.
    pub(super) fn keep(&self, state: RunState) {
        let (run, weight) = (state.spec().id, weight(&state));
        let slot = self.slot(run);
        {
            let mut kept = slot.lock().unwrap_or_else(PoisonError::into_inner);
            if kept.as_ref().is_none_or(|kept| kept.seq() < state.seq()) {
                *kept = Some(Arc::new(state));
            }
        }
        self.account(run, &slot, weight);
    }

    /// Keeps nothing of runs that are no longer recorded. To be called once they are not: whoever is reading them
    /// meanwhile keeps what it finds where nobody looks again.
    pub(super) fn forget(&self, runs: &[RunId]) {
        let mut recent = self.recent();
        runs.iter().for_each(|run| recent.remove(*run));
    }

    fn caught_up(
        &self,
        run: RunId,
        kept: Option<Arc<RunState>>,
        last_seq: u64,
    ) -> Result<Arc<RunState>, Failure> {
        let known = kept.as_ref().map_or(0, |state| state.seq());
        let events = match last_seq.checked_sub(known) {
            None | Some(0) => Vec::new(),
            Some(newer) => self.journal.read(run, known + 1, usize::try_from(newer).unwrap_or(usize::MAX))?,
        };
        advanced(kept, &events)
            .map_err(|error| Failure::new(FailureKind::System, format!("run {run} cannot be read: {error}")))
    }

    fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn slot(&self, run: RunId) -> Slot {
        let mut recent = self.recent();
        recent.clock += 1;
        let used = recent.clock;
        let kept = recent.kept.entry(run).or_default();
        kept.used = used;
        Arc::clone(&kept.slot)
    }

    /// Notes how large a state is, and forgets those used longest ago if all are too many.
    fn account(&self, run: RunId, slot: &Slot, weight: usize) {
        let mut recent = self.recent();
        let Some(kept) = recent.kept.get_mut(&run).filter(|kept| Arc::ptr_eq(&kept.slot, slot)) else {
            return;
        };
        let before = std::mem::replace(&mut kept.weight, weight);
        recent.weight = recent.weight + weight - before;
        while recent.weight > MAX_WEIGHT || recent.kept.len() > MAX_STATES {
            let Some(oldest) = recent.oldest() else { return };
            recent.remove(oldest);
        }
    }
}

/// What a state takes in memory, in nodes.
fn weight(state: &RunState) -> usize {
    let nodes = state.tree().nodes();
    let revisions: usize = nodes.iter().map(|node| node.revisions.len()).sum();
    nodes.len() + revisions + state.instructions_bytes() / NODE_BYTES
}

/// A state with further events taken in; copied first if somebody still looks at it as it was.
fn advanced(state: Option<Arc<RunState>>, events: &[Event]) -> Result<Arc<RunState>, IllegalEvent> {
    let Some(mut state) = state else { return RunState::replay(events).map(Arc::new) };
    if !events.is_empty() {
        let changed = Arc::make_mut(&mut state);
        events.iter().try_for_each(|event| changed.apply(event))?;
    }
    Ok(state)
}

impl Recent {
    fn remove(&mut self, run: RunId) {
        self.weight -= self.kept.remove(&run).map_or(0, |kept| kept.weight);
    }

    fn oldest(&self) -> Option<RunId> {
        self.kept.iter().min_by_key(|(_, kept)| kept.used).map(|(run, _)| *run)
    }
}

#[cfg(test)]
mod tests;
