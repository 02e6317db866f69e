//! The command line so far.

use std::env;
use std::ffi::{OsStr, OsString};

use clap::{ArgMatches, Command, CommandFactory};

use crate::cli::Cli;

/// The variable in which most shells' scripts say which word is completed; the others complete the last.
const INDEX: &str = "_CLAP_COMPLETE_INDEX";
/// Stands for the word that is being typed while the others are understood: right as a value of any argument.
const PLACEHOLDER: &str = "0";

/// Words, and which of them is being typed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Line {
    pub(super) words: Vec<OsString>,
    pub(super) index: usize,
}

impl Line {
    /// The line that a shell asks about; none if this is no question of a shell's.
    pub(super) fn asked() -> Option<Self> {
        let mut arguments = env::args_os().skip(1);
        if arguments.next()? != "--" {
            return None;
        }
        let words: Vec<OsString> = arguments.collect();
        let last = words.len().checked_sub(1)?;
        let index = env::var(INDEX).ok().and_then(|index| index.parse().ok()).unwrap_or(last);
        Some(Self { words, index: index.min(last) })
    }

    /// The same without the `=` that bash makes a word of its own: `--step`, `=`, `7`.
    pub(super) fn joined(mut self) -> Self {
        let is_long = |word: &OsString| word.as_encoded_bytes().starts_with(b"--");
        let equals = (1..self.words.len())
            .find(|&at| self.words[at] == "=" && at < self.index && is_long(&self.words[at - 1]));
        match equals {
            Some(at) => {
                self.words.remove(at);
                self.index -= 1;
                self.joined()
            }
            None => self,
        }
    }

    /// The word that is being typed.
    pub(super) fn current(&self) -> &OsStr {
        self.words.get(self.index).map_or(OsStr::new(""), OsString::as_os_str)
    }

    /// The run that the line names, as it was typed.
    pub(super) fn run_id(&self) -> Option<String> {
        let mut words = self.words.clone();
        *words.get_mut(self.index)? = PLACEHOLDER.into();
        let matches = forgiving(Cli::command()).try_get_matches_from(words).ok()?;
        named_run(&matches)
    }
}

/// A half-typed line has errors, and the rest of it is still to be understood.
fn forgiving(command: Command) -> Command {
    command
        .ignore_errors(true)
        .disable_help_flag(true)
        .mut_subcommands(|command| if command.get_name() == "help" { command } else { forgiving(command) })
}

fn named_run(matches: &ArgMatches) -> Option<String> {
    match matches.subcommand() {
        Some((_, matches)) => named_run(matches),
        None => matches.try_get_one::<String>("run_id").ok().flatten().cloned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(words: &[&str], index: usize) -> Line {
        Line { words: words.iter().map(OsString::from).collect(), index }
    }

    #[test]
    fn the_run_is_found_wherever_it_is_named() {
        for (words, index, run) in [
            (&["weco", "run", "derive", "0002", "--from-step", ""][..], 5, Some("0002")),
            (&["weco", "run", "derive", "--from-step", "b", "0002"], 4, Some("0002")),
            (
                &["weco", "run", "derive", "-n", "5", "0002", "--keep-parent", "--from-step", "7"],
                8,
                Some("0002"),
            ),
            (&["weco", "run", "derive", "--from-step", ""], 4, None),
            (&["weco", "attach", "0002", "--output", ""], 4, Some("0002")),
            (&["weco", "run", "-s", "a.py", "-M", ""], 5, None),
            (&["weco"], 0, None),
        ] {
            assert_eq!(line(words, index).run_id().as_deref(), run, "{words:?}");
        }
    }

    #[test]
    fn bash_splits_at_equals_signs() {
        let split = line(&["weco", "run", "derive", "0002", "--from-step", "=", "be"], 6);
        assert_eq!(split.joined(), line(&["weco", "run", "derive", "0002", "--from-step", "be"], 5));
        for whole in [
            line(&["weco", "run", "derive", "0002", "--from-step", ""], 5),
            line(&["weco", "run", "-c", "=", "x"], 4),
        ] {
            assert_eq!(whole.clone().joined(), whole);
        }
    }
}
