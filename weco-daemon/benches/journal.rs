//! What the journal costs on this machine, against the two obvious alternatives.
//!
//! `cargo bench -p weco-daemon --bench journal [-- [--finished] [<directory>]]`; the directory should
//! be on the disk in question (default: the temporary directory); `--finished` measures only how a
//! journal of many finished runs opens.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::runtime::Runtime;
use uuid::Uuid;
use weco_core::event::{EndStatus, Event, Exit, Grounds, Outcome, RunEvent, Stage, Usage, Verdict};
use weco_core::fixture;
use weco_core::run::{BlobId, FileRefs, NodeId, RunId, RunSpec, Source};
use weco_daemon::blobs::Blob;
use weco_daemon::journal::{DiskJournal, Durability, Journal, Options};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Commits per scenario.
const COMMITS: usize = 1000;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let given = |name: &str| arguments.iter().any(|argument| argument == name);
    let place = arguments.iter().find(|argument| !argument.starts_with("--"));
    let place = place.map_or_else(std::env::temp_dir, PathBuf::from);
    let room = |name: &str| tempfile::Builder::new().prefix(name).tempdir_in(&place);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;

    if given(FILL) {
        return fill(&runtime, &place);
    }
    if given(OPEN) {
        return Ok(runtime.block_on(open(&place)?.close())?);
    }
    if given("--finished") {
        return finished_runs(&runtime, room("j")?.path());
    }
    println!("{:<58} {:>8} {:>8} {:>8}   ms", "one commit, 2 events of 700 B", "median", "p10", "p90");
    row("its run's file alone, one fdatasync", files(room("f")?.path(), 1)?);
    row("sled alone, one flush", sled_alone(room("s")?.path(), 1)?);
    row("journal", journal(&runtime, room("j")?.path(), 1, false)?);
    row("journal, with 5 KB of code and 2 KB of output", journal(&runtime, room("j")?.path(), 1, true)?);

    println!("\n50 runs commit at once; until the last is done");
    row("their files, 50 fdatasyncs", files(room("f")?.path(), 50)?);
    row("sled alone, one flush", sled_alone(room("s")?.path(), 50)?);
    row("journal", journal(&runtime, room("j")?.path(), 50, false)?);
    row("journal, with 5 KB of code and 2 KB of output", journal(&runtime, room("j")?.path(), 50, true)?);

    println!("\nsteps: two flushed commits, one written between them, 5 KB of code, 2 KB of output");
    row("one run, own time per step", steps(&runtime, room("j")?.path(), 1, 500)?.1);
    let (rate, times) = steps(&runtime, room("j")?.path(), 200, 20)?;
    row("200 runs at once, time per step", times);
    println!("{:<58} {rate:>8.0} steps/s", "200 runs of 20 steps, in all");

    // In a process of its own: sled's threads, once started by the bare sled above, wake each second.
    Command::new(std::env::current_exe()?).arg("--finished").arg(&place).status()?;
    Ok(())
}

fn row(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |part: usize| times[times.len() * part / 10].as_secs_f64() * 1e3;
    println!("{name:<58} {:>8.3} {:>8.3} {:>8.3}", at(5), at(1), at(9));
}

fn files(dir: &Path, runs: usize) -> Result<Vec<Duration>, Failure> {
    let mut files: Vec<_> =
        (0..runs).map(|run| File::create(dir.join(run.to_string()))).collect::<Result<_, _>>()?;
    timed(COMMITS / runs, |_| {
        files.iter_mut().try_for_each(|file| file.write_all(&[b'x'; 1400]))?;
        files.iter().try_for_each(File::sync_data)?;
        Ok(())
    })
}

fn sled_alone(dir: &Path, runs: usize) -> Result<Vec<Duration>, Failure> {
    let db = sled::Config::new().path(dir).cache_capacity(4 << 20).flush_every_ms(None).open()?;
    timed(COMMITS / runs, |round| {
        let mut batch = sled::Batch::default();
        for run in 0..runs {
            for event in 0..2 {
                let mut key = (run as u128).to_be_bytes().to_vec();
                key.extend((2 * round as u64 + event).to_be_bytes());
                batch.insert(key, vec![b'x'; 700]);
            }
        }
        db.apply_batch(batch)?;
        db.flush()?;
        Ok(())
    })
}

fn timed(
    rounds: usize,
    mut work: impl FnMut(usize) -> Result<(), Failure>,
) -> Result<Vec<Duration>, Failure> {
    let one = |round| {
        let start = Instant::now();
        work(round)?;
        Ok(start.elapsed())
    };
    (0..rounds).map(one).collect()
}

fn open(dir: &Path) -> Result<Arc<DiskJournal>, Failure> {
    Ok(Arc::new(DiskJournal::open_with(dir, Options::default())?.journal))
}

