//! The shell that leads an evaluation's process group.

use std::io;
use std::os::fd::OwnedFd;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use rustix::process::{Pid, PidfdFlags, Signal, WaitIdOptions, kill_process_group, pidfd_open, waitid};
use tokio::io::unix::AsyncFd;
use tokio::signal::unix::{Signal as Signals, SignalKind, signal};
use weco_core::event::ProcessRef;

use super::leftover::{self, Group, Target};
use super::token::Token;
use crate::os::pin::watch;
use crate::os::proc;

/// How long dropping waits for killed processes, so that they write nothing once it is over. Only one
/// that the kernel itself holds up takes longer.
const DROP_WAIT: Duration = Duration::from_secs(2);

/// How often dropping looks.
const DROP_LOOK: Duration = Duration::from_millis(2);

/// The leader, not reaped before all of the group is ended: until then its number, which is the
/// group's, cannot become another's. Dropped earlier, it takes the whole evaluation with it.
#[derive(Debug)]
pub(super) struct Leader {
    /// None once reaped.
    child: Option<Child>,
    process: ProcessRef,
    token: Token,
    exit: ExitWatch,
}

#[derive(Debug)]
enum ExitWatch {
    Pidfd(AsyncFd<OwnedFd>),
    /// Before Linux 5.3.
    Children(Signals),
}

impl Leader {
    /// Takes over a child that was just started as the leader of a new group.
    pub(super) fn new(mut child: Child, token: Token) -> io::Result<Self> {
        let pgid = child.id().cast_signed();
        let exit = ExitWatch::new(pgid).inspect_err(|_| {
            let _ = child.kill().and_then(|()| child.wait());
        })?;
        let process = ProcessRef {
            pgid,
            // It is there to be read until it is reaped, even if the command has ended already.
            start_time: proc::stat(pgid).map_or(0, |stat| stat.start_time),
            boot_id: proc::boot_id().to_owned(),
        };
        Ok(Self { child: Some(child), process, token, exit })
    }

    pub(super) fn process(&self) -> &ProcessRef {
        &self.process
    }

    /// Which processes are this evaluation's.
    pub(super) fn target(&self) -> Target {
        Target { token: self.token.clone(), group: Group::Held(self.process.pgid) }
    }

    /// Returns once the leader has ended; it is not reaped.
    pub(super) async fn exited(&mut self) {
        match &mut self.exit {
            ExitWatch::Pidfd(pidfd) => drop(pidfd.readable().await),
            ExitWatch::Children(signals) => {
                while !has_exited(self.process.pgid) {
                    signals.recv().await;
                }
            }
        }
    }

    /// Signals the whole group.
    pub(super) fn signal(&self, signal: Signal) {
        let group = self.child.as_ref().and_then(|_| Pid::from_raw(self.process.pgid));
        if let Some(Err(error)) = group.map(|group| kill_process_group(group, signal)) {
            tracing::debug!(pgid = self.process.pgid, %error, "a process group could not be signalled");
        }
    }

    /// The leader's exit status; none if it has not ended.
    pub(super) fn reap(&mut self) -> Option<ExitStatus> {
        let status = self.child.as_mut()?.try_wait().ok().flatten()?;
        self.child = None;
        Some(status)
    }
}

impl ExitWatch {
    fn new(pid: i32) -> io::Result<Self> {
        let pid = Pid::from_raw(pid).ok_or(io::ErrorKind::InvalidInput)?;
        match pidfd_open(pid, PidfdFlags::empty()) {
            Ok(pidfd) => watch(pidfd).map(Self::Pidfd),
            Err(_) => signal(SignalKind::child()).map(Self::Children),
        }
    }
}

fn has_exited(pid: i32) -> bool {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    let Some(pid) = Pid::from_raw(pid) else { return true };
    // An error means that there is no such child: it has ended as far as anyone can tell.
    waitid(rustix::process::WaitId::Pid(pid), options).map_or(true, |status| status.is_some())
}

impl Drop for Leader {
    fn drop(&mut self) {
        if self.child.is_none() {
            return;
        }
        let deadline = Instant::now() + DROP_WAIT;
        loop {
            self.signal(Signal::KILL);
            let left = leftover::kill_found(&self.target());
            if left == 0 && self.reap().is_some() {
                return;
            }
            if Instant::now() > deadline {
                break;
            }
            std::thread::sleep(DROP_LOOK);
        }
        tracing::warn!(pgid = self.process.pgid, "killed processes of an evaluation have not ended yet");
        if let Some(mut child) = self.child.take() {
            std::thread::spawn(move || child.wait());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    use uuid::Uuid;
    use weco_core::run::{NodeId, RunId};

    use super::*;

    #[tokio::test]
    async fn an_exit_is_seen_without_pidfds_and_reaped_only_when_asked() {
        let mut command = Command::new("sh");
        command.args(["-c", "read line"]).process_group(0).stdin(std::process::Stdio::piped());
        let child = command.spawn().unwrap();
        let mut leader = Leader::new(child, Token::new(RunId(Uuid::new_v4()), NodeId(0), 1)).unwrap();
        leader.exit = ExitWatch::Children(signal(SignalKind::child()).unwrap());
        let pid = leader.process().pgid;
        assert!(leader.reap().is_none());
        leader.child.as_mut().unwrap().stdin = None;
        leader.exited().await;
        assert!(proc::stat(pid).unwrap().ended);
        assert_eq!(leader.reap().unwrap().code(), Some(1));
        assert!(proc::stat(pid).is_none());
    }
}
