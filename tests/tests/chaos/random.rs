//! Daemons killed at random moments over whole runs: hundreds of kills in all.

use weco_tests::chaos::{Job, random_kills};

use crate::programs::PROGRAMS;

/// Enough for some fifty kills, more on a busy machine.
const STEPS: u32 = 10;

#[track_caller]
fn survives(seed: u64) {
    let mut told = Vec::new();
    let tally = random_kills(PROGRAMS, &Job::builtin(seed, STEPS), |what| told.push(what));
    assert!(tally.killed > 5, "a run that is hardly disturbed shows nothing: {tally:?}");
    println!("seed {seed}: {tally:?}");
}

#[test]
fn seed_1() {
    survives(1);
}

#[test]
fn seed_2() {
    survives(2);
}

#[test]
fn seed_3() {
    survives(3);
}

#[test]
fn seed_4() {
    survives(4);
}
