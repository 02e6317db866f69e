//! `weco run <verb>`: what is done with a run that exists.

use clap::{Args, Subcommand};

use super::archive::{self, ExportArgs};
use super::value;

/// What can be done with a run that exists.
#[derive(Subcommand, Debug)]
pub enum RunVerb {
    /// Tell how a run is, as JSON
    #[command(after_help = "Example:\n  weco run status 0002e071")]
    Status(OneRunArgs),
    /// Stop a run in good order: its evaluation ended, its sources restored, everything found kept
    #[command(after_help = "Examples:\n  weco run stop 0002e071\n  weco run stop 0002e071 --force")]
    Stop(StopArgs),
    /// Write a run, or a report of it, to a file
    #[command(long_about = archive::EXPORT_ABOUT)]
    Export(ExportArgs),
}

/// Which run.
#[derive(Args, Debug)]
pub struct OneRunArgs {
    /// The run's id, or any beginning that no other run's id has
    #[arg(value_name = "RUN-ID", value_parser = value::one_line)]
    pub run_id: String,
}

/// Which run is to stop, and how.
#[derive(Args, Debug)]
pub struct StopArgs {
    /// Which run.
    #[command(flatten)]
    pub run: OneRunArgs,

    /// Kill its evaluation at once, without a grace period
    #[arg(long)]
    pub force: bool,
}
