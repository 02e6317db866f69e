//! `weco keys list`: where each provider's key would come from. Asks a daemon only if one is running.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Value, json};
use weco_proto::keys_file::Keys;
use weco_proto::providers::IDS;
use weco_proto::v1::StatusRequest;

use super::ask::within;
use super::keys::{file, variable_of_this_shell, warn_of_unknown};
use super::stdout::say;
use crate::cli::FormatArg;
use crate::daemon::Daemon;
use crate::error::Error;

/// Longest wait for a daemon's answer: it has to think about nothing.
const ANSWER_DEADLINE: Duration = Duration::from_secs(5);

/// Where a key would come from.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Source {
    /// A variable of this shell.
    Variable(&'static str),
    /// A systemd credential of the running daemon.
    Credential,
    /// The keys file.
    File,
}

impl Source {
    fn describe(&self) -> String {
        match self {
            Self::Variable(name) => format!("{name} of this shell"),
            Self::Credential => "a systemd credential of the daemon".to_owned(),
            Self::File => "the keys file".to_owned(),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Variable(name) => json!({"kind": "variable", "name": name}),
            Self::Credential => json!({"kind": "credential"}),
            Self::File => json!({"kind": "keys_file"}),
        }
    }
}

/// Lists the sources of each provider's key, in the order in which they are looked at.
pub(super) async fn list(format: FormatArg) -> Result<ExitCode, Error> {
    let file = file()?;
    let keys = file.load()?;
    let credentials = credentials().await?;
    let mut rows = Vec::new();
    for provider in IDS {
        rows.push((provider, sources(provider, &keys, credentials.as_deref().unwrap_or_default())?));
    }
    let path = file.path().display().to_string();
    match format {
        FormatArg::Table => say(&table(&rows, &path))?,
        FormatArg::Json => say(&format!("{:#}\n", object(&rows, &path, &keys, credentials.is_some())))?,
    }
    warn_of_unknown(&keys, &file);
    Ok(ExitCode::SUCCESS)
}

/// The providers with a systemd credential, if a daemon is running.
async fn credentials() -> Result<Option<Vec<String>>, Error> {
    let Some(mut client) = Daemon::from_env()?.connect().await? else { return Ok(None) };
    let request = within(ANSWER_DEADLINE, StatusRequest {});
    Ok(Some(client.status(request).await?.into_inner().credentials))
}

fn sources(provider: &str, keys: &Keys, credentials: &[String]) -> Result<Vec<Source>, Error> {
    let variable = variable_of_this_shell(provider).map(Source::Variable);
    let credential = credentials.iter().any(|id| id == provider).then_some(Source::Credential);
    let kept = keys.get(provider)?.map(|_| Source::File);
    Ok([variable, credential, kept].into_iter().flatten().collect())
}

fn table(rows: &[(&str, Vec<Source>)], path: &str) -> String {
    let mut text = String::from("provider           key comes from\n");
    for (provider, sources) in rows {
        let words: Vec<_> = sources.iter().map(Source::describe).collect();
        let words = if words.is_empty() { "nowhere".to_owned() } else { words.join(", else ") };
        let _ = writeln!(text, "{provider:<18} {words}");
    }
    let _ = writeln!(text, "\nthe keys file is '{path}'");
    text
}

fn object(rows: &[(&str, Vec<Source>)], path: &str, keys: &Keys, is_daemon_running: bool) -> Value {
    let providers = rows.iter().map(|(provider, sources)| {
        json!({"provider": provider, "sources": sources.iter().map(Source::json).collect::<Vec<_>>()})
    });
    json!({
        "keys_file": path,
        "daemon_running": is_daemon_running,
        "providers": providers.collect::<Vec<_>>(),
        "unknown_entries": keys.unknown(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_named_in_their_order() {
        let rows = [
            ("openai", vec![Source::Variable("OPENAI_API_KEY"), Source::Credential, Source::File]),
            ("openai-compatible", vec![]),
        ];
        insta::assert_snapshot!(table(&rows, "/c/keys.toml"), @r"
        provider           key comes from
        openai             OPENAI_API_KEY of this shell, else a systemd credential of the daemon, else the keys file
        openai-compatible  nowhere

        the keys file is '/c/keys.toml'
        ");
    }
}
