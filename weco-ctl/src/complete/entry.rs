//! A shell's question, answered.

use std::env;
use std::io::{self, Write};
use std::panic;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::engine;
use clap_complete::env::{EnvCompleter, Shells};

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
    let answer = if completer.name() == "bash" { for_bash(line.joined()) } else { answer(completer, line) };
    let written = answer.and_then(|answer| io::stdout().write_all(&answer));
    Some(if written.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn answer(completer: &dyn EnvCompleter, line: Line) -> io::Result<Vec<u8>> {
    let mut answer = Vec::new();
    let mut command = equip(Cli::command(), &line);
    completer.write_complete(&mut command, line.words, here().as_deref(), &mut answer)?;
    Ok(answer)
}

/// The same as the adapter's for bash, which takes the number of the word from the environment: it would not know
/// that words were joined.
fn for_bash(line: Line) -> io::Result<Vec<u8>> {
    let separator = env::var_os("_CLAP_IFS").unwrap_or_else(|| "\n".into());
    let mut command = equip(Cli::command(), &line);
    let candidates = engine::complete(&mut command, line.words, line.index, here().as_deref())?;
    let values: Vec<&[u8]> =
        candidates.iter().map(|candidate| candidate.get_value().as_encoded_bytes()).collect();
    Ok(values.join(separator.as_encoded_bytes()))
}

fn here() -> Option<PathBuf> {
    env::current_dir().ok()
}
