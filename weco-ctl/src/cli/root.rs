//! `weco` itself.

use clap::{Parser, Subcommand};
use clap_complete::Shell;

use super::{
    AttachArgs, DaemonArgs, DashboardArgs, ImportArgs, KeysArgs, ResumeArgs, RunArgs, RunsArgs, archive,
    attach, daemon, dashboard, keys, resume, run, runs,
};

const LONG_ABOUT: &str = "\
Improve your code by measurement.

weco runs your code, reads a metric from what it prints, and searches for a version that does better: \
it asks a language model for candidates (or, with -M builtin, tunes the code's numbers without one), \
measures each, and offers you the best. Your files are as before unless you take it.";

const EXAMPLES: &str = "\
Examples:
  weco run -s model.py -c 'python eval.py' -m speedup -g max -n 20
      Improve model.py in 20 steps with the default model

  weco run -s fit.py -c 'python fit.py' -m loss -g min -M builtin
      The same without any model, key or network: tune the numbers in fit.py

  weco attach 0002e071
      Follow a run that goes on in the background, from any shell

  weco resume 0002e071 -n 50
      Go on with a run, 50 steps more

Each command has its own help: weco run --help";

/// Improve your code by measurement.
#[derive(Parser, Debug)]
#[command(
    name = "weco",
    version,
    about = "Improve your code by measurement",
    long_about = LONG_ABOUT,
    after_help = EXAMPLES,
    arg_required_else_help = true,
    subcommand_value_name = "COMMAND"
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// What `weco` can do.
#[derive(Subcommand, Debug)]
pub enum Verb {
    /// Improve source files by measurement
    #[command(long_about = run::LONG_ABOUT)]
    Run(RunArgs),
    /// Go on with a run that was stopped, failed, was interrupted, or is to have more steps
    #[command(long_about = resume::LONG_ABOUT)]
    Resume(ResumeArgs),
    /// Follow a run live, from any shell
    #[command(long_about = attach::LONG_ABOUT)]
    Attach(AttachArgs),
    /// List runs, or remove old ones
    #[command(long_about = runs::LONG_ABOUT)]
    Runs(RunsArgs),
    /// Take in a run that was exported, perhaps on another machine
    #[command(long_about = archive::IMPORT_ABOUT)]
    Import(ImportArgs),
    /// Keep keys of model providers for runs without anybody there
    #[command(long_about = keys::LONG_ABOUT)]
    Keys(KeysArgs),
    /// See all runs in the browser
    #[command(long_about = dashboard::LONG_ABOUT)]
    Dashboard(DashboardArgs),
    /// Look after the daemon that owns the runs
    #[command(long_about = daemon::LONG_ABOUT)]
    Daemon(DaemonArgs),
    /// Print completions for a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Print the manual page, with all commands
    #[command(after_help = "Example:\n  weco man | man -l -")]
    Man,
}

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  weco completions bash > ~/.local/share/bash-completion/completions/weco
  weco completions zsh > ~/.zfunc/_weco
  weco completions fish > ~/.config/fish/completions/weco.fish";
