//! `weco daemon uninstall`: the daemon is no systemd user service any more.

use std::process::ExitCode;

use super::stdout::say;
use crate::daemon::{SERVICE, SOCKET, Systemctl, UnitFiles};
use crate::error::Error;

/// Disables and stops the service, and removes its units. Nothing to do is no error.
pub(super) async fn uninstall() -> Result<ExitCode, Error> {
    let files = UnitFiles::from_env()?;
    let manager = Systemctl::reach().ok();
    if let Some(systemctl) = manager.filter(|_| files.is_installed()) {
        // In good order: the daemon ends its evaluations and restores the sources.
        systemctl.run(&["disable", "--now", SOCKET, SERVICE])?;
    }
    let found = files.remove()?;
    if let Some(systemctl) = manager.filter(|_| found) {
        systemctl.run(&["daemon-reload"])?;
    }
    say(match (found, manager.is_some()) {
        (false, _) => "weco-daemon is not installed as a user service\n",
        (true, true) => {
            "weco-daemon is no longer a user service; unfinished runs go on when weco next starts it\n"
        }
        (true, false) => {
            "the units are removed; no systemd user manager answers, so nothing was stopped\n  \
             try: weco daemon stop\n"
        }
    })?;
    Ok(ExitCode::SUCCESS)
}
