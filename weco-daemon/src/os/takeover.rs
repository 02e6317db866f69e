//! Taking the lock of a daemon that is gone, or taking it over from one that was started by hand.
//!
//! Once the service manager listens, whoever starts its socket wants the managed daemon. One that was
//! started by hand before still holds the lock, while its own socket's name is already the manager's.
//! So the managed one asks it to stop in good order and waits; the runs go on in the new one. Were it to
//! give up instead, no client would reach either.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;
use tokio::time::{Instant, sleep};

use super::lock::{self, DaemonLock};
use super::pin::Pinned;
use super::proc;

/// How often to try the lock while waiting.
const INTERVAL: Duration = Duration::from_millis(20);

/// Takes the lock, after asking whoever holds it to stop (SIGTERM); none if that took longer than `patience`.
///
/// # Errors
/// If the lock file cannot be opened or written.
pub async fn take_over(path: &Path, patience: Duration) -> io::Result<Option<DaemonLock>> {
    let deadline = Instant::now() + patience;
    let mut asked = None;
    loop {
        if let Some(lock) = lock::acquire(path)? {
            return Ok(Some(lock));
        }
        if Instant::now() >= deadline {
            return Ok(None);
        }
        if let Some(holder) = holder(path).filter(|holder| asked != Some(holder.pid())) {
            tracing::info!(pid = holder.pid(), "taking over from the daemon that runs");
            holder.signal(Signal::TERM);
            asked = Some(holder.pid());
        }
        sleep(INTERVAL).await;
    }
}

/// Takes the lock; none if another daemon holds it. Of one that was killed, a process that it was just about to start
/// may hold it for a moment longer: that is waited for, up to `patience`.
///
/// # Errors
/// If the lock file cannot be opened or written.
pub async fn take(path: &Path, patience: Duration) -> io::Result<Option<DaemonLock>> {
    let deadline = Instant::now() + patience;
    loop {
        let lock = lock::acquire(path)?;
        if lock.is_some() || holder(path).is_some() || Instant::now() >= deadline {
            return Ok(lock);
        }
        sleep(INTERVAL).await;
    }
}

/// The process that wrote its id into the lock's file, if the kernel says too that it holds the lock.
fn holder(path: &Path) -> Option<Pinned> {
    let pid: i32 = fs::read_to_string(path).ok()?.trim().parse().ok()?;
    let pinned = Pinned::pin(&proc::stat(pid)?)?;
    let locks = fs::read_to_string("/proc/locks").ok()?;
    holds(&locks, pid, path.metadata().ok()?.ino()).then_some(pinned)
}

/// Whether `locks` (`/proc/locks`) has a lock of `pid` on a file of this inode, whose device some file
/// systems report otherwise there.
fn holds(locks: &str, pid: i32, inode: u64) -> bool {
    let (pid, inode) = (pid.to_string(), inode.to_string());
    locks.lines().any(|line| {
        // 1: FLOCK  ADVISORY  WRITE 12345 08:01:131 0 EOF
        let fields: Vec<&str> = line.split_whitespace().collect();
        let file = fields.get(5).and_then(|file| file.rsplit(':').next());
        fields.get(1) == Some(&"FLOCK") && fields.get(4) == Some(&pid.as_str()) && file == Some(&inode)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_holder_of_this_lock_is_asked() {
        let locks = "1: POSIX  ADVISORY  WRITE 7 08:01:131 0 EOF\n\
                     2: FLOCK  ADVISORY  WRITE 42 08:01:131 0 EOF\n2: -> FLOCK  ADVISORY  WRITE 9 08:01:131 0 EOF\n";
        assert!(holds(locks, 42, 131));
        for (pid, inode) in [(42, 13), (4, 131), (7, 131), (9, 131)] {
            assert!(!holds(locks, pid, inode), "{pid} {inode}");
        }
    }

    #[tokio::test]
    async fn a_lock_that_outlives_its_daemon_is_waited_for() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("daemon.lock");
        let lock = lock::acquire(&path).unwrap().unwrap();
        let soon = Duration::from_secs(10);
        let other =
            tokio::time::timeout(soon, take(&path, Duration::from_secs(3_600))).await.unwrap().unwrap();
        assert!(other.is_none(), "its daemon lives");

        let mut dead = std::process::Command::new("true").spawn().unwrap();
        dead.wait().unwrap();
        fs::write(&path, dead.id().to_string()).unwrap();
        let waiting = tokio::spawn({
            let path = path.clone();
            async move { take(&path, soon).await.unwrap() }
        });
        tokio::task::yield_now().await;
        drop(lock);
        assert!(waiting.await.unwrap().is_some());
    }

    #[test]
    fn the_kernel_names_us_as_the_holder_of_our_lock() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("daemon.lock");
        let lock = lock::acquire(&path).unwrap().unwrap();
        assert_eq!(holder(&path).unwrap().pid(), i32::try_from(std::process::id()).unwrap());
        drop(lock);
        assert!(holder(&path).is_none(), "the id is still in the file");
    }
}
