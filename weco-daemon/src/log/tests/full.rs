//! A full disk, played by a limit on the size of files, which needs no privileges.

use std::process::Command;

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use super::super::place::LogError;
use super::{House, read};

const CHILD: &str = "WECO_TEST_FULL_LOG";

fn limit(bytes: u64) {
    let (_, hard) = getrlimit(Resource::RLIMIT_FSIZE).unwrap();
    setrlimit(Resource::RLIMIT_FSIZE, bytes.min(hard), hard).unwrap();
}

/// Not a test by itself: the process whose disk is full for a while.
#[tokio::test]
async fn child() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let mut house = House::new(1).await;
    let mut writer = house.writer();
    writer.write(house.recorded, None).unwrap();
    let before = read(&house.log());
    // In the middle of a line.
    limit(before.len() as u64 + 10);
    house.warn(1).await;
    for _ in 0..3 {
        assert!(matches!(writer.write(house.recorded, None), Err(LogError::Io { .. })));
        assert_eq!(read(&house.log()), before, "no part of a line stays");
        house.warn(5_000).await;
    }
    limit(u64::MAX);
    writer.write(house.recorded, None).unwrap();
    assert_eq!(read(&house.log()), house.expected(), "nothing is missing, nothing is there twice");
}

#[test]
fn a_full_disk_keeps_the_log_behind_and_loses_nothing() {
    // The shell has the signal ignored, so that a write beyond the limit fails instead of killing.
    let child = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "log::tests::full::child", "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{said}\n{}", String::from_utf8_lossy(&child.stderr));
    assert!(said.contains("1 passed"), "{said}");
}
