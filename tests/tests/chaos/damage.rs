//! A journal that is damaged while no daemon runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use weco_tests::chaos::{End, Job, Site, Witness};

use crate::programs::site;

/// What opening may take: the index gets 10 s, once as it is and once anew.
const OPENING: Duration = Duration::from_secs(25);

fn files_below(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            found.extend(files_below(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found.sort();
    found
}

fn damage(path: &Path, random: &mut ChaCha8Rng) {
    let mut bytes = fs::read(path).unwrap();
    if bytes.is_empty() {
        return;
    }
    match random.random_range(0..3) {
        0 => bytes.truncate(random.random_range(0..bytes.len())),
        1 => {
            let start = random.random_range(0..bytes.len());
            let end = (start + 512).min(bytes.len());
            random.fill_bytes(&mut bytes[start..end]);
        }
        _ => {
            for _ in 0..8 {
                let at = random.random_range(0..bytes.len().min(40_000));
                bytes[at] ^= 1 << random.random_range(0..8);
            }
        }
    }
    fs::write(path, bytes).unwrap();
}

/// Two runs that are over, and a stopped daemon.
fn with_two_runs() -> (Site, Vec<(Witness, End)>) {
    let mut site = site();
    site.up();
    let runs = [41, 42].map(|seed| {
        let witness = site.begin(&Job::builtin(seed, 4));
        witness.watch(&site.socket(), |_| ()).join().unwrap();
        let end = End::of(&witness.updates());
        (witness, end)
    });
    site.terminate();
    site.await_gone();
    (site, runs.into())
}

/// All runs are there to the last word, and a new one works.
#[track_caller]
fn assert_all_there(site: &mut Site, runs: &[(Witness, End)]) {
    let begun = Instant::now();
    site.up();
    assert!(begun.elapsed() < OPENING, "{:?}", begun.elapsed());
    for (known, end) in runs {
        let again = Witness::new(known.run());
        again.watch(&site.socket(), |_| ()).join().unwrap();
        assert_eq!(&End::of(&again.updates()), end);
    }
    let witness = site.begin(&Job::builtin(43, 1));
    witness.watch(&site.socket(), |_| ()).join().unwrap();
    assert!(witness.has_ended());
    site.terminate();
    site.await_gone();
}

#[test]
fn of_the_index() {
    let mut put_aside = 0;
    for seed in 0..6 {
        let (mut site, runs) = with_two_runs();
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let files = files_below(&site.world.state().join("journal/sled-1"));
        for _ in 0..2 {
            damage(&files[random.random_range(0..files.len())], &mut random);
        }
        assert_all_there(&mut site, &runs);
        if site.world.state().join("journal/sled-1.damaged-1").exists() {
            put_aside += 1;
            let log = site.world.daemon_log();
            assert!(
                log.contains("sled-1.damaged-1") && log.contains("is being rebuilt"),
                "the user is told: {log}"
            );
        }
    }
    assert!(put_aside > 0, "no damage was noticed");
}

#[test]
fn of_the_commit_log() {
    for seed in 0..3 {
        let (mut site, runs) = with_two_runs();
        let log = site.world.state().join("journal/commit.log");
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        damage(&log, &mut random);
        assert_all_there(&mut site, &runs);
    }
}

#[test]
fn of_a_runs_own_file_at_its_end() {
    let (mut site, runs) = with_two_runs();
    let mirror = site.world.state().join(format!("journal/mirror/{}.run", runs[0].0.run()));
    let bytes = fs::read(&mirror).unwrap();
    fs::write(&mirror, &bytes[..bytes.len() - 7]).unwrap();
    assert_all_there(&mut site, &runs);
    assert!(site.world.daemon_log().contains(runs[0].0.run()), "the user is told");
}
