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
    /// Say whether it is running (exit code 3 if not), and where its things are
    Status,
    /// Print the end of its log
    Logs(LogsArgs),
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
