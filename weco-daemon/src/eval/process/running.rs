//! A command that runs, and how it ends.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tokio::task::JoinSet;
use tokio::time::timeout;
use weco_core::event::{Exit, ProcessRef};

use super::leader::Leader;
use super::leftover::{self, Ended};
use super::stop::StopSignal;
use crate::eval::capture::{Live, PROMPT_TAIL_CHARS, Recorder, tail};

/// How long the pipe may stay open after the command has ended before someone else must hold it.
const EOF_WAIT: Duration = Duration::from_millis(250);

/// Longest grace for what a command left behind when it ended by itself.
const LEFTOVER_GRACE: Duration = Duration::from_secs(1);

/// After a command shorter than this, only processes that started since it did are searched: too
/// short for their numbers to have wrapped around.
const SHORT: Duration = Duration::from_secs(1);

/// How long a killed leader may take to end.
const KILL_WAIT: Duration = Duration::from_secs(5);

/// A command under way. Dropping it kills all of its processes at once.
#[derive(Debug)]
pub struct Running {
    pub(super) leader: Leader,
    /// The task that reads the pipe; aborted when dropped.
    pub(super) drain: JoinSet<()>,
    pub(super) output: Recorder,
    /// What also takes the output.
    pub(super) copy: Option<Recorder>,
    pub(super) started: Instant,
    pub(super) timeout: Option<Duration>,
    pub(super) grace: Duration,
}

/// How a command's run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// By itself, or because its time was up.
    Exited(Exit),
    /// Because a stop was asked for.
    Stopped,
}

/// A command that has ended, with all its processes.
#[derive(Clone, Debug)]
pub struct Finished {
    /// How.
    pub end: End,
    /// From its start until its first process, the shell, ended.
    pub duration: Duration,
    /// What it printed, bounded; after a timeout, a line that says so.
    pub output: String,
    /// The last 2,500 characters, made readable.
    pub output_tail: String,
    /// Processes it left behind when it ended by itself, or that outlived its grace period's begin.
    pub leftovers: Ended,
}

enum Cause {
    Exit,
    Timeout(Duration),
    Stop,
}

impl Running {
    /// Names the process group, for the journal.
    pub fn process(&self) -> &ProcessRef {
        self.leader.process()
    }

    /// The output so far.
    pub fn live(&self) -> Live {
        self.output.live()
    }

    /// Waits for the end, which comes in bounded time once the command exited, its time is up or a
    /// stop was asked for.
    pub async fn wait(mut self, mut stop: StopSignal) -> Finished {
        let cause = self.cause(&mut stop).await;
        let ran = self.started.elapsed();
        let leftovers = match cause {
            Cause::Exit => self.sweep(ran).await,
            Cause::Timeout(_) | Cause::Stop => self.terminate(&mut stop).await,
        };
        let status = self.reap().await;
        let duration = if matches!(cause, Cause::Exit) { ran } else { self.started.elapsed() };
        let _ = timeout(EOF_WAIT, self.drain.join_next()).await;
        self.drain.abort_all();

        let mut output = self.output.finish();
        let end = match cause {
            Cause::Stop => End::Stopped,
            Cause::Exit => End::Exited(exit_of(status)),
            Cause::Timeout(limit) => {
                let limit_seconds = whole_seconds(limit);
                let note = note_timeout(&mut output, limit_seconds);
                self.copy.iter().for_each(|copy| copy.push(note.as_bytes()));
                End::Exited(Exit::TimedOut { limit_seconds })
            }
        };
        let output_tail = tail(&output, PROMPT_TAIL_CHARS);
        Finished { end, duration, output, output_tail, leftovers }
    }

    async fn cause(&mut self, stop: &mut StopSignal) -> Cause {
        let (limit, started) = (self.timeout, self.started);
        let time_is_up = async {
            match limit {
                Some(limit) => {
                    tokio::time::sleep(limit.saturating_sub(started.elapsed())).await;
                    limit
                }
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.leader.exited() => Cause::Exit,
            () = stop.asked() => Cause::Stop,
            limit = time_is_up => Cause::Timeout(limit),
        }
    }

    /// After the command ended by itself: ends what it left behind.
    async fn sweep(&mut self, ran: Duration) -> Ended {
        let closed = timeout(EOF_WAIT, self.drain.join_next()).await.is_ok();
        let quick = closed && ran < SHORT;
        let target = self.leader.target();
        let found = if quick {
            leftover::find_now(&target, Some(self.leader.process().pgid))
        } else {
            leftover::find(&target).await
        };
        let ended = leftover::end(found, &target, self.grace.min(LEFTOVER_GRACE)).await;
        // For whatever could escape a search by being born during it; the leader itself has ended.
        self.leader.signal(Signal::KILL);
        ended
    }

    /// Ends the command: TERM to all, the grace period, KILL.
    async fn terminate(&mut self, stop: &mut StopSignal) -> Ended {
        let target = self.leader.target();
        let pgid = self.leader.process().pgid;
        let found = leftover::find(&target).await;
        self.leader.signal(Signal::TERM);
        self.leader.signal(Signal::CONT);
        found.iter().filter(|process| process.group() != pgid).for_each(leftover::ask_to_end);
        tokio::select! {
            biased;
            () = stop.forced() => {}
            _ = timeout(self.grace, leftover::all_ended(&found)) => {}
        }
        self.leader.signal(Signal::KILL);
        Ended { found: found.len(), surviving: leftover::kill_all(&target).await }
    }

    async fn reap(&mut self) -> Option<ExitStatus> {
        // Only the kernel can hold up a process that was killed. If it does, the leader's drop
        // hands it to a thread that waits.
        let _ = timeout(KILL_WAIT, self.leader.exited()).await;
        self.leader.reap()
    }
}

/// An unknown status counts as killed: the leader was, and has not ended yet.
fn exit_of(status: Option<ExitStatus>) -> Exit {
    let code = status.and_then(|status| status.code());
    let signal = status.and_then(|status| status.signal());
    code.map_or(Exit::Signal { signal: signal.unwrap_or(Signal::KILL.as_raw()) }, |code| Exit::Code { code })
}

/// Rounded up: a limit of half a second is not "0 seconds".
fn whole_seconds(limit: Duration) -> u64 {
    limit.as_secs() + u64::from(limit.subsec_nanos() > 0)
}

/// Appends a line that says so; answers what was appended.
fn note_timeout(output: &mut String, limit_seconds: u64) -> String {
    let end = if output.is_empty() || output.ends_with('\n') { "" } else { "\n" };
    let note = format!("{end}Evaluation timed out after {limit_seconds} seconds.");
    output.push_str(&note);
    note
}
