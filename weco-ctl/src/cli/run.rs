//! `weco run`.

use clap::{Args, ValueEnum, ValueHint};

use super::backend::BackendArgs;
use super::parallel::ParallelArgs;
use super::shared::{EndArgs, KeyArgs, OutageArgs, PageArgs};
use super::{RunVerb, value};

const USAGE: &str = "\
weco run -s <FILE> -c <COMMAND> -m <NAME> -g <GOAL> [OPTIONS]
       weco run --sources <FILE>... -c <COMMAND> -m <NAME> -g <GOAL> [OPTIONS]
       weco run -s <FILE> --eval-backend <BACKEND> -m <NAME> -g <GOAL> [OPTIONS]
       weco run <COMMAND> <RUN-ID>";

pub(super) const LONG_ABOUT: &str = "\
Improve source files by measurement.

Step 0 measures your own code, the baseline. Each further step proposes a version of the sources, puts it in \
their place, runs the command, reads the metric from what it prints, and puts your files back. At the end the \
best version is offered.

The run belongs to the daemon, which is started if need be: it goes on when the terminal closes, and weco attach \
shows it again. Ctrl-C stops it in good order; a second Ctrl-C forces.";

const EXAMPLES: &str = "\
Examples:
  weco run -s model.py -c 'python eval.py' -m speedup -g max -n 20
  weco run --sources a.py b.py -c 'make bench' -m 'mean latency' -g min --eval-timeout 600
  weco run -s fit.py -c 'python fit.py' -m loss -g min -M builtin
  weco run -s app.py --eval-backend langsmith -m correct -g max   (asks for dataset and target)
  weco run -s kernel.cu -c ./bench.sh -m gflops -g max -i notes.md --output plain --apply-change";

/// Beside the flags of [`StartArgs`] there is room for verbs (`weco run <verb>`): those flags are checked after
/// parsing, so that none of them is required of a verb.
#[derive(Args, Debug)]
#[command(
    override_usage = USAGE,
    after_help = EXAMPLES,
    args_conflicts_with_subcommands = true,
    subcommand_value_name = "COMMAND",
    arg_required_else_help = true
)]
pub struct RunArgs {
    /// What to do with a run that exists.
    #[command(subcommand)]
    pub verb: Option<Box<RunVerb>>,

    /// A new run.
    #[command(flatten)]
    pub start: Box<StartArgs>,
}

/// What a new run is to be.
#[derive(Args, Debug)]
pub struct StartArgs {
    /// The file to improve
    // Several are taken so that the error can say what to do instead.
    #[arg(short, long, value_name = "FILE", conflicts_with = "sources", value_hint = ValueHint::FilePath, help_heading = "What to improve")]
    pub source: Vec<String>,

    /// The files to improve together (at most 10; 200 KB each, 500 KB in all)
    #[arg(long, value_name = "FILE", num_args = 1.., value_hint = ValueHint::FilePath, help_heading = "What to improve")]
    pub sources: Vec<String>,

    /// Shell command that runs the code and prints the metric
    #[arg(short = 'c', long, value_name = "COMMAND", value_parser = value::not_blank, value_hint = ValueHint::CommandString, help_heading = "What to improve")]
    pub eval_command: Option<String>,

    /// Name of the metric, as printed: `speedup` finds `Speedup: 1.5`
    #[arg(short, long, value_name = "NAME", value_parser = value::one_line, help_heading = "What to improve")]
    pub metric: Option<String>,

    /// Whether the metric is to grow or to shrink (`max` and `min` for short)
    #[arg(short, long, value_name = "GOAL", ignore_case = true, help_heading = "What to improve")]
    pub goal: Option<GoalArg>,

    /// How many versions to try after the baseline
    #[arg(short = 'n', long, value_name = "N", default_value = "100", value_parser = value::steps, allow_negative_numbers = true, help_heading = "Search")]
    pub steps: u32,

    /// Language model, `provider/model` if its name is ambiguous; `builtin` needs none, no key and no network. Several,
    /// parted by commas: the run learns which earns what it costs
    ///
    /// [default: gemini-3-flash-preview; with --api-key, that provider's default]
    #[arg(short = 'M', long, value_name = "MODEL", value_parser = value::models, help_heading = "Search")]
    pub model: Option<Models>,

    /// How hard the model is to think before it answers; as it does by itself if not given
    #[arg(long, value_name = "EFFORT", ignore_case = true, help_heading = "Search")]
    pub reasoning_effort: Option<EffortArg>,

    /// What else the model should know: a text, or a .txt, .md or .rst file
    #[arg(short = 'i', long, value_name = "TEXT|FILE", help_heading = "Search")]
    pub additional_instructions: Option<String>,

    /// Fixes every random choice of the search, so that a run can be repeated
    #[arg(long, value_name = "NUMBER", help_heading = "Search")]
    pub seed: Option<u64>,

