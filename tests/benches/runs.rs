//! What people wait for with 10,000 finished runs in the record.
//!
//! `cargo bench -p weco-tests --bench runs` (about a minute)

#![expect(clippy::unwrap_used, reason = "a benchmark fails loudly")]

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use weco_core::event::{EndStatus, Event, RunEvent};
use weco_core::fixture;
use weco_core::run::{NodeId, RunId, RunSpec};
use weco_daemon::journal::{DiskJournal, Durability, Journal};
use weco_proto::connect::connect;
use weco_proto::v1::{GetRunRequest, StatusRequest};
use weco_tests::World;

const RUNS: u64 = 10_000;
const ROUNDS: usize = 100;

fn main() {
    let world =
        World::new(env!("CARGO_BIN_EXE_weco-under-test"), env!("CARGO_BIN_EXE_weco-daemon-under-test"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    fill(&world, &runtime);
    row("weco daemon start", &mut (0..5).map(|_| start(&world)).collect::<Vec<_>>());
    world.start_daemon();
    let lines: [(&str, &[&str]); 3] = [
        ("weco daemon status", &["daemon", "status"]),
        ("weco runs -n 20", &["runs", "-n", "20"]),
        ("weco runs --status running", &["runs", "--status", "running"]),
    ];
    for (name, line) in lines {
        row(name, &mut (0..ROUNDS).map(|_| command(&world, line)).collect::<Vec<_>>());
    }
    row("weco runs --format json", &mut [command(&world, &["runs", "--format", "json"])]);
    calls(&world, &runtime);
    row(
        "weco runs prune --keep 5000 --yes",
        &mut [command(&world, &["runs", "prune", "--keep", "5000", "--yes"])],
    );
    row(
        "weco daemon status",
        &mut (0..ROUNDS).map(|_| command(&world, &["daemon", "status"])).collect::<Vec<_>>(),
    );
}

/// One connection, asked again and again.
fn calls(world: &World, runtime: &Runtime) {
    runtime.block_on(async {
        let mut client = connect(&world.runtime().join("daemon.sock")).await.unwrap();
        let (mut one, mut status) = (Vec::new(), Vec::new());
        for number in 0..1000 {
            let prefix = id(number).to_string()[..12].to_owned();
            let begin = Instant::now();
            client.get_run(GetRunRequest { run_id: prefix }).await.unwrap();
            one.push(begin.elapsed());
            let begin = Instant::now();
            client.status(StatusRequest {}).await.unwrap();
            status.push(begin.elapsed());
        }
        row("GetRun by a prefix, one call", &mut one);
        row("Status, one call", &mut status);
    });
}

fn fill(world: &World, runtime: &Runtime) {
    DirBuilder::new().mode(0o700).create(world.state()).unwrap();
    let journal = DiskJournal::open(&world.state().join("journal")).unwrap().journal;
    runtime.block_on(async {
        for first in (0..RUNS).step_by(250) {
            let one = |run| journal.append(id(run), events(run), Vec::new(), Durability::Flushed);
            futures_util::future::try_join_all((first..first + 250).map(one)).await.unwrap();
        }
        journal.close().await.unwrap();
    });
}

fn start(world: &World) -> Duration {
    let began = Instant::now();
    world.start_daemon();
    let time = began.elapsed();
    assert_eq!(world.weco(&["daemon", "stop"]).code, 0);
    time
}

fn command(world: &World, line: &[&str]) -> Duration {
    let began = Instant::now();
    let status = world.command(line).stdout(Stdio::null()).status().unwrap();
    assert!(status.success());
    began.elapsed()
}

fn row(name: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |part: usize| times[(times.len() * part / 100).min(times.len() - 1)].as_secs_f64() * 1e3;
    println!("{name:<40} median {:>9.3} ms   99 % {:>9.3} ms", at(50), at(99));
}

/// Spread like random ids.
fn id(run: u64) -> RunId {
    RunId(uuid::Uuid::from_u128(u128::from(run).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)))
}

fn events(run: u64) -> Vec<Event> {
    let created = RunEvent::Created { spec: Box::new(spec(id(run))) };
    let failed =
        (1..=20).map(|step| RunEvent::Failed { node: NodeId(step), reason: "x".repeat(600), last: false });
    let (reason, hint) = ("all steps are done".to_owned(), String::new());
    let ended = RunEvent::Ended { status: EndStatus::Completed, reason, hint };
    let at = 1_700_000_000_000 + i64::try_from(run).unwrap();
    let kinds = [created].into_iter().chain(failed).chain([ended]);
    (1..).zip(kinds).map(|(seq, kind)| Event { seq, at, kind }).collect()
}

fn spec(id: RunId) -> RunSpec {
    RunSpec {
        directory: "/home/somebody/projects/kernels".to_owned(),
        log_dir: "/home/somebody/projects/kernels/.runs".to_owned(),
        steps: 20,
        model: "anthropic/claude-opus-4-5".to_owned(),
        ..fixture::spec(id)
    }
}
