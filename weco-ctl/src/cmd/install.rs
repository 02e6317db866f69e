//! `weco daemon install`: the daemon as a systemd user service.

use std::process::ExitCode;

use super::daemon::{JOURNAL, ask, end};
use super::restart::handed_over;
use super::stdout::say;
use crate::cli::InstallArgs;
use crate::daemon::{Before, Daemon, SERVICE, SOCKET, Systemctl, Unit, UnitFiles, managed_pid};
use crate::error::Error;

/// Places the units, and lets systemd listen for the first client.
pub(super) async fn install(args: InstallArgs) -> Result<ExitCode, Error> {
    let daemon = Daemon::from_env()?;
    let units = daemon.units()?;
    let files = UnitFiles::from_env()?;
    let told = if args.print {
        printed(&units)
    } else if args.no_enable {
        files.place(&units)?;
        format!("the units {SERVICE} and {SOCKET} are in {}\n", files.directory().display())
            + &format!("  try: systemctl --user daemon-reload && systemctl --user enable --now {SOCKET}\n")
    } else {
        // Before anything is written.
        let systemctl = Systemctl::reach()?;
        let before = files.read()?;
        files.place(&units)?;
        match enable(&daemon, systemctl).await {
            Ok(told) => told,
            Err(error) => {
                undo(&files, &before, systemctl);
                return Err(error);
            }
        }
    };
    say(&told)?;
    Ok(ExitCode::SUCCESS)
}

/// Leaves everything as it was before. What counts is the failure that led to this, so others are not told.
fn undo(files: &UnitFiles, before: &Before, systemctl: Systemctl) {
    if before.iter().all(|(_, text)| text.is_none()) {
        let _ = systemctl.run(&["disable", "--now", SOCKET, SERVICE]);
    }
    files.restore(before);
    let _ = systemctl.run(&["daemon-reload"]);
}

/// Both units as `systemctl cat` shows them.
fn printed(units: &[Unit]) -> String {
    let texts: Vec<String> = units.iter().map(|(name, text)| format!("# {name}\n{text}")).collect();
    texts.join("\n")
}

async fn enable(daemon: &Daemon, systemctl: Systemctl) -> Result<String, Error> {
    systemctl.run(&["daemon-reload"])?;
    // The service too: after a reboot, unfinished runs go on without waiting for a client.
    systemctl.run(&["enable", SOCKET, SERVICE])?;
    let live = stop_unmanaged(daemon).await?;
    // Also where it is listening already, perhaps elsewhere; a managed daemon restarts with its socket.
    systemctl.run(&["restart", SOCKET])?;
    // Returns once it is ready, however long it takes to put its runs in order.
    systemctl.run(&["start", SERVICE])?;
    let mut client = daemon.connect().await?.ok_or_else(|| {
        Error::failure(format!("{SOCKET} is started, but nobody answers at it")).hint(JOURNAL)
    })?;
    let status = ask(&mut client).await?;
    Ok(format!(
        "weco-daemon is installed as a user service (pid {}){}\n  log: {JOURNAL}\n  \
         to keep it running after you log out: loginctl enable-linger\n",
        status.pid,
        handed_over(live, status.live_runs)
    ))
}

/// Stops a daemon that is not systemd's, so that systemd's has its runs. How many runs are live.
async fn stop_unmanaged(daemon: &Daemon) -> Result<u32, Error> {
    let Some(mut client) = daemon.connect().await? else { return Ok(0) };
    let status = ask(&mut client).await?;
    if managed_pid() != Some(status.pid) {
        end(daemon, client, &status).await?;
    }
    Ok(status.live_runs)
}
