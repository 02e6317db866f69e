//! `weco keys`: needs no daemon.

use std::io::{self, Read};
use std::process::ExitCode;

use weco_proto::keys_file::{Keys, KeysFile, KeysFileError};
use weco_proto::paths::Paths;
use weco_proto::providers::{self, IDS, MAX_KEY_BYTES, NoKey};

use super::stdout::say;
use crate::cli::SetArgs;
use crate::error::Error;
use crate::ui::{Typed, type_secret};

/// Keeps a key.
pub(super) async fn set(args: &SetArgs) -> Result<ExitCode, Error> {
    let provider = args.provider;
    let file = file()?;
    // What would be refused afterwards is refused before anything is typed.
    file.load()?;
    let text = match type_secret(&format!("Key for {provider} (not shown): ")).await {
        Ok(Typed::Text(text)) => text,
        Ok(Typed::Abandoned) => return Err(Error::interrupted("no key was given; nothing is changed")),
        Ok(Typed::NoTerminal) => piped(provider)?,
        Err(error) => return Err(Error::failure(format!("the terminal cannot be used: {error}"))),
    };
    let key = providers::check_key(&text).map_err(|why| no_key(why, provider))?;
    let (keys, replaced) = file.set(provider, key)?;
    let word = if replaced { "replaced" } else { "kept" };
    say(&format!("the key for {provider} is {word} in '{}'\n", file.path().display()))?;
    if let Some(name) = variable_of_this_shell(provider) {
        eprintln!("note: {name} is set in this shell and is used before it");
    }
    warn_of_unknown(&keys, &file);
    Ok(ExitCode::SUCCESS)
}

/// Forgets a key.
pub(super) fn remove(provider: &str) -> Result<ExitCode, Error> {
    let file = file()?;
    let (keys, removed) = file.remove(provider)?;
    let path = file.path().display();
    say(&if removed {
        format!("the key for {provider} is removed from '{path}'\n")
    } else {
        format!("there is no key for {provider} in '{path}'\n")
    })?;
    warn_of_unknown(&keys, &file);
    Ok(ExitCode::SUCCESS)
}

/// The keys file of this user.
pub(super) fn file() -> Result<KeysFile, Error> {
    Ok(KeysFile::in_dir(&Paths::from_env()?.config_dir))
}

/// The variable of this shell that has the provider's key.
pub(super) fn variable_of_this_shell(provider: &str) -> Option<&'static str> {
    let is_set = |name: &&&str| std::env::var(name).is_ok_and(|value| !value.trim().is_empty());
    providers::variables(provider).iter().find(is_set).copied()
}

/// Points out entries that nothing uses: most are mistyped.
pub(super) fn warn_of_unknown(keys: &Keys, file: &KeysFile) {
    for name in keys.unknown() {
        eprintln!(
            "warning: '{}' has an entry '{}', but the providers are {}",
            file.path().display(),
            name.escape_debug(),
            IDS.join(", ")
        );
    }
}

/// A key from a pipe or a file on standard input, up to a little more than the longest.
fn piped(provider: &str) -> Result<String, Error> {
    let mut bytes = Vec::new();
    let limit = 2 * MAX_KEY_BYTES as u64;
    io::stdin()
        .lock()
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(|error| Error::failure(format!("cannot read standard input: {error}")))?;
    String::from_utf8(bytes).map_err(|_| no_key(NoKey::Characters, provider))
}

fn no_key(why: NoKey, provider: &str) -> Error {
    Error::usage(why.to_string()).hint(format!("printf %s \"$KEY\" | weco keys set {provider}"))
}

impl From<KeysFileError> for Error {
    fn from(error: KeysFileError) -> Self {
        Self::failure(error.to_string()).hint(error.hint())
    }
}
