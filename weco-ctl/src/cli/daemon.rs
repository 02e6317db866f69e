//! `weco daemon`.

use clap::{Args, Subcommand};

pub(super) const LONG_ABOUT: &str = "\
Look after the daemon that owns the runs.

It is started by the first command that needs it and serves only you, on a Unix socket.";

/// What to do with the daemon.
#[derive(Args, Debug)]
#[command(subcommand_value_name = "COMMAND")]
pub struct DaemonArgs {
    /// What to do.
    #[command(subcommand)]
    pub verb: DaemonVerb,
}

/// What can be done with the daemon.
#[derive(Subcommand, Debug)]
pub enum DaemonVerb {
    /// Start it, if it is not running
    Start,
    /// Stop it in good order: evaluations ended, sources restored
    Stop,
    /// Stop it and start it again, of whatever version it was; its runs go on
    Restart,
    /// Say whether it is running (exit code 3 if not), and where its things are
    Status,
    /// Print the end of its log
    Logs(LogsArgs),
    /// Let systemd start it at the first command and look after it, as a user service
    #[command(after_help = INSTALL_NOTES)]
    Install(InstallArgs),
    /// Undo install: disable the user service, stop it and remove its units
    Uninstall,
}

const INSTALL_NOTES: &str = "\
The units go to $XDG_CONFIG_HOME/systemd/user (else ~/.config/systemd/user). WECO_… variables that move \
the daemon's places are written into them. A daemon that was started by hand is replaced; its runs go on.

To keep it running after you log out: loginctl enable-linger";

/// How far to go.
#[derive(Args, Clone, Copy, Debug)]
pub struct InstallArgs {
    /// Write the units to standard output and change nothing
    #[arg(long, conflicts_with = "no_enable")]
    pub print: bool,

    /// Only place the units; systemd is not asked for anything
    #[arg(long)]
    pub no_enable: bool,
}

/// How much of the log.
#[derive(Args, Clone, Copy, Debug)]
pub struct LogsArgs {
    /// How many lines from the end
    #[arg(short = 'n', long, value_name = "N", default_value = "100")]
    pub lines: usize,

    /// Go on as lines are added, until interrupted
    #[arg(short, long)]
    pub follow: bool,
}