    /// How the version to work on next is chosen
    ///
    /// [default: forage; greedy with -M builtin]
    #[arg(long, value_name = "NAME", help_heading = "Search")]
    pub search: Option<SearchArg>,

    /// Let every version wait until someone approves it: see weco run review
    #[arg(long, help_heading = "Search")]
    pub require_review: bool,

    /// What ends the run early.
    #[command(flatten)]
    pub limits: LimitArgs,

    /// Keys for providers.
    #[command(flatten)]
    pub keys: KeyArgs,

    /// What happens when the model's provider cannot be asked.
    #[command(flatten)]
    pub outage: OutageArgs,

    /// What evaluates.
    #[command(flatten)]
    pub backend: BackendArgs,

    /// Seconds after which one evaluation is ended and its step fails [default: no limit]
    #[arg(long, value_name = "SECONDS", value_parser = value::seconds, allow_negative_numbers = true, help_heading = "Evaluation")]
    pub eval_timeout: Option<u64>,

    /// How steps share the machine.
    #[command(flatten)]
    pub parallel: ParallelArgs,

    /// How each version is measured.
    #[command(flatten)]
    pub measurement: MeasurementArgs,

    /// Where each step's files go
    #[arg(short, long, value_name = "DIR", default_value = ".runs", value_hint = ValueHint::DirPath, help_heading = "Results")]
    pub log_dir: String,

    /// Keep each step's output too, below the run's directory.
    #[arg(
        long,
        help_heading = "Results",
        help = "Keep each step's output too: <DIR>/<run-id>/outputs/step_<n>.out.txt"
    )]
    pub save_logs: bool,

    /// How it is shown and ends.
    #[command(flatten)]
    pub end: EndArgs,

    /// The run in the dashboard.
    #[command(flatten)]
    pub page: PageArgs,
}

/// How versions are measured, beyond the command.
#[derive(Args, Clone, PartialEq, Eq, Debug)]
#[command(next_help_heading = "Evaluation")]
pub struct MeasurementArgs {
    /// Run the command so often for each version and take the mean; one that cannot win is not run to the end [default: 1, and a noisy metric is noticed]
    #[arg(long, value_name = "N", value_parser = value::repeats, allow_negative_numbers = true)]
    pub eval_repeats: Option<u32>,

    /// Shell command that a new best must pass (exit code 0) before it counts, such as the tests
    #[arg(long, value_name = "COMMAND", value_parser = value::not_blank, value_hint = ValueHint::CommandString)]
    pub verify_command: Option<String>,

    /// Files and directories that no version may change while it is evaluated, such as the evaluation itself
    #[arg(long, value_name = "PATH", num_args = 1.., value_hint = ValueHint::AnyPath)]
    pub protect: Vec<String>,
}

/// What ends a run before its steps are done.
#[derive(Args, Clone, Copy, PartialEq, Debug)]
#[command(next_help_heading = "Limits")]
pub struct LimitArgs {
    /// End when a version's metric is this good
    #[arg(long, value_name = "METRIC", value_parser = value::finite, allow_negative_numbers = true)]
    pub target: Option<f64>,

    /// End after so many steps in a row without a new best
    #[arg(long, value_name = "STEPS", value_parser = value::steps)]
    pub patience: Option<u32>,

    /// Begin no step after this time: a number and s, m, h, d or w, such as 90m
    #[arg(long, value_name = "TIME", value_parser = value::time)]
    pub max_time: Option<u64>,

    /// Begin no step once so many tokens are spent, prompts and replies together
    #[arg(long, value_name = "TOKENS", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_tokens: Option<u64>,

    /// Begin no step once so many US dollars are spent on tokens; [prices] in config.toml says what others cost
    #[arg(long, value_name = "USD", value_parser = value::dollars, allow_negative_numbers = true)]
    pub max_cost: Option<f64>,
}

/// The models that `-M` names: one, or several.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Models(pub Vec<String>);

/// How hard a model is to think.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum EffortArg {
    /// As little as it can
    Minimal,
    /// A little
    Low,
    /// As is usual
    Medium,
    /// Much
    High,
}

/// How the version to work on next is chosen.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum SearchArg {
    /// The best version, until its children come to nothing; crosses and new paradigms when gains dry up
    Forage,
    /// AIDE's tree search
    Aide,
    /// Always the best version
    Greedy,
}

impl SearchArg {
    /// Its name in requests.
    pub fn name(self) -> &'static str {
        match self {
            Self::Forage => "forage",
            Self::Aide => "aide",
            Self::Greedy => "greedy",
        }
    }
}

/// Which values of the metric are better.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum GoalArg {
    /// Larger is better
    #[value(alias = "max")]
    Maximize,
    /// Smaller is better
    #[value(alias = "min")]
    Minimize,
}
