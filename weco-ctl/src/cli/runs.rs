//! `weco runs`.

use clap::{ArgGroup, Args, Subcommand, ValueEnum, ValueHint};

use super::shared::FormatArg;
use super::value;

pub(super) const LONG_ABOUT: &str = "\
List runs, or remove old ones.

Newest first, with what is best against the baseline. On a terminal the table fits its width; elsewhere it is \
complete.";

const EXAMPLES: &str = "\
Examples:
  weco runs
  weco runs --status running interrupted
  weco runs --directory . --format json
  weco runs prune --older-than 30d";

const PRUNE_ABOUT: &str = "\
Remove runs that are over from weco's record.

At least one of --older-than, --keep and --status says which; a run goes if it meets all that are given. Runs that \
go on are never removed, interrupted ones only if --status names them. A removed run cannot be resumed. The files \
under .runs in your own directories are not touched.";

const PRUNE_EXAMPLES: &str = "\
Examples:
  weco runs prune --older-than 30d
  weco runs prune --keep 100 --yes
  weco runs prune --status error --older-than 12h --dry-run";

/// What to do with the runs.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true, subcommand_value_name = "COMMAND")]
pub struct RunsArgs {
    /// Something else than to list them.
    #[command(subcommand)]
    pub verb: Option<RunsVerb>,

    /// Which are listed, and how.
    #[command(flatten)]
    pub list: ListArgs,
}

/// What can be done with runs, besides listing them.
#[derive(Subcommand, Debug)]
pub enum RunsVerb {
    /// Remove runs that are over from weco's record
    #[command(long_about = PRUNE_ABOUT)]
    Prune(PruneArgs),
}

/// Which runs are listed, and how.
#[derive(Args, Debug)]
pub struct ListArgs {
    /// At most so many, the newest; 0 for all [default: 20 on a terminal, otherwise all]
    #[arg(short = 'n', long, value_name = "N")]
    pub limit: Option<u32>,

    /// Only runs that stand like this
    #[arg(long, value_name = "STATUS", num_args = 1..)]
    pub status: Vec<StatusArg>,

    /// Only runs in this directory or below it
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub directory: Option<String>,

    /// A table for people, or JSON for programs
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: FormatArg,
}

/// Which runs are removed.
#[derive(Args, Debug)]
#[command(after_help = PRUNE_EXAMPLES, group = ArgGroup::new("criterion").required(true).multiple(true))]
pub struct PruneArgs {
    /// Runs that ended at least so long ago: a number and s, m, h, d or w, such as 30d
    #[arg(long, value_name = "AGE", value_parser = value::age, group = "criterion")]
    pub older_than: Option<u64>,

    /// All but so many, the newest of those that --status names
    #[arg(long, value_name = "N", group = "criterion")]
    pub keep: Option<u32>,

    /// Runs that ended like this [default: completed terminated error]
    #[arg(long, value_name = "STATUS", num_args = 1.., group = "criterion")]
    pub status: Vec<StatusArg>,

    /// Only show which would be removed
    #[arg(long)]
    pub dry_run: bool,

    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

/// How a run stands.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum StatusArg {
    /// It goes on
    Running,
    /// It was asked to stop, and is about to
    Stopping,
    /// It has used its steps
    Completed,
    /// The user stopped it
    Terminated,
    /// It could not go on
    Error,
    /// The daemon went away, and it could not go on by itself
    Interrupted,
}
