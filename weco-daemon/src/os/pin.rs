//! A hold on one process that its number's reuse cannot mislead.

use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open, pidfd_send_signal};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use super::proc::{self, Stat};

/// How often a process is looked at where the kernel has no pidfds (before Linux 5.3).
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// Registers a pidfd with the runtime: it is readable once its process has ended.
///
/// # Errors
/// The runtime cannot watch more.
#[expect(
    deprecated,
    reason = "its replacement is unsafe for the sake of types that may change their descriptor; \
                               an OwnedFd does not"
)]
pub(crate) fn watch(pidfd: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::with_interest(pidfd, Interest::READABLE)
}

/// One process: by a pidfd, or where there are none by number and start time, checked right
/// before each signal.
#[derive(Debug)]
pub struct Pinned {
    process: Stat,
    pidfd: Option<OwnedFd>,
}

impl Pinned {
    /// Takes hold of a process that was seen; none if it is gone, ended or its number is another's.
    pub fn pin(process: &Stat) -> Option<Self> {
        let pidfd = pidfd_open(Pid::from_raw(process.pid)?, PidfdFlags::empty()).ok();
        // Looked at after the pidfd was opened: if it is the one that was seen, so is the pidfd's.
        let pinned = Self { process: *process, pidfd };
        pinned.runs().then_some(pinned)
    }

    /// The process's number.
    pub fn pid(&self) -> i32 {
        self.process.pid
    }

    /// The process group it was seen in.
    pub fn group(&self) -> i32 {
        self.process.group
    }

    /// Whether it has not ended.
    pub fn runs(&self) -> bool {
        proc::stat(self.process.pid)
            .is_some_and(|now| !now.ended && now.start_time == self.process.start_time)
    }

    /// Sends a signal; nothing happens if the process has ended or is not the caller's to signal.
    pub fn signal(&self, signal: Signal) {
        let sent = match &self.pidfd {
            Some(pidfd) => pidfd_send_signal(pidfd, signal),
            None => match Pid::from_raw(self.process.pid) {
                Some(pid) if self.runs() => kill_process(pid, signal),
                _ => Ok(()),
            },
        };
        if let Err(error) = sent {
            tracing::debug!(pid = self.process.pid, %error, "a process could not be signalled");
        }
    }

    /// Returns once it has ended.
    pub async fn ended(&self) {
        let pidfd = self.pidfd.as_ref().and_then(|pidfd| pidfd.try_clone().ok());
        let watched = pidfd.and_then(|pidfd| watch(pidfd).ok());
        match watched {
            Some(pidfd) => drop(pidfd.readable().await),
            None => {
                while self.runs() {
                    tokio::time::sleep(LOOK_AGAIN).await;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command};

    use super::*;

    fn sleeper() -> (Child, Stat) {
        let child = Command::new("sleep").arg("1000").spawn().unwrap();
        let stat = proc::stat(child.id().cast_signed()).unwrap();
        (child, stat)
    }

    #[tokio::test]
    async fn a_process_is_signalled_and_its_end_seen_with_and_without_a_pidfd() {
        for old_kernel in [false, true] {
            let (mut child, process) = sleeper();
            let mut pinned = Pinned::pin(&process).unwrap();
            if old_kernel {
                pinned.pidfd = None;
            }
            assert!(pinned.runs());
            pinned.signal(Signal::KILL);
            pinned.ended().await;
            assert!(!pinned.runs());
            child.wait().unwrap();
            assert!(Pinned::pin(&process).is_none());
        }
    }

    #[test]
    fn another_process_with_the_same_number_is_neither_held_nor_signalled() {
        let (mut child, process) = sleeper();
        let earlier = Stat { start_time: process.start_time - 1, ..process };
        assert!(Pinned::pin(&earlier).is_none());
        Pinned { process: earlier, pidfd: None }.signal(Signal::KILL);
        assert!(Pinned { process, pidfd: None }.runs());
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
