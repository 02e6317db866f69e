//! Kills daemons at random moments, for as long as you like.
//!
//! `cargo run -p weco-tests --bin weco-chaos -- --seed 7 --seconds 600`
//!
//! Each round is a whole run whose seed decides the moments. At the first broken promise it prints the evidence
//! and the seed, and exits with 1. It is its own client and daemon: linked under their names, it is them.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use weco_tests::chaos::{Job, Programs, random_kills};

const HELP: &str = "usage: weco-chaos [--seed N] [--seconds S] [--steps N]

Kills the daemon at random moments over whole runs, until S seconds (60) have passed. The first round has seed N (1),
each further one the next. A run has 40 steps. Exits with 1 at the first broken promise.";

fn main() -> ExitCode {
    let called = std::env::args().next().unwrap_or_default();
    match Path::new(&called).file_name().and_then(|name| name.to_str()) {
        Some("weco") => weco_ctl::main_impl(),
        Some("weco-daemon") => weco_daemon::main_impl(),
        _ => match arguments(std::env::args().skip(1)) {
            Ok(plan) => rounds(plan),
            Err(words) => {
                eprintln!("{words}");
                ExitCode::from(2)
            }
        },
    }
}

#[derive(Clone, Copy)]
struct Plan {
    seed: u64,
    time: Duration,
    steps: u32,
}

fn arguments(mut given: impl Iterator<Item = String>) -> Result<Plan, String> {
    let mut plan = Plan { seed: 1, time: Duration::from_secs(60), steps: 40 };
    while let Some(name) = given.next() {
        let value = given.next().and_then(|value| value.parse::<u64>().ok());
        match (name.as_str(), value) {
            ("--seed", Some(seed)) => plan.seed = seed,
            ("--seconds", Some(seconds)) => plan.time = Duration::from_secs(seconds),
            ("--steps", Some(steps)) => {
                plan.steps = u32::try_from(steps).map_err(|_| HELP.to_owned())?;
            }
            _ => return Err(HELP.to_owned()),
        }
    }
    Ok(plan)
}

fn rounds(plan: Plan) -> ExitCode {
    let Some(program) = std::env::current_exe().ok().and_then(|path| path.to_str().map(ToOwned::to_owned))
    else {
        eprintln!("where this program is cannot be told");
        return ExitCode::FAILURE;
    };
    let begun = Instant::now();
    let mut kills = 0;
    for seed in plan.seed.. {
        if begun.elapsed() >= plan.time {
            break;
        }
        println!("seed {seed}: a run of {} steps", plan.steps);
        let programs = Programs { client: &program, daemon: &program };
        let job = Job::builtin(seed, plan.steps);
        // A broken promise is a panic, which has printed its evidence.
        let round =
            std::panic::catch_unwind(|| random_kills(programs, &job, u32::MAX, |what| println!("  {what}")));
        let Ok(tally) = round else {
            eprintln!(
                "broken at seed {seed}; again: weco-chaos --seed {seed} --seconds 1 --steps {}",
                plan.steps
            );
            return ExitCode::FAILURE;
        };
        println!("seed {seed}: kept; {tally:?}");
        kills += tally.killed + tally.killed_starting;
    }
    println!("all promises kept over {kills} kills in {} s", begun.elapsed().as_secs());
    ExitCode::SUCCESS
}
