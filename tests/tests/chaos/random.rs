//! Daemons killed at random moments over whole runs: hundreds of kills in all.

use weco_tests::chaos::{Job, random_kills};

use crate::programs::PROGRAMS;

/// Enough for more kills than [`KILLS`] before the run is over.
const STEPS: u32 = 60;

/// After these a run is left in peace, so that its time is bounded however busy the machine is.
const KILLS: u32 = 40;

#[track_caller]
fn survives(seed: u64) {
    let mut told = Vec::new();
    let tally = random_kills(PROGRAMS, &Job::builtin(seed, STEPS), KILLS, |what| told.push(what));
    assert!(tally.killed > KILLS / 4, "a run that is hardly disturbed shows nothing: {tally:?}");
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

#[test]
fn seed_5() {
    survives(5);
}

#[test]
fn seed_6() {
    survives(6);
}
