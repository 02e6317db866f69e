//! `kill -9` at random moments over a whole run.

use std::thread;
use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use weco_proto::v1::{RunStatus, run_update::Update};

use super::end::End;
use super::job::Job;
use super::processes::{Evaluation, evaluations};
use super::site::{Programs, Site};
use super::witness::Witness;

/// A daemon lives up to this long after it is up, in microseconds.
const LIFE: u64 = 150_000;

/// One that is killed while it starts dies within this long, in microseconds.
const START: u64 = 60_000;

/// Lives after which a run that does not end is stuck.
const MOST_LIVES: u32 = 2_000;

/// What was done to a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Daemons killed while they served.
    pub killed: u32,
    /// Daemons killed while they started, most of them while recovering.
    pub killed_starting: u32,
    /// Stops asked for shortly before.
    pub stopped: u32,
}

/// Runs `job` with a daemon that is killed again and again, up to `most` times and at moments that the job's seed
/// decides, until the run has ended by itself; `tell` hears what is done. It must end as if nothing had happened.
///
/// # Panics
/// At the first broken promise.
pub fn random_kills(programs: Programs<'_>, job: &Job, most: u32, mut tell: impl FnMut(String)) -> Tally {
    let expected = Site::undisturbed(programs, job, |_| ());
    let mut site = Site::new(programs);
    site.up();
    let witness = site.begin(job);
    let mut chaos =
        Chaos { site, witness, rng: ChaCha8Rng::seed_from_u64(job.seed), tally: Tally::default() };
    let mut lives = 0;
    loop {
        lives += 1;
        if chaos.tally.killed >= most {
            chaos.live_on(job);
            break;
        }
        assert!(lives < MOST_LIVES, "the run gets nowhere");
        let what = chaos.live(job);
        tell(format!("life {lives}: {what}"));
        if chaos.is_complete() {
            break;
        }
        chaos.begin_again(&mut tell);
    }
    let Chaos { mut site, witness, tally, .. } = chaos;
    // The last kill may have come just after the run's end.
    site.ensure_up();
    let end = End::of(&witness.updates());
    assert_eq!(end, expected, "it ends as an undisturbed run does");
    site.assert_kept(&witness);
    tally
}

struct Chaos {
    site: Site,
    witness: Witness,
    rng: ChaCha8Rng,
    tally: Tally,
}

impl Chaos {
    /// A daemon that serves lives on for a while, is perhaps asked to stop the run, and is killed, unless
    /// the run completes before.
    fn live(&mut self, job: &Job) -> &'static str {
        let watching = self.witness.watch(&self.site.socket(), |_| ());
        self.pause(LIFE);
        let stop = self.rng.random_ratio(1, 10);
        if stop {
            self.tally.stopped += 1;
            self.site.stop(self.witness.run()).expect("a stop is taken");
            self.pause(LIFE / 10);
        }
        if watching.is_finished() {
            assert!(watching.join().unwrap(), "a daemon that nobody killed serves on");
            if self.is_complete() {
                return "the run completes";
            }
            self.assert_at_rest();
            self.site.resume(job, self.witness.run());
            self.pause(LIFE / 10);
            self.site.kill();
            self.tally.killed += 1;
            return "killed after a stopped run was resumed";
        }
        self.site.kill();
        self.tally.killed += 1;
        watching.join().unwrap();
        self.witness.assert_faithful();
        if stop { "killed after a stop was asked for" } else { "killed" }
    }

    /// Nobody disturbs the run any more; if it was stopped at last, it goes on.
    fn live_on(&self, job: &Job) {
        let watch = || self.witness.watch(&self.site.socket(), |_| ()).join().unwrap();
        assert!(watch(), "a daemon that nobody killed serves on");
        if !self.is_complete() {
            self.assert_at_rest();
            self.site.resume(job, self.witness.run());
            assert!(watch(), "a daemon that nobody killed serves on");
        }
    }

    /// Starts daemons until one gets to serve.
    fn begin_again(&mut self, tell: &mut impl FnMut(String)) {
        let left = evaluations(self.witness.run());
        while self.rng.random_ratio(1, 4) {
            self.site.start();
            self.pause(START);
            if self.site.is_gone() {
                panic!("the daemon does not start:\n{}", self.site.world.daemon_log());
            }
            self.site.kill();
            self.tally.killed_starting += 1;
            tell("killed while it starts".to_owned());
        }
        self.site.up();
        let runs_on: Vec<&Evaluation> = left.iter().filter(|process| process.runs()).collect();
        assert!(runs_on.is_empty(), "left of a dead daemon's evaluation: {runs_on:?}");
    }

    fn is_complete(&self) -> bool {
        let updates = self.witness.updates();
        let last = updates.last().and_then(|update| update.update.as_ref());
        matches!(last, Some(Update::Ended(ended)) if ended.status() == RunStatus::Completed)
    }

    /// A stopped run holds nothing.
    fn assert_at_rest(&self) {
        self.site.source.assert_restored();
        assert_eq!(evaluations(self.witness.run()), [], "a stopped run runs nothing");
    }

    fn pause(&mut self, most_micros: u64) {
        let micros = self.rng.random_range(0..=most_micros);
        thread::sleep(Duration::from_micros(micros));
    }
}
