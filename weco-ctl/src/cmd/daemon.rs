//! `weco daemon start`, `stop` and `status`.

use std::process::ExitCode;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;
use tokio::time::{Instant, sleep};
use tonic::Code;
use weco_proto::connect::Client;
use weco_proto::v1::{ShutdownRequest, StatusReply, StatusRequest};
use weco_proto::version::VERSION;

use super::ask::within;
use super::stdout::say;
use crate::daemon::{Daemon, SOCKET};
use crate::error::{Error, is_lost};
use crate::ui::format::one_line;

/// Exit code of `weco daemon status` when it is not running, as init scripts and systemctl say it.
const EXIT_NOT_RUNNING: u8 = 3;

/// Longest wait for an answer about the daemon itself: it has to think about nothing.
const ANSWER_DEADLINE: Duration = Duration::from_secs(5);

/// Longest wait for it to be gone: it ends evaluations (with a grace period) and restores sources first.
const STOP_DEADLINE: Duration = Duration::from_secs(30);

/// How often to look whether it is gone.
const STOP_INTERVAL: Duration = Duration::from_millis(10);

/// Where the log of a daemon is that systemd looks after.
pub(super) const JOURNAL: &str = "journalctl --user -u weco-daemon";

/// `weco daemon start`.
pub(super) async fn start() -> Result<ExitCode, Error> {
    let daemon = Daemon::from_env()?;
    let (mut client, word) = match daemon.connect().await? {
        Some(client) => (client, "is already running"),
        None => (daemon.connect_or_start().await?, "started"),
    };
    let status = ask(&mut client).await?;
    say(&format!("weco-daemon {word} (pid {})\n{}", status.pid, other_version(&status)))?;
    Ok(ExitCode::SUCCESS)
}

/// `weco daemon stop`.
pub(super) async fn stop() -> Result<ExitCode, Error> {
    let daemon = Daemon::from_env()?;
    let Some(mut client) = daemon.connect().await? else {
        say("weco-daemon is not running\n")?;
        return Ok(ExitCode::SUCCESS);
    };
    let status = ask(&mut client).await?;
    end(&daemon, client, &status).await?;
    let live = match status.live_runs {
        0 => String::new(),
        1 => "; 1 run was in progress".to_owned(),
        count => format!("; {count} runs were in progress"),
    };
    say(&format!("weco-daemon stopped (pid {}){live}\n", status.pid))?;
    if !status.supervisor.is_empty() {
        say(&format!(
            "the next command starts it again, unless the service manager is told otherwise\n  \
             try: systemctl --user stop {SOCKET}\n"
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Tells the daemon to stop in good order, and waits until it is gone.
pub(super) async fn end(daemon: &Daemon, mut client: Client, status: &StatusReply) -> Result<(), Error> {
    match client.shutdown(within(ANSWER_DEADLINE, ShutdownRequest {})).await {
        Err(error) if !is_lost(&error) && error.code() != Code::Unavailable => return Err(error.into()),
        // It may be gone before its answer is here.
        _ => {}
    }
    drop(client);
    wait_until_gone(daemon, status).await
}

/// `weco daemon status`.
pub(super) async fn status() -> Result<ExitCode, Error> {
    let daemon = Daemon::from_env()?;
    let Some(mut client) = daemon.connect().await? else {
        say(&format!("weco-daemon is not running\n  socket      {}\n", daemon.paths().socket().display()))?;
        return Ok(ExitCode::from(EXIT_NOT_RUNNING));
    };
    let status = ask(&mut client).await?;
    say(&describe(&status))?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn ask(client: &mut Client) -> Result<StatusReply, Error> {
    Ok(client.status(within(ANSWER_DEADLINE, StatusRequest {})).await?.into_inner())
}

async fn wait_until_gone(daemon: &Daemon, status: &StatusReply) -> Result<(), Error> {
    let (pid, deadline) = (status.pid, Instant::now() + STOP_DEADLINE);
    // The socket of a supervised one may be the manager's: to connect would start the next.
    let supervised = !status.supervisor.is_empty();
    while is_alive(pid) || (!supervised && daemon.connect().await?.is_some()) {
        if Instant::now() >= deadline {
            let message =
                format!("weco-daemon (pid {pid}) has not stopped within {} s", STOP_DEADLINE.as_secs());
            return Err(Error::failure(message).hint(format!("weco daemon logs; at worst: kill -9 {pid}")));
        }
        sleep(STOP_INTERVAL).await;
    }
    Ok(())
}

/// Whether the process exists and has not ended. A client that started the daemon and still runs keeps it in the
/// process table after its end.
fn is_alive(pid: u32) -> bool {
    match i32::try_from(pid) {
        Ok(id) if id > 0 => kill(Pid::from_raw(id), None) != Err(Errno::ESRCH) && !is_zombie(pid),
        _ => false,
    }
}

/// Where there is no `/proc`, nothing is.
fn is_zombie(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The state follows the program's name, which stands in parentheses and may hold some.
    stat.rsplit_once(") ").is_some_and(|(_, state)| state.starts_with('Z'))
}

fn describe(status: &StatusReply) -> String {
    let (supervisor, log) = match status.supervisor.as_str() {
        "" => (String::new(), status.log_file.as_str()),
        "systemd" => ("  supervisor  systemd\n".to_owned(), JOURNAL),
        other => (format!("  supervisor  {other}\n"), "kept by its supervisor"),
    };
    format!(
        "weco-daemon {} is running\n  pid         {}\n  up          {}\n  live runs   {}\n{supervisor}  \
         socket      {}\n  state       {}\n  log         {log}\n{}{}",
        status.version,
        status.pid,
        uptime(status.uptime_seconds),
        status.live_runs,
        status.socket,
        status.state_dir,
        notices(status),
        other_version(status)
    )
}

/// What was repaired or put aside when it started.
fn notices(status: &StatusReply) -> String {
    status.notices.iter().map(|notice| format!("warning: {}\n", one_line(notice))).collect()
}

fn other_version(status: &StatusReply) -> String {
    if status.version == VERSION {
        return String::new();
    }
    format!("warning: this is weco {VERSION}, that is {}\n  try: weco daemon restart\n", status.version)
}

/// `3 d 4 h`, `2 h 5 min`, `7 min`, `12 s`.
fn uptime(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, _) => format!("{hours} h {} min", minutes % 60),
        _ => format!("{days} d {} h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uptime_is_told_in_two_units_at_most() {
        let cases = [(0, "0 s"), (59, "59 s"), (60, "1 min"), (7500, "2 h 5 min"), (273_600, "3 d 4 h")];
        for (seconds, expected) in cases {
            assert_eq!(uptime(seconds), expected);
        }
    }

    #[test]
    fn we_are_alive_and_nobody_else_is_by_mistake() {
        assert!(is_alive(std::process::id()));
        assert!(!is_alive(0), "0 would mean our own process group");
        assert!(!is_alive(u32::MAX));
    }

    #[test]
    fn a_process_that_ended_unnoticed_is_not_alive() {
        let mut child =
            std::process::Command::new("cat").stdin(std::process::Stdio::piped()).spawn().unwrap();
        assert!(is_alive(child.id()));
        drop(child.stdin.take());
        let deadline = std::time::Instant::now() + Duration::from_secs(5);
        while is_alive(child.id()) {
            assert!(std::time::Instant::now() < deadline);
            std::thread::yield_now();
        }
        child.wait().unwrap();
    }
}