fn journal(runtime: &Runtime, dir: &Path, runs: u128, with_blobs: bool) -> Result<Vec<Duration>, Failure> {
    let journal = open(dir)?;
    let times = timed(COMMITS / runs as usize, |round| {
        let seq = 2 * round as u64 + 1;
        let one = |run: u128| {
            let events = (seq..seq + 2).map(|seq| event(seq, failed(&"x".repeat(600)))).collect();
            let blobs = if with_blobs { vec![code(run, seq), output(run, seq)] } else { Vec::new() };
            let journal = Arc::clone(&journal);
            async move { journal.append(id(run), events, blobs, Durability::Flushed).await }
        };
        runtime.block_on(async {
            let tasks = (0..runs).map(|run| tokio::spawn(one(run)));
            join_all(tasks).await.into_iter().try_for_each(|done| Ok::<_, Failure>(done??))
        })
    })?;
    runtime.block_on(journal.close())?;
    Ok(times)
}

/// Steps per second of all runs together, and how long each step took.
fn steps(runtime: &Runtime, dir: &Path, runs: u128, steps: u64) -> Result<(f64, Vec<Duration>), Failure> {
    let journal = open(dir)?;
    let start = Instant::now();
    let one_run = |run: u128| {
        let journal = Arc::clone(&journal);
        async move {
            let mut times = Vec::new();
            for step in 0..steps {
                let start = Instant::now();
                for (events, blobs, durability) in commits(run, step) {
                    journal.append(id(run), events, blobs, durability).await?;
                }
                times.push(start.elapsed());
            }
            Ok::<_, Failure>(times)
        }
    };
    let times = runtime.block_on(async {
        let tasks: Vec<_> = (0..runs).map(|run| tokio::spawn(one_run(run))).collect();
        let mut times = Vec::new();
        for task in tasks {
            times.extend(task.await??);
        }
        Ok::<_, Failure>(times)
    })?;
    let rate = times.len() as f64 / start.elapsed().as_secs_f64();
    runtime.block_on(journal.close())?;
    Ok((rate, times))
}

/// The commits of one step, five events in all.
fn commits(run: u128, step: u64) -> [(Vec<Event>, Vec<Blob>, Durability); 3] {
    let (seq, node, attempt) = (5 * step + 1, NodeId(step as u32 + 1), 1);
    let (code, output) = (code(run, step), output(run, step));
    let files = FileRefs::from([("optimize.py".to_owned(), code.id())]);
    let plan = "Replace the inner loop by one vectorised expression. ".repeat(5);
    let proposed = RunEvent::Proposed {
        node,
        plan,
        files,
        lines_added: 3,
        lines_removed: 9,
        usage: Usage::default(),
        from: None,
        written: Default::default(),
    };
    let process = weco_core::event::ProcessRef { pgid: 4242, start_time: 99, boot_id: id(run).to_string() };
    let outcome = Outcome {
        verdict: Verdict::Good { metric: 1.25 },
        exit: Exit::Code { code: 0 },
        duration_ms: 12,
        output: output.id(),
        output_tail: "speedup: 1.25\n".repeat(10),
        samples: Vec::new(),
        verified: false,
        report: None,
    };
    let asked = RunEvent::Asked {
        node,
        parent: NodeId(0),
        stage: Stage::Improve,
        attempt,
        grounds: Grounds::default(),
    };
    [
        (
            vec![event(seq, proposed), event(seq + 1, RunEvent::EvalIntended { node, attempt })],
            vec![code],
            Durability::Flushed,
        ),
        (
            vec![event(seq + 2, RunEvent::EvalStarted { node, attempt, process })],
            Vec::new(),
            Durability::Written,
        ),
        (
            vec![event(seq + 3, RunEvent::Evaluated { node, attempt, outcome }), event(seq + 4, asked)],
            vec![output],
            Durability::Flushed,
        ),
    ]
}

/// Runs that are over, in the last scenario.
const FINISHED: u128 = 10_000;

/// What a process started by this one does.
const FILL: &str = "--fill";
const OPEN: &str = "--open";

