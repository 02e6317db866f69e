//! Which search finds the better program, with the real programs: `weco run --search …` on the tasks in `tasks/`, by
//! the built-in proposer and by a scripted programmer behind a loopback model server (`weco_tests::programmer`).
//!
//! Told, as Markdown: the mean metric of the program that a run leaves in the user's directory, measured again without
//! noise, ± its standard error; and the differences between searches with the same seed. All luck follows from the
//! seeds, so that the figures are the same each time.
//!
//! `cargo bench -p weco-tests --bench search [-- --seeds 20 --steps 20,60 --csv FILE]`

#![expect(clippy::unwrap_used, reason = "a benchmark fails loudly")]

mod cli;

use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use clap::Parser;
use weco_tests::World;
use weco_tests::contest::{self, Entry, Result, Task};

use cli::Options;

fn main() {
    let options = Options::parse();
    let mut tasks = Task::all(&Task::shelf()).unwrap();
    tasks.retain(|task| options.tasks.is_empty() || options.tasks.contains(&task.name));
    let began = Instant::now();
    let entries = entries(&tasks, &options);
    let results = played(&entries, &options);
    if let Some(file) = &options.csv {
        fs::write(file, contest::csv(&results)).unwrap();
    }
    println!("{}", contest::means(&results, &options.searches, own));
    println!("{}", contest::differences(&results, &options.searches));
    println!("{} runs in {:.0} s", results.len(), began.elapsed().as_secs_f64());
}

/// All runs. Those that are compared are next to one another: what else the machine does is the same for them.
fn entries<'t>(tasks: &'t [Task], options: &Options) -> Vec<Entry<'t>> {
    let mut entries = Vec::new();
    for seed in options.first_seed..options.first_seed + options.seeds {
        for task in tasks {
            for (proposer, steps) in options.settings() {
                let entry = |search: &String| Entry { task, proposer, search: search.clone(), steps, seed };
                entries.extend(options.searches.iter().map(entry));
            }
        }
    }
    entries
}

/// Plays all runs, several at once, each with one proposal in flight.
fn played<'t>(entries: &[Entry<'t>], options: &Options) -> Vec<Result<'t>> {
    let world =
        World::new(env!("CARGO_BIN_EXE_weco-under-test"), env!("CARGO_BIN_EXE_weco-daemon-under-test"));
    world.start_daemon();
    let (next, results) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let player = || {
        while let Some(entry) = entries.get(next.fetch_add(1, Ordering::Relaxed)) {
            let result = contest::play(&world, entry.clone());
            if let Some(logs) = &options.logs {
                fs::create_dir_all(logs).unwrap();
                fs::write(logs.join(format!("{entry}.txt")), &result.log).unwrap();
            }
            results.lock().unwrap().push(result);
        }
    };
    let players = options.jobs.or_else(|| std::thread::available_parallelism().ok());
    std::thread::scope(|scope| {
        for _ in 0..players.map_or(1, std::num::NonZero::get) {
            scope.spawn(player);
        }
    });
    let mut results = results.into_inner().unwrap();
    results.sort_by_key(|result| result.entry.to_string());
    results
}

/// What the user's own code is worth.
fn own(task: &Task) -> f64 {
    let place = tempfile::tempdir().unwrap();
    task.place(place.path()).unwrap();
    task.measured(place.path()).unwrap()
}
