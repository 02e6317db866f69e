//! `kill -9` at random moments, and what a power cut leaves.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::*;
use crate::journal::contract::run;

/// Tells the test below that it is the child, and where the journal is.
const DIR: &str = "WECO_TEST_CRASH_DIR";
const RUNS: u128 = 3;

/// Starts over several times between two kills.
const LOG: Options = Options { log_capacity: 16 << 10, ..SMALL_LOG };

/// Not a test by itself: the process that is killed. Appends to several runs at once for ever and
/// prints what was acknowledged.
#[tokio::test]
async fn child() {
    let Some(dir) = std::env::var_os(DIR) else { return };
    let journal = open_with(Path::new(&dir), LOG);
    let one_run = |number| {
        let journal = &journal;
        async move {
            let entries = journal.runs().unwrap();
            let mut last =
                entries.iter().find(|entry| entry.id == run(number)).map_or(0, |entry| entry.last_seq);
            loop {
                let count = last % 3 + 1;
                let durability = if last % 2 == 0 { Durability::Flushed } else { Durability::Written };
                let blobs = (last + 1..=last + count).map(|seq| content(run(number), seq)).collect();
                journal.append(run(number), notes(last + 1, count), blobs, durability).await.unwrap();
                last += count;
                let mut out = std::io::stdout();
                writeln!(out, "\nacknowledged {number} {last}").and_then(|()| out.flush()).unwrap();
            }
        }
    };
    futures_util::future::join_all((0..RUNS).map(one_run)).await;
}

fn start_child(dir: &Path) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "journal::disk::tests::crash::child", "--nocapture"])
        .env(DIR, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    (child, output)
}

/// Kills a child after about `moment` acknowledgements; returns the last of each run.
fn kill_after(dir: &Path, moment: usize) -> HashMap<u128, u64> {
    let (mut child, output) = start_child(dir);
    let mut acknowledged = HashMap::new();
    for line in output.lines().map_while(Result::ok) {
        let words: Vec<_> = line.split(' ').collect();
        if let ["acknowledged", run, seq] = words[..] {
            acknowledged.insert(run.parse().unwrap(), seq.parse().unwrap());
            if acknowledged.len() + moment
                <= acknowledged.values().map(|seq: &u64| *seq as usize).max().unwrap_or(0)
            {
                // What is still in the pipe after this was acknowledged as well, and is read.
                let _ = child.kill();
            }
        }
    }
    assert!(!child.wait().unwrap().success());
    acknowledged
}

fn check(dir: &Path, acknowledged: &HashMap<u128, u64>) -> DiskJournal {
    let opened = DiskJournal::open_with(dir, LOG).unwrap();
    for (number, last) in acknowledged {
        let events = opened.journal.read(run(*number), 1, usize::MAX).unwrap();
        assert!(events.len() as u64 >= *last, "run {number}: {} of {last}", events.len());
        assert_eq!(events, notes(1, events.len() as u64));
        for event in &events {
            let blob = content(run(*number), event.seq);
            assert_eq!(opened.journal.blob(run(*number), blob.id()).unwrap().as_deref(), Some(blob.bytes()));
        }
    }
    opened.journal
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_by_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    let mut random = StdRng::seed_from_u64(1);
    let mut moment = 0;
    for _ in 0..20 {
        moment += random.random_range(0..25);
        let acknowledged = kill_after(dir.path(), moment);
        check(dir.path(), &acknowledged).close().await.unwrap();
    }
}

#[tokio::test]
async fn the_commit_log_alone_is_enough() {
    // A power cut may lose everything that was not flushed: the runs' files and all of sled.
    let dir = tempfile::tempdir().unwrap();
    let options = Options::default();
    let journal = open_with(dir.path(), options);
    for number in 0..RUNS {
        fill(&journal, run(number), 1, 10).await;
    }
    let lost = tempfile::tempdir().unwrap();
    fs::copy(dir.path().join("commit.log"), lost.path().join("commit.log")).unwrap();
    let acknowledged = (0..RUNS).map(|number| (number, 10)).collect();
    check(lost.path(), &acknowledged).close().await.unwrap();
    journal.close().await.unwrap();
}

#[tokio::test]
async fn a_commit_log_cut_anywhere_gives_a_prefix() {
    let (journal, dir) = fresh(Options::default());
    fill(&journal, run(0), 1, 6).await;
    let log = fs::read(dir.path().join("commit.log")).unwrap();
    journal.close().await.unwrap();
    let used = log.iter().rposition(|byte| *byte != 0).unwrap();
    for cut in (0..used).step_by(97) {
        let mut torn = log.clone();
        torn[cut..].fill(0);
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("commit.log"), torn).unwrap();
        let journal = open(dir.path());
        let events = journal.read(run(0), 1, 99).unwrap();
        assert_eq!(events, notes(1, events.len() as u64));
        journal.close().await.unwrap();
    }
}