/// Opening with many finished runs, and reading from one of them.
fn finished_runs(runtime: &Runtime, dir: &Path) -> Result<(), Failure> {
    let child = |task: &str| -> Result<Duration, Failure> {
        let start = Instant::now();
        let status = Command::new(std::env::current_exe()?).arg(task).arg(dir).status()?;
        if status.success() { Ok(start.elapsed()) } else { Err(format!("{task} failed: {status}").into()) }
    };
    child(FILL)?;
    // Runs never end as fast as these: closing does not wait until sled has all of them.
    while child(OPEN)? > Duration::from_secs(5) {}

    let start = Instant::now();
    let journal = open(dir)?;
    println!("\n{:<58} {:>8.0} ms", "opening with 10,000 finished runs of 20 steps", milliseconds(start));
    println!("{:<58} {:>8}", "memory", resident());
    let start = Instant::now();
    for entry in journal.runs()? {
        journal.read(entry.id, 1, 1)?;
    }
    println!("{:<58} {:>8.0} ms", "reading the first event of each", milliseconds(start));
    let start = Instant::now();
    journal.read(id(7), 50, 20)?;
    println!("{:<58} {:>8.3} ms", "reading 20 events from the middle of one", milliseconds(start));
    let start = Instant::now();
    let summaries = journal.runs()?.iter().filter(|entry| entry.summary.is_some()).count();
    println!("{:<58} {:>8.3} ms", format!("listing all, {summaries} with a summary"), milliseconds(start));
    let start = Instant::now();
    journal.runs_in(id(7)..=id(7), 1)?;
    println!("{:<58} {:>8.3} ms", "looking one up", milliseconds(start));
    let before = wake_ups();
    std::thread::sleep(Duration::from_secs(5));
    // One is this sleep's.
    println!("{:<58} {:>8}", "wake-ups of all threads in 5 idle seconds", wake_ups() - before - 1);
    let old: Vec<_> = journal.runs()?.into_iter().map(|entry| entry.id).take(FINISHED as usize / 2).collect();
    let start = Instant::now();
    for part in old.chunks(250) {
        runtime.block_on(journal.remove(part.to_vec()))?;
    }
    println!("{:<58} {:>8.0} ms", format!("removing {}, 250 at a time", old.len()), milliseconds(start));
    let start = Instant::now();
    runtime.block_on(journal.close())?;
    println!("{:<58} {:>8.0} ms", "closing then, at most 8 s", milliseconds(start));
    Ok(())
}

fn fill(runtime: &Runtime, dir: &Path) -> Result<(), Failure> {
    let journal = open(dir)?;
    let (reason, hint) = (String::new(), String::new());
    let steps = (0..20).flat_map(|step| commits(0, step)).flat_map(|part| part.0).map(|event| event.kind);
    let kinds: Vec<_> =
        steps.chain([RunEvent::Ended { status: EndStatus::Completed, reason, hint }]).collect();
    let events = |run: u128| -> Vec<_> {
        let created = RunEvent::Created { spec: Box::new(spec(id(run))) };
        (1..)
            .zip([created].into_iter().chain(kinds.iter().cloned()))
            .map(|(seq, kind)| event(seq, kind))
            .collect()
    };
    runtime.block_on(async {
        for first in (0..FINISHED).step_by(250) {
            let one =
                |run: u128| journal.append(id(run), events(run), vec![code(run, 0)], Durability::Flushed);
            join_all((first..first + 250).map(one)).await.into_iter().collect::<Result<Vec<_>, _>>()?;
        }
        journal.close().await
    })?;
    Ok(())
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

/// How often this process's threads went to sleep so far.
fn wake_ups() -> u64 {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let statuses = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("status")).ok());
    let counts =
        statuses.filter_map(|status| field(&status, "voluntary_ctxt_switches:")?.parse::<u64>().ok());
    counts.sum()
}

/// Memory in use.
fn resident() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    field(&status, "VmRSS:").unwrap_or_default()
}

fn field(status: &str, name: &str) -> Option<String> {
    Some(status.lines().find_map(|line| line.strip_prefix(name))?.trim().to_owned())
}

fn id(run: u128) -> RunId {
    // Spread like random ids.
    RunId(Uuid::from_u128(run.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)))
}

fn spec(id: RunId) -> RunSpec {
    let nothing = BlobId([0; 32]);
    RunSpec {
        directory: "/home/somebody/projects/kernels".to_owned(),
        log_dir: "/home/somebody/projects/kernels/.runs".to_owned(),
        sources: vec![Source { path: "kernels/optimize.py".to_owned(), blob: nothing, mode: 0o644 }],
        steps: 20,
        model: "anthropic/claude-opus-4-5".to_owned(),
        ..fixture::spec(id)
    }
}

fn event(seq: u64, kind: RunEvent) -> Event {
    Event { seq, at: 1_700_000_000_000, kind }
}

fn failed(reason: &str) -> RunEvent {
    RunEvent::Failed { node: NodeId(1), reason: reason.to_owned(), last: false }
}

fn code(run: u128, step: u64) -> Blob {
    let lines = (0..150).map(|line| format!("    value_{line} = transform(data, {run}, {})\n", step * line));
    Blob::new(lines.collect::<String>())
}

fn output(run: u128, step: u64) -> Blob {
    let lines = (0..60).map(|line| format!("run {run} step {step} iteration {line}\n"));
    Blob::new(lines.collect::<String>())
}
