//! `weco resume`.

use clap::Args;

use super::shared::{EndArgs, KeyArgs, OutageArgs, PageArgs};
use super::value;

pub(super) const LONG_ABOUT: &str = "\
Go on with a run that was stopped, failed, was interrupted, or is to have more steps.

Model, log directory, timeout and everything else are the run's own. Sources that you edited since stay as they \
are. A run that is still going needs no resume: see it with weco attach.";

const EXAMPLES: &str = "\
Examples:
  weco resume 0002e071-1b67-411f-a514-36947f0c4b31
  weco resume 0002e071 -n 50 --apply-change";

/// Which run goes on, and how.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, arg_required_else_help = true)]
pub struct ResumeArgs {
    /// The run's id, or any beginning that no other run's id has
    #[arg(value_name = "RUN-ID", value_parser = value::one_line)]
    pub run_id: String,

    /// This many steps more; needed for a completed run [default: what was left]
    #[arg(short = 'n', long, value_name = "N", value_parser = value::steps, allow_negative_numbers = true, help_heading = "Search")]
    pub steps: Option<u32>,

    /// Keys for providers.
    #[command(flatten)]
    pub keys: KeyArgs,

    /// What happens when the model's provider cannot be asked.
    #[command(flatten)]
    pub outage: OutageArgs,

    /// How it is shown and ends.
    #[command(flatten)]
    pub end: EndArgs,

    /// The run in the dashboard.
    #[command(flatten)]
    pub page: PageArgs,
}
