//! `weco run <verb>`: what is done with a run that exists.

use clap::{Args, Subcommand};

use super::archive::{self, ExportArgs};
use super::{
    ApplyArgs, DeriveArgs, DiffArgs, InstructArgs, OverviewArgs, RejectArgs, ResultsArgs, ReviseArgs,
    RunLogsArgs, ShowArgs, StatusArgs, SubmitArgs, derive, look, value,
};

/// What can be done with a run that exists.
#[derive(Subcommand, Debug)]
pub enum RunVerb {
    /// Tell how a run is, as JSON
    #[command(after_help = "Examples:\n  weco run status 0002e071\n  weco run status 0002e071 --lineage")]
    Status(StatusArgs),
    /// List a run's steps, best first
    #[command(long_about = look::RESULTS_ABOUT, after_help = look::RESULTS_EXAMPLES)]
    Results(ResultsArgs),
    /// Tell all about one step, its code and its output included, as JSON
    #[command(after_help = look::SHOW_EXAMPLES)]
    Show(ShowArgs),
    /// Print how a step's code differs from the baseline or another step
    #[command(long_about = look::DIFF_ABOUT, after_help = look::DIFF_EXAMPLES)]
    Diff(DiffArgs),
    /// Tell of all runs derived from one another, with all their steps, as JSON
    #[command(after_help = look::OVERVIEW_EXAMPLES)]
    Overview(OverviewArgs),
    /// Print what happened to a run so far, or what the evaluation of one step printed
    #[command(long_about = look::LOGS_ABOUT, after_help = look::LOGS_EXAMPLES)]
    Logs(RunLogsArgs),
    /// Write a step's files over the run's sources
    #[command(long_about = look::APPLY_ABOUT, after_help = look::APPLY_EXAMPLES)]
    Apply(ApplyArgs),
    /// Stop a run in good order: its evaluation ended, its sources restored, everything found kept
    #[command(after_help = "Examples:\n  weco run stop 0002e071\n  weco run stop 0002e071 --force")]
    Stop(StopArgs),
    /// Tell which steps wait for approval, with their code, as JSON
    #[command(after_help = "Example:\n  weco run review 0002e071")]
    Review(OneRunArgs),
    /// Give a step that waits for approval other code
    #[command(
        after_help = "Examples:\n  weco run revise 0002e071 --node 3 --source model.py\n  weco run revise 0002e071 --node 3 --source model.py=./mine.py\n\nFiles are matched with the run's sources in order, unless they are named."
    )]
    Revise(ReviseArgs),
    /// Approve a step that waits: evaluate it here, and let the run go on
    #[command(
        after_help = "Examples:\n  weco run submit 0002e071 --node 3\n  weco run submit 0002e071 --node 3 --source mine.py -c 'python eval.py --quick'\n\nFiles are matched with the run's sources in order, unless they are named."
    )]
    Submit(SubmitArgs),
    /// Turn a step that waits for approval down
    #[command(after_help = "Example:\n  weco run reject 0002e071 --node 3 'keep the bounds checks'")]
    Reject(RejectArgs),
    /// Give a run other instructions, which count from its next proposal on
    #[command(
        after_help = "Examples:\n  weco run instruct 0002e071 'save memory, not time'\n  weco run instruct 0002e071 notes.md --append"
    )]
    Instruct(InstructArgs),
    /// Begin a run from a step of another one
    #[command(long_about = derive::LONG_ABOUT)]
    Derive(Box<DeriveArgs>),
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
