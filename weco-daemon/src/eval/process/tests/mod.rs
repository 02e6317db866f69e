mod leftovers;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use uuid::Uuid;
use weco_core::event::{Exit, ProcessRef};
use weco_core::run::{NodeId, RunId};

use super::*;
use crate::os::pin::Pinned;
use crate::os::proc::{self, Search};

/// Long enough for a busy machine, and never waited for in full.
const DEADLINE: Duration = Duration::from_secs(20);

struct Fixture {
    directory: TempDir,
    token: Token,
}

impl Fixture {
    fn new() -> Self {
        let token = Token::new(RunId(Uuid::new_v4()), NodeId(3), 1);
        Self { directory: TempDir::new().unwrap(), token }
    }

    fn command(&self, text: &str) -> Command {
        Command {
            text: text.to_owned(),
            directory: self.directory.path().to_owned(),
            environment: vec![("PATH".into(), std::env::var_os("PATH").unwrap())],
            token: self.token.clone(),
            timeout: None,
            grace: Duration::from_millis(100),
        }
    }

    async fn run(&self, text: &str) -> Finished {
        self.run_with(self.command(text)).await
    }

    async fn run_with(&self, command: Command) -> Finished {
        let (_stopper, stop) = stop_channel();
        let running = start(&command, None).unwrap();
        let group = running.process().pgid;
        let finished = tokio::time::timeout(DEADLINE, running.wait(stop)).await.unwrap();
        self.assert_nothing_left(Some(group));
        finished
    }

    fn assert_nothing_left(&self, group: Option<i32>) {
        let left = proc::find(&Search { tag: self.token.entry(), group, after: None });
        assert!(left.is_empty(), "{left:?}");
    }

    /// The number that a process of the command wrote to a file.
    async fn pid_in(&self, file: &str) -> i32 {
        let path = self.directory.path().join(file);
        eventually(|| fs::read_to_string(&path).ok()?.strip_suffix('\n')?.parse().ok()).await
    }
}

