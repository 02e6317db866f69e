//! `weco attach`.

use clap::{Args, ValueEnum};

use super::shared::OutputArg;
use super::value;

pub(super) const LONG_ABOUT: &str = "\
Follow a run live, from any shell.

Leaving does not stop it: Ctrl-C (or d) detaches, the run goes on in the daemon. Several may follow one run at once.";

const EXAMPLES: &str = "\
Examples:
  weco attach 0002e071
  weco attach 0002e071 --output plain --from now";

/// Which run is followed, and how.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, arg_required_else_help = true)]
pub struct AttachArgs {
    /// The run's id, or any beginning that no other run's id has
    #[arg(value_name = "RUN-ID", value_parser = value::one_line)]
    pub run_id: String,

    /// Where plain lines begin: at the run's start, or with what comes next
    #[arg(long, value_name = "WHERE", default_value = "start")]
    pub from: FromArg,

    /// How progress is shown: a screen for people, or lines for agents and logs
    ///
    /// Where standard output is no terminal, it is always plain.
    #[arg(long, value_name = "MODE", default_value = "rich")]
    pub output: OutputArg,
}

/// Where lines begin.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum FromArg {
    /// At the run's start
    Start,
    /// With what comes next
    Now,
}
