//! What the programs cost by themselves: `weco --version` beside `git --version`, a command that asks
//! the daemon, and the daemon when there is nothing to do.
//!
//! `cargo bench -p weco-tests --bench client` (about ten seconds)

#![expect(clippy::unwrap_used, reason = "a benchmark fails loudly")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use weco_tests::World;

const ROUNDS: usize = 100;

/// How long the idle daemon is watched.
const IDLE: Duration = Duration::from_secs(5);

fn main() {
    let world =
        World::new(env!("CARGO_BIN_EXE_weco-under-test"), env!("CARGO_BIN_EXE_weco-daemon-under-test"));
    world.start_daemon();
    // Taken in turns, so that all meet the same disturbances.
    let (mut git, mut version, mut status) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        git.push(time(Command::new("git").arg("--version")));
        version.push(time(&mut world.command(&["--version"])));
        status.push(time(&mut world.command(&["daemon", "status"])));
    }
    let (git, version, status) = (median(git), median(version), median(status));
    let ratio = version.as_secs_f64() / git.as_secs_f64();
    println!("git --version, median                 {:>10}", millis(git));
    println!("weco --version, median                {:>10}", millis(version));
    println!("weco / git                            {ratio:>10.2}   target <= 2.00");
    println!("weco daemon status, median            {:>10}   target <= 5.000 ms", millis(status));

    let daemon = Path::new("/proc").join(world.daemon_pid().unwrap().to_string());
    let before = switches(&daemon);
    std::thread::park_timeout(IDLE);
    let woken = switches(&daemon) - before;
    println!(
        "idle daemon, resident                 {:>10}   target <= 15 MiB",
        field(&daemon.join("status"), "VmRSS:")
    );
    println!("idle daemon, wake-ups in {} s          {woken:>10}   target 0", IDLE.as_secs());
}

fn time(command: &mut Command) -> Duration {
    let start = Instant::now();
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status().unwrap();
    let elapsed = start.elapsed();
    assert!(status.success());
    elapsed
}

/// Times that any thread of a process went to sleep of its own accord: each is a wake-up before.
fn switches(process: &Path) -> u64 {
    let threads = fs::read_dir(process.join("task")).unwrap().map(|thread| thread.unwrap().path());
    threads
        .map(|thread: PathBuf| {
            field(&thread.join("status"), "voluntary_ctxt_switches:").parse::<u64>().unwrap()
        })
        .sum()
}

fn field(file: &Path, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap();
    text.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn millis(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1e3)
}
