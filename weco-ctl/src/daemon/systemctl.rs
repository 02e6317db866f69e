//! systemd's user manager, by `systemctl --user`.

use std::io;
use std::process::{Command, Output, Stdio};

use super::unit::SERVICE;
use crate::error::Error;

/// What to do where there is no user manager.
const NO_MANAGER: &str = "nothing need be installed: weco starts its daemon by itself \
                          (--no-enable places the units for later)";

/// A user manager that answers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Systemctl(());

impl Systemctl {
    /// Reaches the user manager.
    ///
    /// # Errors
    /// If there is no `systemctl`, or no manager answers it.
    pub(crate) fn reach() -> Result<Self, Error> {
        let output = systemctl(&["show-environment"]).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Error::failure("there is no systemctl on PATH").hint(NO_MANAGER),
            _ => Error::failure(format!("cannot run systemctl: {error}")),
        })?;
        if output.status.success() {
            return Ok(Self(()));
        }
        Err(Error::failure("no systemd user manager answers")
            .evidence("systemctl --user says", String::from_utf8_lossy(&output.stderr))
            .hint(format!("log in as this user, or: loginctl enable-linger; without systemd {NO_MANAGER}")))
    }

    /// Does what `arguments` say.
    ///
    /// # Errors
    /// If systemctl fails, with its words.
    pub(crate) fn run(self, arguments: &[&str]) -> Result<(), Error> {
        let command = arguments.join(" ");
        let output = systemctl(arguments)
            .map_err(|error| Error::failure(format!("cannot run systemctl --user {command}: {error}")))?;
        if output.status.success() {
            return Ok(());
        }
        Err(Error::failure(format!("systemctl --user {command} failed"))
            .evidence("it says", String::from_utf8_lossy(&output.stderr))
            .hint("journalctl --user -u weco-daemon"))
    }
}

/// The process of the service's daemon, if a user manager runs it.
pub(crate) fn managed_pid() -> Option<u32> {
    let output = systemctl(&["show", "--property=MainPID", "--value", SERVICE]).ok()?;
    let pid = String::from_utf8_lossy(&output.stdout).trim().parse().ok();
    pid.filter(|pid| *pid != 0 && output.status.success())
}

fn systemctl(arguments: &[&str]) -> io::Result<Output> {
    Command::new("systemctl").arg("--user").args(arguments).stdin(Stdio::null()).output()
}
