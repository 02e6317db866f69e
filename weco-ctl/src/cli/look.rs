//! Looking into a run: `weco run results`, `show`, `diff`, `status`, `overview`, `logs`; and `apply`.

use clap::{Args, ValueEnum};

use super::{OneRunArgs, value};

pub(super) const RESULTS_ABOUT: &str = "\
List a run's steps, best first.

Steps without a metric come last. JSON has all of each plan and the node ids that other commands take; a table on a \
terminal fits its width.";

pub(super) const RESULTS_EXAMPLES: &str = "\
Examples:
  weco run results 0002e071 --top 5
  weco run results 0002e071 --format table --plot
  weco run results 0002e071 --lineage --format csv > results.csv";

pub(super) const SHOW_EXAMPLES: &str = "\
Examples:
  weco run show 0002e071
  weco run show 0002e071 --step 7
  weco run show 0002e071 --step run-best | jq -r '.code[\"model.py\"]'";

pub(super) const DIFF_ABOUT: &str = "\
Print how a step's code differs from the baseline or another step.

A unified diff for each file, which patch -p1 and git apply take. Coloured on a terminal, unless NO_COLOR is set.";

pub(super) const DIFF_EXAMPLES: &str = "\
Examples:
  weco run diff 0002e071
  weco run diff 0002e071 --step 7 --against parent
  weco run diff 0002e071 --step run-best | git apply";

pub(super) const OVERVIEW_EXAMPLES: &str = "\
Examples:
  weco run overview 0002e071
  weco run overview 0002e071 --plot > lineage.json";

pub(super) const LOGS_ABOUT: &str = "\
Print what happened to a run so far, or what the evaluation of one step printed.";

pub(super) const LOGS_EXAMPLES: &str = "\
Examples:
  weco run logs 0002e071
  weco run logs 0002e071 --follow
  weco run logs 0002e071 --step 7";

pub(super) const APPLY_ABOUT: &str = "\
Write a step's files over the run's sources.

With the same care as at a run's end: a file that you edited since the run began is not written over. The run must be over.";

pub(super) const APPLY_EXAMPLES: &str = "\
Examples:
  weco run apply 0002e071
  weco run apply 0002e071 --step 7";

/// Which results, and how they are written.
#[derive(Args, Debug)]
pub struct ResultsArgs {
    /// Which run.
    #[command(flatten)]
    pub run: OneRunArgs,

    /// Only so many, the best
    #[arg(long, value_name = "N", value_parser = value::count, allow_negative_numbers = true)]
    pub top: Option<u32>,

    /// JSON or CSV for programs, a table for people
    #[arg(long, value_name = "FORMAT", default_value = "json")]
    pub format: ResultsFormatArg,

    /// Draw the metric's course too: below a table, or on standard error beside JSON and CSV
    #[arg(long)]
    pub plot: bool,

    /// Add each step's code, as a map from paths to texts (JSON only)
    #[arg(long)]
    pub include_code: bool,

    /// All runs of the run's lineage: those derived from one another
    #[arg(long)]
    pub lineage: bool,
}

/// How results are written.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ResultsFormatArg {
    /// A list of objects
    Json,
    /// A table, for people
    Table,
    /// Comma-separated values with a heading
    Csv,
}

/// Which version of the code.
#[derive(Args, Debug)]
pub struct StepArgs {
    /// A step's number, `best` (of the lineage), `run-best`, `baseline`, or a node id or its beginning
    #[arg(long, alias = "node", value_name = "STEP", default_value = "best", value_parser = value::one_line, allow_negative_numbers = true)]
    pub step: String,
}

/// Which version is shown.
#[derive(Args, Debug)]
pub struct ShowArgs {
    /// Which run.
    #[command(flatten)]
    pub run: OneRunArgs,

    /// Which version.
    #[command(flatten)]
    pub step: StepArgs,
}

/// Which versions are compared.
#[derive(Args, Debug)]
pub struct DiffArgs {
    /// Which run.
    #[command(flatten)]
    pub run: OneRunArgs,

    /// Which version.
    #[command(flatten)]
    pub step: StepArgs,

    /// What it is compared with: `baseline`, `parent` (what it was made from), or what --step takes
    #[arg(long, value_name = "STEP", default_value = "baseline", value_parser = value::one_line, allow_negative_numbers = true)]
    pub against: String,
}

/// Of which run, or lineage, the status is told.
#[derive(Args, Debug)]
pub struct StatusArgs {
    /// Which run.
    #[command(flatten)]
    pub run: OneRunArgs,

    /// Tell of its whole lineage instead: all runs derived from one another
    #[arg(long)]
    pub lineage: bool,
}

/// Which lineage is told of, and in what detail.
#[derive(Args, Debug)]
pub struct OverviewArgs {
    /// Which run.
    #[command(flatten)]
    pub run: OneRunArgs,

    /// Draw the metric's course too, on standard error
    #[arg(long)]
    pub plot: bool,

    /// Add each node's plan and code
    #[arg(long)]
    pub include_code: bool,
}

/// Whose lines are printed.
#[derive(Args, Debug)]
pub struct RunLogsArgs {
    /// Which run.
    #[command(flatten)]
    pub run: OneRunArgs,

    /// Print what this step's evaluation printed: its number, `best`, `run-best`, `baseline`, or a node id or its beginning
    #[arg(long, alias = "node", value_name = "STEP", value_parser = value::one_line, allow_negative_numbers = true)]
    pub step: Option<String>,

    /// Go on until it has ended
    #[arg(short, long)]
    pub follow: bool,
}

/// Which version is written.
#[derive(Args, Debug)]
pub struct ApplyArgs {
    /// Which run.
    #[command(flatten)]
    pub run: OneRunArgs,

    /// Which version, of this run: a step's number, `run-best`, `baseline`, or a node id or its beginning [default: the run's best]
    #[arg(long, alias = "node", value_name = "STEP", value_parser = value::one_line, allow_negative_numbers = true)]
    pub step: Option<String>,
}
