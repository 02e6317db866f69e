//! `weco completions` and `weco man`: the command line, described for other programs.

use std::io;
use std::process::ExitCode;

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use super::stdout::{say, write};
use crate::cli::Cli;
use crate::complete;
use crate::error::Error;

/// Prints completions for `shell`.
pub(super) fn completions(shell: Shell) -> Result<ExitCode, Error> {
    say(&complete::script(shell)?)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the manual: a page for `weco`, followed by one for each command.
pub(super) fn man() -> Result<ExitCode, Error> {
    let mut pages = Vec::new();
    // The pages name every command; `weco help` would only repeat them.
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    render(&command, &mut pages).map_err(Error::output)?;
    write(&pages)?;
    Ok(ExitCode::SUCCESS)
}

fn render(command: &Command, pages: &mut Vec<u8>) -> io::Result<()> {
    Man::new(command.clone()).manual("weco").render(pages)?;
    command
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
        .try_for_each(|command| render(command, pages))
}
