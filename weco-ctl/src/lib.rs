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

use clap::Parser;

use cli::Cli;
use error::Error;

/// The program `weco`: reads the command line, does what it says, and tells how it went.
pub fn main_impl() -> ExitCode {
    if let Some(code) = complete::complete() {
        return code;
    }
    let result = match Cli::try_parse() {
        Ok(cli) => cmd::perform(cli),
        Err(error) => shown_by_clap(&error),
    };
    result.unwrap_or_else(|error| error.report())
}

/// Help, the version, and mistakes in the command line's form.
fn shown_by_clap(error: &clap::Error) -> Result<ExitCode, Error> {
    error.print().map_err(Error::output)?;
    Ok(ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(error::EXIT_USAGE)))
}
