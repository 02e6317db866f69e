//! What evaluates in a command's place: what was asked for, and what its check found.

use std::io::{self, Write};

use weco_backends::{Given, InvalidSettings};
use weco_proto::v1::{BackendCheck, BackendSetting, EvalBackend};

use crate::cli::BackendArgs;
use crate::error::Error;

/// The backend that the flags ask for; none for a command. It may lack what can be asked for on a terminal.
///
/// # Errors
/// If a flag is another backend's, or its value is none.
pub(super) fn requested(args: &BackendArgs) -> Result<Option<EvalBackend>, Error> {
    if let Some(other) = args.settings.iter().find(|setting| Some(setting.backend) != args.backend) {
        let flag = format!("--{}-{}", other.backend, other.name);
        let instead = match args.backend {
            None => format!("add --eval-backend {}", other.backend),
            Some(_) => "leave it out".to_owned(),
        };
        return Err(Error::usage(format!("{flag} is for --eval-backend {}", other.backend)).hint(instead));
    }
    let Some(backend) = args.backend.and_then(weco_backends::find) else { return Ok(None) };
    Given::partial(backend, args.settings.iter().map(|setting| (setting.name, setting.values.as_slice())))?;
    let settings = args
        .settings
        .iter()
        .map(|setting| BackendSetting { name: setting.name.to_owned(), values: setting.values.clone() });
    Ok(Some(EvalBackend { name: backend.name.to_owned(), settings: settings.collect() }))
}

/// Whether nothing is missing.
///
/// # Errors
/// What is, by its flags.
pub(super) fn complete(asked: &EvalBackend) -> Result<(), Error> {
    let Some(backend) = weco_backends::find(&asked.name) else { return Ok(()) };
    let settings = asked.settings.iter().map(|setting| (setting.name.as_str(), setting.values.as_slice()));
    Given::complete(backend, settings)?;
    Ok(())
}

/// Says what a check found; on standard error if standard output is for something else.
///
/// # Errors
/// If it cannot be written.
pub(super) fn show(checked: Option<&BackendCheck>, is_quiet: bool) -> Result<(), Error> {
    let Some(checked) = checked else { return Ok(()) };
    let lines: String =
        checked.facts.iter().map(|fact| format!("Checked: {} {}\n", fact.what, fact.value)).collect();
    let written = if is_quiet {
        io::stderr().write_all(lines.as_bytes())
    } else {
        io::stdout().write_all(lines.as_bytes())
    };
    written.map_err(Error::output)?;
    for warning in &checked.warnings {
        eprintln!("warning: {warning}");
    }
    Ok(())
}

impl From<InvalidSettings> for Error {
    fn from(error: InvalidSettings) -> Self {
        Self::usage(error.to_string()).hint(error.hint())
    }
}
