//! What the dashboard costs, in a real browser over the real daemon: the first paint of a run of 1,000 steps, how soon
//! a step is seen, and what the daemon pays for being watched.
//!
//! The daemon's processor time is compared over the same span of the same twenty runs: without a page, with the list of
//! runs, with one of the runs, and with both.
//!
//! `cargo bench -p weco-tests --features browser --bench dashboard [-- SECONDS]` (about five minutes; needs what
//! `tests/all` brings)

#![expect(clippy::unwrap_used, reason = "a benchmark fails loudly")]

use std::fs;
use std::time::{Duration, Instant};

use serde_json::Value;
use weco_tests::browser::{Seen, Session, look};
use weco_tests::recording::record;
use weco_tests::{World, eventually};

const SCRIPT: &str = "measure.mjs";
const RUNS: usize = 20;
/// Each step's evaluation takes so long, in seconds.
const PACE: &str = "1";

fn main() {
    let seconds = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(60);
    paint();
    latency();
    watch(Duration::from_secs(seconds));
}

fn world() -> World {
    World::new(env!("CARGO_BIN_EXE_weco-under-test"), env!("CARGO_BIN_EXE_weco-daemon-under-test"))
}

fn url(world: &World) -> String {
    world.weco(&["dashboard", "--url"]).stdout.trim().to_owned()
}

fn paint() {
    let world = world();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let run = runtime.block_on(record(&world, 1_000));
    let seen = look(SCRIPT, &["paint", &url(&world), &run]);
    row("first paint of a run of 1,000 steps", &seen, "<= 300 ms");
}

fn latency() {
    let world = world();
    let run = begin(&world, "one", "0.1", "200");
    let seen = look(SCRIPT, &["latency", &url(&world), &run]);
    row("a step is seen after its event's recorded time", &seen, "<= 100 ms");
}

fn watch(span: Duration) {
    let world = world();
    let runs: Vec<_> = (0..RUNS).map(|run| begin(&world, &run.to_string(), PACE, "100000")).collect();
    let url = url(&world);
    eventually("all runs go on", || {
        let all = world.weco(&["runs", "--format", "json"]).stdout;
        let all: Value = serde_json::from_str(&all).unwrap();
        all.as_array().unwrap().iter().all(|run| run["steps_done"].as_u64() > Some(0)).then_some(())
    });
    println!(
        "processor time of the daemon over {} s of {RUNS} live runs, a step each {PACE} s",
        span.as_secs()
    );
    let alone = load(&world, span);
    println!("{:<50} {:>8.2} % of a core", "  without a page", alone);
    let (list, one) = (&["watch", url.as_str()][..], &["watch", url.as_str(), runs[0].as_str()][..]);
    for (name, pages) in [("the list", &[list][..]), ("one run", &[one]), ("both", &[list, one])] {
        let mut sessions: Vec<_> = pages.iter().map(|page| Session::start(SCRIPT, page)).collect();
        let mut watched = alone;
        with_all(&mut sessions, &mut || watched = load(&world, span));
        for session in sessions {
            session.end();
        }
        let cost = watched - alone;
        println!("{:<50} {watched:>8.2} %: {cost:+.2}   target <= +5", format!("  with a page of {name}"));
    }
}

/// Does `act` while all of them wait for it.
fn with_all(sessions: &mut [Session], act: &mut dyn FnMut()) {
    match sessions {
        [] => act(),
        [first, rest @ ..] => first.when("watching", || with_all(rest, act)),
    }
}

/// Begins a run that is left to the daemon, in a directory of its own; answers its id.
fn begin(world: &World, directory: &str, pause: &str, steps: &str) -> String {
    world.write(&format!("{directory}/value.sh"), "A=8.5 # weco: 0..1000\nB=2.5 # weco: 0..1000\n");
    let evaluate = format!("sleep {pause}; . ./value.sh; echo \"score: $A\"");
    let mut command = world.command(&["run", "-s", "value.sh", "-c", &evaluate, "-m", "score", "-g", "max"]);
    command.args(["-M", "builtin", "--eval-repeats", "1", "--daemon", "--output", "plain", "-n", steps]);
    let begun = command.current_dir(world.work().join(directory)).output().unwrap();
    assert!(begun.status.success(), "{begun:?}");
    let all: Value = serde_json::from_str(&world.weco(&["runs", "--format", "json"]).stdout).unwrap();
    let here = |run: &&Value| run["directory"].as_str().unwrap().ends_with(&format!("/{directory}"));
    all.as_array().unwrap().iter().find(here).unwrap()["run_id"].as_str().unwrap().to_owned()
}

/// The share of one core that the daemon takes during `span`, in per cent; its evaluations are processes of their own.
fn load(world: &World, span: Duration) -> f64 {
    let (began, before) = (Instant::now(), spent(world));
    std::thread::sleep(span);
    let spent = spent(world) - before;
    spent.as_secs_f64() / began.elapsed().as_secs_f64() * 100.0
}

/// Processor time that the daemon's own threads took so far.
fn spent(world: &World) -> Duration {
    let pid = world.daemon_pid().unwrap();
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
    // utime and stime, the 14th and 15th of proc_pid_stat(5), in ticks of USER_HZ, which is 100 everywhere.
    let ticks: u64 = fields[11..13].iter().map(|ticks| ticks.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}

fn row(name: &str, seen: &Seen, target: &str) {
    let mut times: Vec<f64> = serde_json::from_value(seen.found.clone()).unwrap();
    times.sort_unstable_by(f64::total_cmp);
    let at = |part: usize| times[(times.len() - 1) * part / 100];
    let (median, most, count) = (at(50), at(95), times.len());
    println!("{name:<50} median {median:>6.1} ms, 95 % {most:>6.1} ms of {count}   target {target}");
}
