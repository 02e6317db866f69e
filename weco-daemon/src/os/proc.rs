//! What `/proc` tells about processes. Linux's alone.
//!
//! Everything here is a snapshot: a process may be gone, and its number another's, by the time the
//! answer is used. [`Pinned`](crate::os::pin::Pinned) is how to act on one safely.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Read;
use std::sync::OnceLock;
use std::time::Duration;

/// Longest environment that is searched, in bytes; Linux allows 6 MiB for arguments and
/// environment together unless the stack limit was raised.
const ENVIRONMENT_LIMIT: u64 = 8 << 20;

/// More than most environments, in bytes, and what the standard library reads at once.
const USUAL_ENVIRONMENT: usize = 8 << 10;

/// How often, and after which pauses, a process within `execve` is looked at again: it takes some 100 µs, but
/// its processor may be busy with others.
const EXEC_LOOKS: u32 = 200;
const EXEC_PAUSE: Duration = Duration::from_millis(1);

/// How often one that is no longer within `execve` is looked at again before it counts as without an environment.
const EMPTY_LOOKS: u32 = 2;

/// Up to this many process numbers are asked for one by one; listing `/proc` is cheaper beyond.
const PROBE_LIMIT: i32 = 64;

/// The parent of all kernel threads.
const KTHREADD: i32 = 2;

/// One process, as `/proc/<pid>/stat` shows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stat {
    /// Its number.
    pub pid: i32,
    /// Its parent's number.
    pub parent: i32,
    /// Its process group.
    pub group: i32,
    /// Whether it has ended and only waits to be reaped.
    pub ended: bool,
    /// When it started, in clock ticks since boot: with the number, names a process for good.
    pub start_time: u64,
}

/// The kernel's boot id: another one after every boot. Empty where the kernel does not tell.
pub fn boot_id() -> &'static str {
    static BOOT_ID: OnceLock<String> = OnceLock::new();
    BOOT_ID.get_or_init(|| {
        fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned()
    })
}

