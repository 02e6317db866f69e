//! `--eval-backend` and the backends' flags, which are made from their tables.

use std::sync::LazyLock;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};
use weco_backends::{Backend, Kind, Setting};

/// The argument that names the backend.
const CHOICE: &str = "eval_backend";

/// What stands for the command.
const SHELL: &str = "shell";

/// A backend's flag.
struct Flag {
    backend: &'static Backend,
    setting: &'static Setting,
    /// Without dashes before.
    name: String,
    help: String,
}

/// Every flag of every backend.
static FLAGS: LazyLock<Vec<Flag>> = LazyLock::new(|| {
    let of = |backend: &'static Backend| backend.settings.iter().map(move |setting| flag(backend, setting));
    weco_backends::ALL.iter().flat_map(|backend| of(backend)).collect()
});

fn flag(backend: &'static Backend, setting: &'static Setting) -> Flag {
    let default = match setting.default {
        "" => String::new(),
        default => format!(" [default: {default}]"),
    };
    Flag {
        backend,
        setting,
        name: backend.flag(setting.name).trim_start_matches('-').to_owned(),
        help: format!("{}{default}", setting.help),
    }
}

/// What evaluates, and what was set of any backend.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BackendArgs {
    /// The backend; none for a command.
    pub backend: Option<&'static str>,
    /// Each flag that was given.
    pub settings: Vec<GivenSetting>,
}

/// A backend's flag that was given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GivenSetting {
    /// Whose it is.
    pub backend: &'static str,
    /// The setting's name.
    pub name: &'static str,
    /// Several of a list.
    pub values: Vec<String>,
}

impl Args for BackendArgs {
    fn augment_args(command: Command) -> Command {
        FLAGS.iter().fold(command.arg(choice()), |command, flag| command.arg(arg(flag)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

fn choice() -> Arg {
    let services = weco_backends::ALL
        .iter()
        .map(|backend| PossibleValue::new(backend.name).help(format!("A dataset in {}", backend.title)));
    let shell = PossibleValue::new(SHELL).help("The command of --eval-command");
    Arg::new(CHOICE)
        .long("eval-backend")
        .value_name("BACKEND")
        .value_parser(PossibleValuesParser::new(std::iter::once(shell).chain(services)))
        .default_value(SHELL)
        .help("What evaluates a version: the command, or a service by the flags named after it")
        .help_heading("Evaluation")
}

fn arg(flag: &'static Flag) -> Arg {
    let kind = flag.setting.kind;
    let arg = Arg::new(flag.name.as_str())
        .long(flag.name.as_str())
        .value_name(flag.setting.value_name)
        .help(flag.help.as_str())
        .help_heading(flag.backend.title)
        // The short help is about every run's flags.
        .hide_short_help(true);
    let arg = match kind {
        Kind::Choice(words) => arg.value_parser(PossibleValuesParser::new(words)).hide_possible_values(false),
        kind => arg.value_parser(move |value: &str| kind.check(value).map(|()| value.to_owned())),
    };
    let arg = arg.allow_negative_numbers(matches!(kind, Kind::Count | Kind::Seconds));
    if kind.is_list() { arg.num_args(1..).action(ArgAction::Append) } else { arg }
}

impl FromArgMatches for BackendArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let backend = matches.get_one::<String>(CHOICE);
        let backend = backend.and_then(|name| weco_backends::find(name)).map(|backend| backend.name);
        let given = |flag: &&Flag| matches.value_source(&flag.name) == Some(ValueSource::CommandLine);
        let settings = FLAGS.iter().filter(given).map(|flag| GivenSetting {
            backend: flag.backend.name,
            name: flag.setting.name,
            values: matches.get_many::<String>(&flag.name).into_iter().flatten().cloned().collect(),
        });
        Ok(Self { backend, settings: settings.collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
