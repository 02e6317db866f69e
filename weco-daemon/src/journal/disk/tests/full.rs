//! A full disk, played by a limit on the size of files, which needs no privileges.

use std::process::Command;

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use super::*;
use crate::journal::JournalError;
use crate::journal::contract::run;

const DIR: &str = "WECO_TEST_FULL_DIR";

/// More than the commit log's first room, less than a segment of sled.
const LIMIT: u64 = 300 << 10;

fn limit(bytes: u64) {
    let (_, hard) = getrlimit(Resource::RLIMIT_FSIZE).unwrap();
    setrlimit(Resource::RLIMIT_FSIZE, bytes.min(hard), hard).unwrap();
}

/// A content that compression cannot shorten.
fn noise(seed: u64) -> Blob {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes());
    let mut bytes = vec![0; 10_000];
    hasher.finalize_xof().fill(&mut bytes);
    Blob::new(bytes)
}

/// Not a test by itself: the process whose disk is full for a while.
#[tokio::test]
async fn child() {
    let Some(dir) = std::env::var_os(DIR) else { return };
    let journal = open(Path::new(&dir));
    limit(LIMIT);
    let mut last = 0;
    let refused = loop {
        let blob = noise(last + 1);
        match journal.append(run(1), notes(last + 1, 1), vec![blob], Durability::Flushed).await {
            Ok(()) => last += 1,
            Err(error) => break error,
        }
        assert!(last < 100, "the limit is not felt");
    };
    assert!(matches!(refused, JournalError::Full { .. }), "{refused:?}");
    for _ in 0..3 {
        let again =
            journal.append(run(1), notes(last + 1, 1), vec![noise(last + 1)], Durability::Flushed).await;
        assert!(matches!(again, Err(JournalError::Full { .. })), "{again:?}");
    }
    assert_eq!(journal.read(run(1), 1, 999).unwrap(), notes(1, last));
    assert_eq!(journal.runs().unwrap()[0].last_seq, last);

    limit(u64::MAX);
    for seq in last + 1..last + 100 {
        journal.append(run(1), notes(seq, 1), vec![noise(seq)], Durability::Flushed).await.unwrap();
    }
    assert_eq!(journal.read(run(1), 1, 999).unwrap(), notes(1, last + 99));
    journal.close().await.unwrap();
}

#[tokio::test]
async fn a_full_disk_loses_nothing_and_passes() {
    let dir = tempfile::tempdir().unwrap();
    // The shell has the signal ignored, so that a write beyond the limit fails instead of killing.
    let child = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "journal::disk::tests::full::child", "--nocapture"])
        .env(DIR, dir.path())
        .output()
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
    let journal = open(dir.path());
    let entries = journal.runs().unwrap();
    assert_eq!(journal.read(run(1), 1, 999).unwrap(), notes(1, entries[0].last_seq));
    assert!(entries[0].last_seq >= 99);
    for seq in 1..=entries[0].last_seq {
        assert!(journal.blob(run(1), noise(seq).id()).unwrap().is_some());
    }
    journal.close().await.unwrap();
}
