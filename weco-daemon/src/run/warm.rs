//! What people are about to look into, read before they do.

use std::cmp::Reverse;

use super::registry::Registry;
use crate::journal::RunEntry;

/// Most runs that are read ahead, and most steps of all of them: some 10 ms in all.
const MAX_RUNS: usize = 4;
const MAX_STEPS: u32 = 2_000;

impl Registry {
    /// Reads the runs in which something happened last, so that the first look into them need not. Blocks.
    pub(crate) fn read_ahead(&self) {
        let Ok(mut runs) = self.deps().journal.runs() else { return };
        let updated = |entry: &RunEntry| entry.summary.as_ref().map_or(0, |summary| summary.updated_at);
        runs.sort_unstable_by_key(|entry| Reverse(updated(entry)));
        let mut steps = 0;
        for entry in runs.iter().take(MAX_RUNS) {
            steps += entry.summary.as_ref().map_or(0, |summary| summary.steps_asked);
            if steps > MAX_STEPS || self.is_stopping() {
                return;
            }
            // Whoever looks into one that cannot be read is told why.
            let _ = self.states().get(entry.id, entry.last_seq);
        }
    }
}
