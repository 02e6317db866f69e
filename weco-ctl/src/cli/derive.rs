//! `weco run derive`.

use clap::Args;

use super::shared::{EndArgs, KeyArgs, OutageArgs, PageArgs};
use super::{OneRunArgs, value};

pub(super) const LONG_ABOUT: &str = "\
Begin a run from a step of another one.

That step's code and metric are step 0 of the new run: nothing is measured again, and the model starts afresh. \
Sources, command, metric, goal and model are those of the other run; so are its steps and instructions, unless given \
here. The other run is stopped, unless --keep-parent.

Your own files stay the ones that are restored and compared, whatever step the run begins from. A screen asks \
before anything is done.";

const EXAMPLES: &str = "\
Examples:
  weco run derive 0002e071
  weco run derive 0002e071 --from-step 7 -i 'Save memory rather than time' -n 50
  weco run derive 0002e071 --from-step run-best --keep-parent --daemon";

/// From what a new run is derived, and what is different in it.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, arg_required_else_help = true)]
pub struct DeriveArgs {
    /// The run to derive from.
    #[command(flatten)]
    pub run: OneRunArgs,

    /// Where it begins: `best` (of the run and all that share its lineage), `run-best`, `baseline`, a step, or a node's id
    #[arg(long, value_name = "STEP", default_value = "best", value_parser = value::one_line, help_heading = "What to improve")]
    pub from_step: String,

    /// Let the other run go on
    #[arg(long, help_heading = "What to improve")]
    pub keep_parent: bool,

    /// How many versions to try after step 0 [default: as many as the other run]
    #[arg(short = 'n', long, value_name = "N", value_parser = value::steps, allow_negative_numbers = true, help_heading = "Search")]
    pub steps: Option<u32>,

    /// What else the model should know: a text, or a .txt, .md or .rst file [default: as in the other run]
    #[arg(short = 'i', long, value_name = "TEXT|FILE", help_heading = "Search")]
    pub additional_instructions: Option<String>,

    /// Fixes every random choice of the search, so that a run can be repeated
    #[arg(long, value_name = "NUMBER", help_heading = "Search")]
    pub seed: Option<u64>,

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

    /// What may not change.
    #[command(flatten)]
    pub fixed: FixedArgs,
}

/// What all runs of a lineage have in common: understood, so that the refusal can say what to do instead.
#[derive(Args, Debug)]
pub struct FixedArgs {
    #[arg(short, long, hide = true, num_args = 0..)]
    source: Option<Vec<String>>,
    #[arg(long, hide = true, num_args = 0..)]
    sources: Option<Vec<String>>,
    #[arg(short = 'c', long, hide = true, num_args = 0..=1)]
    eval_command: Option<Vec<String>>,
    #[arg(long, hide = true, num_args = 0..=1)]
    eval_backend: Option<Vec<String>>,
    #[arg(short, long, hide = true, num_args = 0..=1)]
    metric: Option<Vec<String>>,
    #[arg(short, long, hide = true, num_args = 0..=1)]
    goal: Option<Vec<String>>,
    #[arg(short = 'M', long, hide = true, num_args = 0..=1)]
    model: Option<Vec<String>>,
}

impl FixedArgs {
    /// Those that were given all the same, by their names.
    pub fn given(&self) -> Vec<&'static str> {
        [
            ("--source", &self.source),
            ("--sources", &self.sources),
            ("--eval-command", &self.eval_command),
            ("--eval-backend", &self.eval_backend),
            ("--metric", &self.metric),
            ("--goal", &self.goal),
            ("--model", &self.model),
        ]
        .into_iter()
        .filter_map(|(name, values)| values.as_ref().map(|_| name))
        .collect()
    }
}
