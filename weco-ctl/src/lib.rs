//! weco's client: it says what the user wants, asks the daemon for it, and shows what comes of it.
//!
//! ```text
//! cli (clap) ──> cmd::<verb> ──> daemon (find, start) ──> weco-proto ──> weco-daemon
//!                     │
//!                     └──> ui (follow, summarise, ask)      error (message, hint, exit code)
//! ```

pub mod cli;

mod cmd;
mod complete;
mod daemon;
mod error;
pub mod ui;

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{Parser, Subcommand};

use cli::Cli;
use error::Error;

/// The program `weco`: reads the command line, does what it says, and tells how it went.
pub fn main_impl() -> ExitCode {
    if let Some(code) = complete::complete() {
        return code;
    }
    let result = match Cli::try_parse() {
        Ok(cli) => cmd::perform(cli),
        Err(error) => match misplaced_verb(&error) {
            Some(error) => Err(error),
            None => shown_by_clap(&error),
        },
    };
    result.unwrap_or_else(|error| error.report())
}

/// What to say to `weco status`, which is `weco run status`.
fn misplaced_verb(error: &clap::Error) -> Option<Error> {
    let Some(ContextValue::String(verb)) = error.get(ContextKind::InvalidSubcommand) else { return None };
    cli::RunVerb::has_subcommand(verb)
        .then(|| Error::usage(format!("weco has no command '{verb}'")).hint(format!("weco run {verb}")))
}

/// Help, the version, and mistakes in the command line's form.
fn shown_by_clap(error: &clap::Error) -> Result<ExitCode, Error> {
    error.print().map_err(Error::output)?;
    Ok(ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(error::EXIT_USAGE)))
}
