//! `weco run review`, `revise`, `submit`, `reject` and `instruct`: turning a run that goes on.

use clap::{Args, ValueHint};

use super::{OneRunArgs, value};

/// Which node.
#[derive(Args, Debug)]
pub struct NodeArgs {
    /// Which run.
    #[command(flatten)]
    pub run: OneRunArgs,

    /// The node: its step, or a beginning of its id, as weco run review shows them
    // Not required by the parser, so that the error can say which node waits.
    #[arg(long, value_name = "NODE", value_parser = value::one_line)]
    pub node: Option<String>,
}

/// Files that are to replace sources.
#[derive(Args, Debug)]
pub struct FileArgs {
    /// The file with the new code; SOURCE=FILE says of which source
    // Several are taken so that the error can say what to do instead.
    #[arg(short, long, value_name = "FILE", conflicts_with = "sources", value_hint = ValueHint::FilePath)]
    pub source: Vec<String>,

    /// The files with the new code, in the order of the run's sources, or each as SOURCE=FILE
    #[arg(long, value_name = "FILE", num_args = 1.., value_hint = ValueHint::FilePath)]
    pub sources: Vec<String>,
}

/// Other code for a node that waits.
#[derive(Args, Debug)]
pub struct ReviseArgs {
    /// Which node.
    #[command(flatten)]
    pub node: NodeArgs,

    /// The code.
    #[command(flatten)]
    pub files: FileArgs,
}

/// Which node to evaluate, and how.
#[derive(Args, Debug)]
pub struct SubmitArgs {
    /// Which node.
    #[command(flatten)]
    pub node: NodeArgs,

    /// Code that replaces the node's first.
    #[command(flatten)]
    pub files: FileArgs,

    /// Run this command instead of the run's own, this once
    #[arg(short = 'c', long, value_name = "COMMAND", value_parser = value::not_blank, value_hint = ValueHint::CommandString)]
    pub eval_command: Option<String>,
}

/// Which node to turn down, and why.
#[derive(Args, Debug)]
pub struct RejectArgs {
    /// Which node.
    #[command(flatten)]
    pub node: NodeArgs,

    /// Why: the model is told when it is asked for the next version
    #[arg(value_name = "REASON", default_value = "", hide_default_value = true)]
    pub reason: String,
}

/// What the model is to know from now on.
#[derive(Args, Debug)]
pub struct InstructArgs {
    /// Which run.
    #[command(flatten)]
    pub run: OneRunArgs,

    /// A text, or a .txt, .md or .rst file
    #[arg(value_name = "TEXT|FILE")]
    pub instructions: String,

    /// Add to the instructions so far, instead of replacing them
    #[arg(long)]
    pub append: bool,
}