async fn eventually<T>(mut condition: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(value) = condition() {
            return value;
        }
        assert!(Instant::now() < deadline, "it never came about");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn runs(pid: i32) -> bool {
    proc::stat(pid).is_some_and(|stat| !stat.ended)
}

const OK: End = End::Exited(Exit::Code { code: 0 });

#[tokio::test]
async fn commands_end_as_they_end() {
    let fixture = Fixture::new();
    let table = [
        ("true", Exit::Code { code: 0 }, ""),
        ("exit 7", Exit::Code { code: 7 }, ""),
        ("kill -SEGV $$", Exit::Signal { signal: 11 }, ""),
        ("printf 'no end of line'", Exit::Code { code: 0 }, "no end of line"),
        ("echo a; echo b >&2; echo c", Exit::Code { code: 0 }, "a\nb\nc\n"),
        ("printf 'a\\377\\000b'", Exit::Code { code: 0 }, "a\u{FFFD}\0b"),
        ("exec >&- 2>&-; exit 3", Exit::Code { code: 3 }, ""),
        ("cat; echo after end of input", Exit::Code { code: 0 }, "after end of input\n"),
        ("cd /; mkdir -p /tmp; pwd", Exit::Code { code: 0 }, "/\n"),
    ];
    for (text, exit, output) in table {
        let finished = fixture.run(text).await;
        assert_eq!(finished.end, End::Exited(exit), "{text}");
        assert_eq!(finished.output, output, "{text}");
        assert_eq!(finished.leftovers, Ended::default(), "{text}");
    }
}

#[tokio::test]
async fn the_environment_is_exactly_what_was_given() {
    let fixture = Fixture::new();
    let mut command = fixture.command("/usr/bin/env | sort; pwd -P");
    command.environment = vec![("A".into(), "1".into()), ("EMPTY".into(), "".into())];
    let finished = fixture.run_with(command).await;
    let own_of_shells = ["PWD=", "SHLVL=", "_=", "OLDPWD="];
    let lines: Vec<&str> = finished
        .output
        .lines()
        .filter(|line| !own_of_shells.iter().any(|own| line.starts_with(own)))
        .collect();
    let token = fixture.token.entry();
    let directory = fixture.directory.path().canonicalize().unwrap();
    assert_eq!(lines, ["A=1", "EMPTY=", token.as_str(), directory.to_str().unwrap()]);
}

#[tokio::test]
async fn no_signal_is_blocked_and_a_broken_pipe_kills() {
    let fixture = Fixture::new();
    let finished = fixture.run("grep -E '^Sig(Blk|Ign)' /proc/self/status").await;
    let masks: Vec<u64> = finished
        .output
        .lines()
        .map(|line| u64::from_str_radix(line.split_whitespace().last().unwrap(), 16).unwrap())
        .collect();
    assert_eq!(masks[0], 0, "blocked");
    assert_eq!(masks[1] & (1 << (13 - 1)), 0, "SIGPIPE ignored");
}

#[tokio::test]
async fn a_hanging_command_is_ended_with_its_children() {
    let fixture = Fixture::new();
    let mut command = fixture.command("echo begun; sleep 1000 & sleep 1000");
    command.timeout = Some(Duration::from_millis(300));
    let finished = fixture.run_with(command).await;
    assert_eq!(finished.end, End::Exited(Exit::TimedOut { limit_seconds: 1 }));
    assert_eq!(finished.output, "begun\nEvaluation timed out after 1 seconds.");
    assert!(finished.output_tail.ends_with("Evaluation timed out after 1 seconds."));
    assert!(finished.duration >= Duration::from_millis(300));
    assert_eq!(finished.leftovers.surviving, 0);
}

#[tokio::test]
async fn the_grace_period_lets_a_command_end_well() {
    let fixture = Fixture::new();
    let mut command =
        fixture.command("trap 'echo cleaned up; exit 0' TERM; echo ready; while :; do sleep 0.01; done");
    command.timeout = Some(Duration::from_millis(300));
    command.grace = DEADLINE;
    let finished = fixture.run_with(command).await;
    assert!(finished.output.contains("cleaned up"), "{}", finished.output);
}

#[tokio::test]
async fn who_ignores_term_is_killed() {
    let fixture = Fixture::new();
    let mut command = fixture.command("trap '' TERM; (trap '' TERM; sleep 1000) & sleep 1000; sleep 1000");
    command.timeout = Some(Duration::from_millis(200));
    let finished = fixture.run_with(command).await;
    assert_eq!(finished.end, End::Exited(Exit::TimedOut { limit_seconds: 1 }));
    assert!(finished.duration < DEADLINE);
}

#[tokio::test]
async fn a_stopped_process_is_ended_too() {
    let fixture = Fixture::new();
    let mut command = fixture.command("kill -STOP $$");
    command.timeout = Some(Duration::from_millis(200));
    command.grace = DEADLINE;
    fixture.run_with(command).await;
}

#[tokio::test]
async fn asking_to_stop_ends_the_command_and_force_cuts_the_grace_short() {
    let fixture = Fixture::new();
    let mut command = fixture.command("trap '' TERM; echo $$ > pid; while :; do sleep 0.01; done");
    command.grace = Duration::from_secs(3600);
    let (stopper, stop) = stop_channel();
    let running = start(&command, None).unwrap();
    let waiting = tokio::spawn(running.wait(stop));
    let pid = fixture.pid_in("pid").await;
    stopper.stop(false);
    tokio::task::yield_now().await;
    assert!(runs(pid));
    stopper.stop(true);
    let finished = tokio::time::timeout(DEADLINE, waiting).await.unwrap().unwrap();
    assert_eq!(finished.end, End::Stopped);
    fixture.assert_nothing_left(Some(pid));
}

#[tokio::test]
async fn a_stop_signal_without_its_stopper_never_stops() {
    let fixture = Fixture::new();
    let (stopper, stop) = stop_channel();
    drop(stopper);
    let finished = start(&fixture.command("sleep 0.05; echo done"), None).unwrap().wait(stop).await;
    assert_eq!(finished.output, "done\n");
}

#[tokio::test]
async fn a_background_process_that_holds_the_pipe_cannot_hang_the_step() {
    let fixture = Fixture::new();
    let started = Instant::now();
    let finished = fixture.run("sleep 1000 & echo done").await;
    assert_eq!((finished.end, finished.output.as_str()), (OK, "done\n"));
    assert_eq!(finished.leftovers, Ended { found: 1, surviving: 0 });
    assert!(started.elapsed() < DEADLINE);
}

/// Forks twice and leaves its session, as daemons do.
const DAEMON: &str = "(setsid sh -c 'echo $$ > pid; exec sleep 1000' REDIRECT &)";

#[tokio::test]
async fn daemons_are_ended_whether_they_hold_the_pipe_or_not() {
    for redirect in ["", ">/dev/null 2>&1"] {
        let fixture = Fixture::new();
        let daemon = DAEMON.replace("REDIRECT", redirect);
        let finished = fixture.run(&format!("{daemon}; until [ -s pid ]; do :; done; echo done")).await;
        assert_eq!((finished.end, finished.output.as_str()), (OK, "done\n"));
        let pid = fixture.pid_in("pid").await;
        eventually(|| (!runs(pid)).then_some(())).await;
    }
}

#[tokio::test]
async fn daemons_are_ended_with_a_command_that_hangs() {
    let fixture = Fixture::new();
    let mut command = fixture.command(&format!("{}; sleep 1000", DAEMON.replace("REDIRECT", "")));
    command.timeout = Some(Duration::from_millis(500));
    fixture.run_with(command).await;
    let pid = fixture.pid_in("pid").await;
    assert!(!runs(pid));
}

#[tokio::test]
async fn who_cannot_be_found_cannot_hang_the_step() {
    let fixture = Fixture::new();
    let text =
        "(env -i setsid sh -c 'echo $$ > pid; exec sleep 1000' &); until [ -s pid ]; do :; done; echo done";
    let finished = fixture.run(text).await;
    assert_eq!((finished.end, finished.output.as_str()), (OK, "done\n"));
    let stat = proc::stat(fixture.pid_in("pid").await).unwrap();
    Pinned::pin(&stat).unwrap().signal(rustix::process::Signal::KILL);
}

#[tokio::test]
async fn a_silent_member_of_the_group_is_ended_after_the_command() {
    let fixture = Fixture::new();
    fixture.run("sleep 1000 >/dev/null 2>&1 & echo $! > pid").await;
    let pid = fixture.pid_in("pid").await;
    assert!(!runs(pid));
}

#[tokio::test]
async fn killing_the_shell_ends_the_evaluation() {
    let fixture = Fixture::new();
    let finished = fixture.run("(kill -KILL $$; sleep 1000)").await;
    assert_eq!(finished.end, End::Exited(Exit::Signal { signal: 9 }));
}

#[tokio::test]
async fn a_flood_is_cut_and_does_not_hold_up() {
    let fixture = Fixture::new();
    let finished = fixture.run("head -c 200000000 /dev/zero | tr '\\0' x; echo; echo last").await;
    assert_eq!(finished.end, OK);
    assert!(finished.output.contains("\n ... [199950006 characters truncated] ... \n"));
    assert!(finished.output.ends_with("x\nlast\n"));
    assert!(finished.output.len() < 51_000);
}

#[tokio::test]
async fn an_endless_line_ends_with_its_time() {
    let fixture = Fixture::new();
    let mut command = fixture.command("exec cat /dev/zero");
    command.timeout = Some(Duration::from_millis(300));
    let finished = fixture.run_with(command).await;
    assert!(finished.output.len() < 52_000);
    assert!(finished.output.ends_with("Evaluation timed out after 1 seconds."));
}

#[tokio::test]
async fn dropping_a_running_command_ends_all_of_it() {
    let fixture = Fixture::new();
    let running =
        start(&fixture.command(&format!("{}; sleep 1000", DAEMON.replace("REDIRECT", ""))), None).unwrap();
    let group = running.process().pgid;
    let daemon = fixture.pid_in("pid").await;
    drop(running);
    assert!(!runs(daemon));
    fixture.assert_nothing_left(Some(group));
    assert!(proc::stat(group).is_none(), "the leader is not reaped");
}

#[tokio::test]
async fn what_is_printed_can_be_watched() {
    let fixture = Fixture::new();
    let (stopper, stop) = stop_channel();
    let running = start(&fixture.command("echo one; sleep 1000"), None).unwrap();
    let live = running.live();
    let mut watch = live.watch();
    let waiting = tokio::spawn(running.wait(stop));
    tokio::time::timeout(DEADLINE, watch.wait_for(|bytes| *bytes == 4)).await.unwrap().unwrap();
    assert_eq!(live.screen(), "one");
    stopper.stop(true);
    assert_eq!(waiting.await.unwrap().output, "one\n");
}

#[tokio::test]
async fn failures_to_start_say_why() {
    let fixture = Fixture::new();
    let mut gone = fixture.command("true");
    gone.directory = fixture.directory.path().join("gone");
    assert!(matches!(start(&gone, None), Err(StartError::NoDirectory(path)) if path.ends_with("gone")));

    let mut file = fixture.command("true");
    file.directory = fixture.directory.path().join("file");
    fs::write(&file.directory, "").unwrap();
    assert!(matches!(start(&file, None), Err(StartError::NoDirectory(_))));

    let long = fixture.command(&format!("true {}", "x".repeat(1 << 20)));
    assert!(matches!(start(&long, None), Err(StartError::TooLong(_))));

    let nul = start(&fixture.command("a\0b"), None).unwrap_err();
    assert!(nul.to_string().contains("/bin/sh"), "{nul}");

    let table = [(24, "ulimit -n"), (23, "ulimit -n"), (11, "further process"), (12, "further process")];
    for (errno, words) in table {
        let error = StartError::new(Path::new("/"), std::io::Error::from_raw_os_error(errno));
        assert!(error.to_string().contains(words), "{error}");
    }
}
