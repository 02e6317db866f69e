//! An evaluation's processes, found without weco's help: by what is in their environment.

use std::fs;

use nix::unistd::Pid;

use crate::world::is_running;

/// A process of an evaluation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Evaluation {
    /// Its number.
    pub pid: Pid,
    /// `<run>/<node>/<attempt>`.
    pub token: String,
    /// In clock ticks since boot: tells it from a later process of the same number.
    start: String,
    /// What it was when it was found.
    command: String,
}

impl Evaluation {
    /// Whether it still runs. One that has given its memory back is within its exit, and runs nothing any more.
    pub fn runs(&self) -> bool {
        is_running(self.pid)
            && has_memory(self.pid)
            && start_of(self.pid).is_some_and(|start| start == self.start)
    }
}

/// Whether the first field of `/proc/<pid>/statm`, the size of its memory in pages, is not 0.
fn has_memory(pid: Pid) -> bool {
    let statm = fs::read_to_string(format!("/proc/{pid}/statm")).unwrap_or_default();
    statm.split(' ').next().is_some_and(|pages| !matches!(pages, "" | "0"))
}

/// The processes of a run's evaluations that run now.
pub fn evaluations(run: &str) -> Vec<Evaluation> {
    let tag = format!("WECO_EVAL={run}/");
    let pids = fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok().map(Pid::from_raw));
    pids.filter_map(|pid| {
        let environment = fs::read(format!("/proc/{pid}/environ")).ok()?;
        let entry = environment.split(|byte| *byte == 0).find(|entry| entry.starts_with(tag.as_bytes()))?;
        let token = String::from_utf8_lossy(&entry["WECO_EVAL=".len()..]).into_owned();
        let command = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let command = String::from_utf8_lossy(&command).replace('\0', " ");
        let found = Evaluation { pid, token, start: start_of(pid)?, command };
        found.runs().then_some(found)
    })
    .collect()
}

/// Field 22 of `/proc/<pid>/stat`.
fn start_of(pid: Pid) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.split(' ').nth(19).map(ToOwned::to_owned)
}
