//! `weco run export` and `weco import`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::run_verb::OneRunArgs;

pub(super) const EXPORT_ABOUT: &str = "\
Write a run to one file: its whole record, every version of the code, what each printed, and a report.

The archive is a compressed tar that any tool unpacks; weco import takes it in on another machine. With --html only \
the report is written, one page that opens in a browser without a server. A run that goes on is exported up to where \
it is. Neither holds keys, nor the environment of the evaluations.";

const EXPORT_EXAMPLES: &str = "\
Examples:
  weco run export 0002e071
  weco run export 0002e071 --html -o report.html
  weco run export 0002e071 -o - | ssh gpu weco import - --directory project";

pub(super) const IMPORT_ABOUT: &str = "\
Take in a run from an archive that weco run export wrote, perhaps on another machine.

Everything in it is checked first; a run that is here already is left alone. The run stays in the directory that it \
had, or is moved to the one you name, where its sources are if it is to go on. Nothing in it is executed before you \
resume it; then its evaluation command is, so resume only what you would run yourself.";

const IMPORT_EXAMPLES: &str = "\
Examples:
  weco import weco-swift-heron-0002e071.tar.zst
  weco import weco-swift-heron-0002e071.tar.zst --directory ~/project";

/// Which run goes where.
#[derive(Args, Debug)]
#[command(after_help = EXPORT_EXAMPLES)]
pub struct ExportArgs {
    /// Which run.
    #[command(flatten)]
    pub run: OneRunArgs,

    /// Where to write; - for standard output [default: weco-NAME-ID.tar.zst or .html in the working directory]
    #[arg(short = 'o', long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,

    /// Only the report, as an HTML page
    #[arg(long)]
    pub html: bool,

    /// Replace the file if it exists
    #[arg(long)]
    pub force: bool,
}

/// What is taken in.
#[derive(Args, Debug)]
#[command(after_help = IMPORT_EXAMPLES, arg_required_else_help = true)]
pub struct ImportArgs {
    /// The archive; - for standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,

    /// Where the run is to be from now on [default: where it was]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub directory: Option<PathBuf>,
}
