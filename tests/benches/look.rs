//! What people wait for when they look into a run of 1,000 steps.
//!
//! A run against a scripted, instant model server on loopback, with an evaluation that only prints; then the commands
//! and the calls that look into it: the first ones of a fresh daemon, which reads the record, and later ones. What a
//! process costs that does nothing is measured beside them.
//!
//! `cargo bench -p weco-tests --bench look [-- STEPS]` (about a minute)

#![expect(clippy::unwrap_used, reason = "a benchmark fails loudly")]

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio_stream::StreamExt;
use weco_core::run::RunId;
use weco_core::state::RunState;
use weco_daemon::journal::{DiskJournal, Journal};
use weco_proto::connect::{Client, connect};
use weco_proto::v1;
use weco_tests::World;
use weco_tests::recording::record;

/// Fresh daemons, and later calls.
const COLD: usize = 5;
const HOT: usize = 50;

/// Every command that looks into a run.
const COMMANDS: [&str; 14] = [
    "run status RUN",
    "run status RUN --lineage",
    "run results RUN",
    "run results RUN --top 5 --format json",
    "run results RUN --format json",
    "run results RUN --format csv",
    "run results RUN --format json --include-code",
    "run show RUN --step best",
    "run diff RUN --step best --against baseline",
    "run overview RUN",
    "run overview RUN --include-code",
    "run logs RUN",
    "run logs RUN --step best",
    "runs -n 20",
];

fn main() {
    let steps: u32 = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(1_000);
    let world =
        World::new(env!("CARGO_BIN_EXE_weco-under-test"), env!("CARGO_BIN_EXE_weco-daemon-under-test"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let run = runtime.block_on(record(&world, steps));
    println!("a run of {steps} steps; targets: 10 ms\n");
    println!("{:<58} {:>21}   {:>21}", "medians (fastest) in ms", "first", "later");
    for (program, mut command) in [("weco", world.command(&[])), ("git", world.outside("git"))] {
        command.arg("--version");
        let once = || finished(&mut command);
        row(
            &format!("{program} --version"),
            Vec::new(),
            std::iter::repeat_with(once).take(HOT).flatten().collect(),
        );
    }
    for line in COMMANDS {
        let words: Vec<&str> =
            line.split(' ').map(|word| if word == "RUN" { run.as_str() } else { word }).collect();
        let once = || finished(&mut world.command(&words));
        let cold = (0..COLD).filter_map(|_| fresh(&world, once)).collect();
        row(&format!("weco {line}"), cold, std::iter::repeat_with(once).take(HOT).flatten().collect());
    }
    let once = || begun(&mut world.command(&["run", "logs", &run]));
    let cold = (0..COLD).map(|_| fresh(&world, once)).collect();
    row("weco run logs RUN: its first output", cold, std::iter::repeat_with(once).take(HOT).collect());
    for (name, call) in CALLS {
        let once = || Some(runtime.block_on(timed(&world, &run, call, 1))[0]);
        let cold = (0..COLD).filter_map(|_| fresh(&world, once)).collect();
        let hot = runtime.block_on(timed(&world, &run, call, HOT));
        row(name, cold, hot);
    }
    assert_eq!(world.weco(&["daemon", "stop"]).code, 0);
    replay(&world, &runtime, &run);
}

/// Does something with a daemon that has just started; it has looked into no run.
fn fresh<T>(world: &World, work: impl FnOnce() -> T) -> T {
    if world.daemon_pid().is_some() {
        assert_eq!(world.weco(&["daemon", "stop"]).code, 0);
    }
    world.start_daemon();
    work()
}

/// How long a command takes, its process's start included; none for one that is not there.
///
/// # Panics
/// If it fails: what it says then takes no time to find.
fn finished(command: &mut Command) -> Option<Duration> {
    let began = Instant::now();
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().ok()?;
    let taken = began.elapsed();
    assert!(status.success(), "{command:?}: {status}");
    Some(taken)
}

/// How long a command takes to its first output, its process's start included. It is read to its end.
fn begun(command: &mut Command) -> Duration {
    let began = Instant::now();
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut output = child.stdout.take().unwrap();
    output.read_exact(&mut [0]).unwrap();
    let taken = began.elapsed();
    std::io::copy(&mut output, &mut std::io::sink()).unwrap();
    assert!(child.wait().unwrap().success(), "{command:?}");
    taken
}

/// A call that looks into a run.
#[derive(Clone, Copy)]
enum Call {
    Node,
    Tree { code: bool },
}

const CALLS: [(&str, Call); 3] = [
    ("GetNode of the best, with code and output", Call::Node),
    ("GetTree", Call::Tree { code: false }),
    ("GetTree with code", Call::Tree { code: true }),
];

/// One connection, asked again and again.
async fn timed(world: &World, run: &str, call: Call, times: usize) -> Vec<Duration> {
    let mut client = connect(&world.runtime().join("daemon.sock")).await.unwrap();
    let mut taken = Vec::new();
    for _ in 0..times {
        let began = Instant::now();
        ask(&mut client, run, call).await;
        taken.push(began.elapsed());
    }
    taken
}

async fn ask(client: &mut Client, run: &str, call: Call) {
    let run_id = run.to_owned();
    match call {
        Call::Node => {
            let request = v1::GetNodeRequest { run_id, node: "best".to_owned(), code: true, output: true };
            client.get_node(request).await.unwrap();
        }
        Call::Tree { code } => {
            let request = v1::GetTreeRequest { run_id, code, ..Default::default() };
            let mut parts = client.get_tree(request).await.unwrap().into_inner();
            let mut nodes = 0;
            while let Some(part) = parts.next().await {
                nodes += part.unwrap().nodes.len();
            }
            assert!(nodes > 1, "{nodes}");
        }
    }
}

/// Where the time of a cold look goes.
fn replay(world: &World, runtime: &Runtime, run: &str) {
    let journal = DiskJournal::open(&world.state().join("journal")).unwrap().journal;
    let run = RunId(run.parse().unwrap());
    let (mut reads, mut folds) = (Vec::new(), Vec::new());
    for _ in 0..20 {
        let began = Instant::now();
        let events = journal.read(run, 1, usize::MAX).unwrap();
        reads.push(began.elapsed());
        let began = Instant::now();
        let state = RunState::replay(&events).unwrap();
        folds.push(began.elapsed());
        assert!(state.tree().nodes().len() > 1);
    }
    row("reading all events from disk", Vec::new(), reads);
    row("folding them", Vec::new(), folds);
    runtime.block_on(journal.close()).unwrap();
}

/// Medians, and the fastest for a machine that is busy with other things.
fn row(name: &str, mut cold: Vec<Duration>, mut hot: Vec<Duration>) {
    cold.sort_unstable();
    hot.sort_unstable();
    let millis = |time: Option<&Duration>| {
        time.map_or("-".to_owned(), |time| format!("{:.2}", time.as_secs_f64() * 1e3))
    };
    let told = |times: &[Duration]| {
        format!("{:>10} {:>10}", millis(times.get(times.len() / 2)), format!("({})", millis(times.first())))
    };
    println!("{name:<58} {}   {}", told(&cold), told(&hot));
}
