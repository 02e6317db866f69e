//! Which arguments take what.

use std::ffi::OsStr;
use std::sync::Arc;

use clap::{Arg, Command, ValueHint};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};

use super::line::Line;
use super::{ask, candidates};

/// The verbs that act on a node which waits.
const ON_PENDING: [&str; 3] = ["submit", "revise", "reject"];
/// What a version may be called besides its step and its id.
const NAMES: [&str; 3] = ["best", "run-best", "baseline"];
/// The same where it must be one of the run itself: the best of all may be another run's.
const OWN_NAMES: [&str; 2] = ["run-best", "baseline"];
/// The same where it is what another one is compared with.
const OTHER_NAMES: [&str; 4] = ["baseline", "parent", "best", "run-best"];

/// The command line's definition, with completers where a value is one of several. Flags are offered only to who
/// types a dash: among runs and steps they would only be in the way.
pub(super) fn equip(command: Command, line: &Line) -> Command {
    let flags = line.current().as_encoded_bytes().starts_with(b"-");
    with_completers(command, &Arc::new(line.clone()), flags)
}

fn with_completers(command: Command, line: &Arc<Line>, flags: bool) -> Command {
    let verb = command.get_name().to_owned();
    let command = if flags { command } else { command.disable_help_flag(true).disable_version_flag(true) };
    command
        .mut_args(|arg| {
            let shown = arg.is_positional() || (flags && !arg.is_hide_set());
            // The engine completes no value after a hidden alias; among flags, one name is enough.
            let arg = if !flags && arg.get_long() == Some("step") { arg.visible_alias("node") } else { arg };
            with_completer(arg, &verb, line).hide(!shown)
        })
        .mut_subcommands(|command| with_completers(command, line, flags))
}

fn with_completer(arg: Arg, verb: &str, line: &Arc<Line>) -> Arg {
    let named = arg.get_value_names().and_then(|names| names.first()).map(ToString::to_string);
    if arg.is_positional() {
        return match named.as_deref() {
            Some("RUN-ID") => completing(arg, line, |typed, _| candidates::runs(&ask::runs(typed), typed)),
            _ => arg,
        };
    }
    match arg.get_long() {
        Some("node") if ON_PENDING.contains(&verb) => {
            completing(arg, line, |typed, line| candidates::pending(line, typed))
        }
        Some("step") if verb == "apply" => naming(arg, line, &OWN_NAMES),
        Some("step" | "from-step") => naming(arg, line, &NAMES),
        Some("against") => naming(arg, line, &OTHER_NAMES),
        Some("model") => completing(arg, line, |typed, _| candidates::models(typed)),
        Some("source" | "sources") => arg.value_hint(ValueHint::FilePath),
        _ if named.as_deref() == Some("TEXT|FILE") => arg.value_hint(ValueHint::FilePath),
        _ => arg,
    }
}

/// The argument of which a value is one of `names`, or a node of the line's run.
fn naming(arg: Arg, line: &Arc<Line>, names: &'static [&str]) -> Arg {
    completing(arg, line, |typed, line| candidates::nodes(names, line, typed))
}

/// The argument with `complete`, which is told the word so far and the whole line.
fn completing(
    arg: Arg,
    line: &Arc<Line>,
    complete: impl Fn(&str, &Line) -> Vec<CompletionCandidate> + Send + Sync + 'static,
) -> Arg {
    let line = Arc::clone(line);
    arg.add(ArgValueCompleter::new(move |typed: &OsStr| {
        typed.to_str().map_or_else(Vec::new, |typed| complete(typed, &line))
    }))
}
