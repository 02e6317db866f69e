//! Ending processes that are found, rather than known.

use std::time::Duration;

use futures_util::future::join_all;
use rustix::process::Signal;
use tokio::time::timeout;
use weco_core::event::ProcessRef;

use super::token::Token;
use crate::os::pin::Pinned;
use crate::os::proc::{self, Search};

/// How often the search is repeated for processes that were started while others were killed.
const ROUNDS: usize = 20;

/// How long killed processes may take to end before the search is repeated.
const KILL_WAIT: Duration = Duration::from_millis(500);

/// What came of ending leftovers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Ended {
    /// Processes that were found running.
    pub found: usize,
    /// Processes that still run: held up by the kernel, or not ours to kill.
    pub surviving: usize,
}

/// Whose processes are meant.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) token: Token,
    pub(super) group: Group,
}

/// A process group, and why its number is not another's by now.
#[derive(Clone, Debug)]
pub(super) enum Group {
    /// Its leader is a child that is not reaped yet.
    Held(i32),
    /// It was recorded by a daemon before this; to be proven at every look.
    Recorded(ProcessRef),
    /// None is known.
    Unknown,
}

/// Ends what a dead daemon left of an evaluation: TERM, up to `grace`, KILL. `process` is the group
/// that was recorded, if the daemon came to record it; `token` is the evaluation's.
///
/// The group's number may be another's by now. It is signalled only if its leader is still the one
/// that was started (start time and boot id), or if a member carries the token: as long as a group
/// has members, its number is not given anew.
pub async fn kill_leftover(process: Option<&ProcessRef>, token: &Token, grace: Duration) -> Ended {
    let same_boot = process.filter(|process| process.boot_id == proc::boot_id());
    let group = same_boot.map_or(Group::Unknown, |process| Group::Recorded(process.clone()));
    let target = Target { token: token.clone(), group };
    end(find(&target).await, &target, grace).await
}

/// The processes meant, each held. Done on a thread of its own: it reads many small files.
pub(super) async fn find(target: &Target) -> Vec<Pinned> {
    let target = target.clone();
    tokio::task::spawn_blocking(move || find_now(&target, None)).await.unwrap_or_default()
}

/// Like [`find`], on this thread, and with `after` only among the processes started after that one.
pub(super) fn find_now(target: &Target, after: Option<i32>) -> Vec<Pinned> {
    let tag = target.token.entry();
    let find = |group| proc::find(&Search { tag: tag.clone(), group, after });
    let found = match &target.group {
        Group::Held(pgid) => find(Some(*pgid)),
        Group::Unknown => find(None),
        Group::Recorded(process) if leads_still(process) => find(Some(process.pgid)),
        Group::Recorded(process) => {
            let found = find(None);
            let is_ours = found.iter().any(|member| member.group == process.pgid);
            if is_ours { find(Some(process.pgid)) } else { found }
        }
    };
    found.iter().filter_map(Pinned::pin).collect()
}

fn leads_still(process: &ProcessRef) -> bool {
    proc::stat(process.pgid).is_some_and(|now| now.start_time == process.start_time)
}

/// Kills the processes meant and says how many there were.
pub(super) fn kill_found(target: &Target) -> usize {
    let found = find_now(target, None);
    found.iter().for_each(|process| process.signal(Signal::KILL));
    found.len()
}

/// Ends `found`: TERM, up to `grace`, KILL to whatever is found then.
pub(super) async fn end(found: Vec<Pinned>, target: &Target, grace: Duration) -> Ended {
    if found.is_empty() {
        return Ended::default();
    }
    found.iter().for_each(ask_to_end);
    let _ = timeout(grace, all_ended(&found)).await;
    Ended { found: found.len(), surviving: kill_all(target).await }
}

/// TERM, and CONT so that a stopped process can act on it.
pub(super) fn ask_to_end(process: &Pinned) {
    process.signal(Signal::TERM);
    process.signal(Signal::CONT);
}

/// Returns once all have ended.
pub(super) async fn all_ended(processes: &[Pinned]) {
    join_all(processes.iter().map(Pinned::ended)).await;
}

/// Kills until nothing more is found; returns how many cannot be ended.
pub(super) async fn kill_all(target: &Target) -> usize {
    let mut left = Vec::new();
    for _ in 0..ROUNDS {
        left = find(target).await;
        if left.is_empty() {
            return 0;
        }
        left.iter().for_each(|process| process.signal(Signal::KILL));
        let _ = timeout(KILL_WAIT, all_ended(&left)).await;
    }
    let surviving: Vec<i32> = left.iter().filter(|process| process.runs()).map(Pinned::pid).collect();
    if !surviving.is_empty() {
        tracing::warn!(?surviving, "processes of an evaluation cannot be ended");
    }
    surviving.len()
}
