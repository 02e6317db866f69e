//! A shell's question, answered.

use std::env;
use std::io::{self, Write};
use std::panic;
use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::env::Shells;

use super::VARIABLE;
use super::equip::equip;
use super::line::Line;
use crate::cli::Cli;

/// Answers, if a shell asks. Nothing but candidates is written, whatever happens.
pub(crate) fn complete() -> Option<ExitCode> {
    let shell = env::var(VARIABLE).ok()?;
    let shells = Shells::builtins();
    let completer = shells.completer(&shell)?;
    let line = Line::asked()?;
    // The shell would show the message in the middle of what is being typed.
    panic::set_hook(Box::new(|_| ()));
    let line = if completer.name() == "bash" { line.joined() } else { line };
    let mut command = equip(Cli::command(), &line);
    let here = env::current_dir().ok();
    let mut answer = Vec::new();
    let written = completer
        .write_complete(&mut command, line.words, here.as_deref(), &mut answer)
        .and_then(|()| io::stdout().write_all(&answer));
    Some(if written.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
