//! `weco daemon restart`: the next daemon takes over the runs of the last, of whatever version that was.

use std::process::ExitCode;

use weco_proto::connect::Client;
use weco_proto::v1::StatusReply;
use weco_proto::version::VERSION;

use super::daemon::{ask, end};
use super::stdout::say;
use crate::daemon::{Daemon, SERVICE, Systemctl, managed_pid};
use crate::error::Error;

/// Stops the daemon in good order and starts it again, by systemd if that runs it.
pub(super) async fn restart() -> Result<ExitCode, Error> {
    let daemon = Daemon::from_env()?;
    let before = match daemon.connect().await? {
        None => None,
        Some(client) => Some(stop(&daemon, client).await?),
    };
    let after = ask(&mut daemon.connect_or_start().await?).await?;
    let told = match before {
        None => format!("weco-daemon was not running and is started (pid {})", after.pid),
        Some(before) => format!(
            "weco-daemon restarted (pid {}, before {}){}",
            after.pid,
            before.pid,
            handed_over(before.live_runs, after.live_runs)
        ),
    };
    say(&format!("{told}\n{}", still_other(&after.version)))?;
    Ok(ExitCode::SUCCESS)
}

/// Ends the daemon in good order; systemd starts its own again at once. What it was.
async fn stop(daemon: &Daemon, mut client: Client) -> Result<StatusReply, Error> {
    let status = ask(&mut client).await?;
    if managed_pid() == Some(status.pid) {
        drop(client);
        Systemctl::reach()?.run(&["restart", SERVICE])?;
    } else {
        end(daemon, client, &status).await?;
    }
    Ok(status)
}

/// What to say of a version that is not ours even now: only a unit can name another place than ours.
fn still_other(version: &str) -> String {
    if version == VERSION {
        return String::new();
    }
    format!(
        "warning: this is weco {VERSION}, that is {version}: its unit names another program\n  try: weco daemon install\n"
    )
}

/// How many of `before` live runs are live again. The daemon has put its runs in order before it answers.
pub(super) fn handed_over(before: u32, after: u32) -> String {
    match (before, after) {
        (0, 0) => String::new(),
        (_, 1) if before <= 1 => "; 1 run goes on".to_owned(),
        (_, after) if before <= after => format!("; {after} runs go on"),
        (before, after) => format!("; {after} of {before} runs go on; for the others: weco daemon logs"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_counted_in_words() {
        let cases = [
            ((0, 0), ""),
            ((1, 1), "; 1 run goes on"),
            ((0, 1), "; 1 run goes on"),
            ((2, 2), "; 2 runs go on"),
            ((2, 3), "; 3 runs go on"),
            ((2, 1), "; 1 of 2 runs go on; for the others: weco daemon logs"),
        ];
        for ((before, after), expected) in cases {
            assert_eq!(handed_over(before, after), expected);
        }
    }
}