/// The process with this number, unless there is none. Ended processes have one until reaped.
pub fn stat(pid: i32) -> Option<Stat> {
    parse_stat(pid, &fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// Reads the text of `/proc/<pid>/stat`. The second field is the program's name in parentheses,
/// with anything in it, parentheses included.
fn parse_stat(pid: i32, text: &str) -> Option<Stat> {
    let fields: Vec<&str> = text.get(text.rfind(')')? + 1..)?.split_ascii_whitespace().collect();
    Some(Stat {
        pid,
        ended: matches!(*fields.first()?, "Z" | "X"),
        parent: fields.get(1)?.parse().ok()?,
        group: fields.get(2)?.parse().ok()?,
        start_time: fields.get(19)?.parse().ok()?,
    })
}

/// Which processes to find: those whose environment at their start had `tag`, those in `group`,
/// and the descendants of both.
#[derive(Clone, Debug)]
pub struct Search {
    /// A whole entry of the environment, `NAME=value`.
    pub tag: String,
    /// A process group that is known to be meant.
    pub group: Option<i32>,
    /// Only processes that started after the one with this number, which must be recent: numbers
    /// are given in order, and the search would be wrong if they had wrapped around in between.
    pub after: Option<i32>,
}

/// The processes meant that still run. Never the calling one. Processes of other users, and those
/// that have overwritten their environment, are found only by their group or their parent.
pub fn find(search: &Search) -> Vec<Stat> {
    let all: Vec<Stat> =
        numbers(search.after).into_iter().filter_map(stat).filter(|process| !process.ended).collect();
    let mut buffer = Vec::new();
    let mut meant: HashSet<i32> = all
        .iter()
        .filter(|process| is_meant(process, search, &mut buffer))
        .map(|process| process.pid)
        .collect();
    add_descendants(&all, &mut meant);
    meant.remove(&own_pid());
    all.into_iter().filter(|process| meant.contains(&process.pid)).collect()
}

fn own_pid() -> i32 {
    std::process::id().cast_signed()
}

fn is_meant(process: &Stat, search: &Search, buffer: &mut Vec<u8>) -> bool {
    let is_kernel = process.pid == KTHREADD || process.parent == KTHREADD;
    search.group == Some(process.group) || (!is_kernel && has_tag(process.pid, &search.tag, buffer))
}

fn add_descendants(all: &[Stat], meant: &mut HashSet<i32>) {
    loop {
        let before = meant.len();
        let children = all.iter().filter(|process| meant.contains(&process.parent));
        let children: Vec<i32> = children.map(|process| process.pid).collect();
        meant.extend(children);
        if meant.len() == before {
            return;
        }
    }
}

/// Whether the environment that `pid` was started with has the entry `tag`.
fn has_tag(pid: i32, tag: &str, buffer: &mut Vec<u8>) -> bool {
    let mut seen_empty = 0;
    for _ in 0..EXEC_LOOKS {
        buffer.clear();
        // Read at once, so that it is one program's whole environment or none.
        buffer.reserve(USUAL_ENVIRONMENT);
        let Ok(file) = File::open(format!("/proc/{pid}/environ")) else { return false };
        // A process that ends meanwhile reads as an error or as empty; what was read still counts.
        let _ = file.take(ENVIRONMENT_LIMIT).read_to_end(buffer);
        if !buffer.is_empty() {
            break;
        }
        match emptiness(pid) {
            Emptiness::Ended => break,
            // It may have become so only after the environment was read: it is not believed at once.
            Emptiness::Settled if seen_empty == EMPTY_LOOKS => break,
            Emptiness::Settled => seen_empty += 1,
            Emptiness::Becoming => {}
        }
        std::thread::sleep(EXEC_PAUSE);
    }
    buffer.split(|byte| *byte == 0).any(|entry| entry == tag.as_bytes())
}

/// What an environment that was read as empty may be worth.
enum Emptiness {
    /// The process has ended.
    Ended,
    /// The process is a program without an environment.
    Settled,
    /// The process is within `execve`: its old memory is gone, and into the new one the kernel has yet to write an
    /// environment. What it writes right after that, the end of the program's code (field 27 of its stat), is 0. Or it
    /// was until now: by the bounds of its environment (fields 50 and 51) it has one.
    Becoming,
}

fn emptiness(pid: i32) -> Emptiness {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let mut fields = text.rsplit_once(')').map_or("", |(_, fields)| fields).split_ascii_whitespace();
    // From field 3 on: the state, the end of the code, the environment's start and end.
    match (fields.next(), fields.nth(23), fields.nth(22), fields.next()) {
        (None | Some("Z" | "X"), ..) => Emptiness::Ended,
        (_, Some("0"), ..) => Emptiness::Becoming,
        (_, _, start, end) if start != end => Emptiness::Becoming,
        _ => Emptiness::Settled,
    }
}

/// The numbers of all processes, or of those started after `after`.
fn numbers(after: Option<i32>) -> Vec<i32> {
    let range = after.and_then(|first| Some((first, last_pid()?)));
    match range {
        // Threads have numbers of the same kind, and `/proc` answers for them though it does not
        // list them: a thread's stat is its own, so it must be told from a process.
        Some((first, last)) if last >= first && last - first <= PROBE_LIMIT => {
            (first + 1..=last).filter(|pid| is_process(*pid)).collect()
        }
        Some((first, last)) if last >= first => listed().filter(|pid| *pid > first && *pid <= last).collect(),
        _ => listed().collect(),
    }
}

/// Whether the number is a process's own, not that of one of its other threads.
fn is_process(number: i32) -> bool {
    let Ok(status) = fs::read_to_string(format!("/proc/{number}/status")) else { return false };
    let group = status.lines().find_map(|line| line.strip_prefix("Tgid:"));
    group.is_some_and(|group| group.trim() == number.to_string())
}

fn listed() -> impl Iterator<Item = i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// The number given last, the end of `/proc/loadavg`.
fn last_pid() -> Option<i32> {
    fs::read_to_string("/proc/loadavg").ok()?.split_ascii_whitespace().last()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command, Stdio};

    use super::*;

    fn sleeper(tag: &str) -> Child {
        let (name, value) = tag.split_once('=').unwrap();
        Command::new("sleep").arg("1000").env(name, value).stdin(Stdio::null()).spawn().unwrap()
    }

    fn end(mut child: Child) {
        child.kill().unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn names_with_parentheses_and_spaces_do_not_shift_the_fields() {
        let text = "7 (a) b (c)) S 1 22 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 987 20";
        let expected = Stat { pid: 7, parent: 1, group: 22, ended: false, start_time: 987 };
        assert_eq!(parse_stat(7, text), Some(expected));
        assert_eq!(parse_stat(7, "7 (a) S 1"), None);
        assert_eq!(parse_stat(7, ""), None);
    }

    #[test]
    fn the_calling_process_has_a_start_time_and_the_boot_an_id() {
        let own = stat(own_pid()).unwrap();
        assert!(own.start_time > 0);
        assert_eq!(stat(own_pid()), Some(own));
        assert_eq!(boot_id().len(), 36);
    }

    #[test]
    fn processes_are_found_by_their_tag_wherever_the_search_starts() {
        let tag = format!("WECO_PROC_TEST={}", own_pid());
        let first = sleeper(&tag);
        let other = sleeper("WECO_PROC_TEST=other");
        let [first_pid, other_pid] = [&first, &other].map(|child| child.id().cast_signed());
        let found = |after| -> Vec<i32> {
            let search = Search { tag: tag.clone(), group: None, after };
            find(&search).iter().map(|process| process.pid).collect()
        };
        assert_eq!(found(None), [first_pid]);
        assert_eq!(found(Some(first_pid - 1)), [first_pid]);
        assert_eq!(found(Some(first_pid.saturating_sub(PROBE_LIMIT * 2))), [first_pid]);
        assert!(!found(Some(first_pid)).contains(&other_pid));
        end(first);
        assert!(found(None).is_empty());
        end(other);
    }

    #[test]
    fn a_process_that_becomes_another_program_is_found_at_every_moment() {
        let tag = format!("WECO_PROC_TEST=exec-{}", own_pid());
        let (name, value) = tag.split_once('=').unwrap();
        let child = Command::new("sh")
            .args(["-c", "exec sh -c \"$0\" \"$0\"", "exec sh -c \"$0\" \"$0\""])
            .env(name, value)
            .spawn()
            .unwrap();
        let pid = child.id().cast_signed();
        let mut buffer = Vec::new();
        let missed = (0..5_000).filter(|_| !has_tag(pid, &tag, &mut buffer)).count();
        end(child);
        assert_eq!(missed, 0);
    }

    #[test]
    fn children_without_the_tag_are_found_by_their_parent() {
        let tag = format!("WECO_PROC_TEST=parent-{}", own_pid());
        let (name, value) = tag.split_once('=').unwrap();
        let script = "env -i sleep 1000 & echo $!; wait";
        let mut shell =
            Command::new("sh").args(["-c", script]).env(name, value).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(shell.stdout.take().unwrap()), &mut line)
            .unwrap();
        let child: i32 = line.trim().parse().unwrap();
        let found = find(&Search { tag, group: None, after: None });
        assert!(found.iter().any(|process| process.pid == child), "{found:?}");
        for process in found {
            crate::os::pin::Pinned::pin(&process).unwrap().signal(rustix::process::Signal::KILL);
        }
        shell.wait().unwrap();
    }
}
