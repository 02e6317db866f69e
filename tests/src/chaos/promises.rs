//! What must hold when a run is over, whatever happened on the way.

use std::collections::BTreeSet;

use weco_core::event::{Event, RunEvent};
use weco_core::state::RunState;
use weco_daemon::journal::{DiskJournal, Journal};

use super::end::End;
use super::job::Job;
use super::processes::evaluations;
use super::site::{Programs, Site};
use super::witness::Witness;

impl Site {
    /// What comes of a job that nothing disturbs, in a world of its own. `prepare` sees the world before
    /// the daemon starts.
    #[track_caller]
    pub fn undisturbed(programs: Programs<'_>, job: &Job, prepare: impl FnOnce(&mut Site)) -> End {
        let mut site = Site::new(programs);
        prepare(&mut site);
        site.up();
        let witness = site.begin(job);
        witness.watch(&site.socket(), |_| ());
        witness.await_end();
        site.assert_kept(&witness);
        End::of(&witness.updates())
    }

    /// Asserts all that holds once a run has ended; the daemon is stopped on the way.
    #[track_caller]
    pub fn assert_kept(&mut self, witness: &Witness) {
        self.source.assert_restored();
        assert_eq!(self.found_broken(), None, "the user's file is safe during every evaluation");
        crate::eventually("no evaluation is left", || evaluations(witness.run()).is_empty().then_some(()));
        self.terminate();
        self.await_gone();
        witness.assert_faithful();
        self.assert_recorded(witness);
    }

    /// Reads the journal itself: no gap, no contradiction, every step counted once.
    #[track_caller]
    fn assert_recorded(&self, witness: &Witness) {
        let events = self.recorded(witness.run());
        let numbers: Vec<u64> = events.iter().map(|event| event.seq).collect();
        assert_eq!(numbers, (1..=events.len() as u64).collect::<Vec<_>>(), "no gaps");
        RunState::replay(&events).expect("no contradiction");
        let mut counted = BTreeSet::new();
        for event in &events {
            if let RunEvent::Evaluated { node, .. } = &event.kind {
                assert!(counted.insert(*node), "step {node} is counted twice");
            }
        }
    }

    /// A run's events, read while no daemon runs.
    pub fn recorded(&self, run: &str) -> Vec<Event> {
        let journal =
            DiskJournal::open(&self.world.state().join("journal")).expect("the journal opens").journal;
        let entry = journal.runs().unwrap().into_iter().find(|entry| entry.id.to_string() == run);
        let events = journal.read(entry.expect("the run is there").id, 1, usize::MAX).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(journal.close()).unwrap();
        events
    }
}
