//! Where the dashboard is served: on loopback, by one port that stays the same, to who knows its token.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use weco_core::run::RunId;
use weco_dashboard::{Loopback, Token};

/// Ports tried after the one that is configured, before any that is free.
const NEXT_PORTS: u16 = 20;

/// `[dashboard]`: whether and where it is served.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DashboardConfig {
    /// Whether it is.
    pub enabled: bool,
    /// By which port; the next free one if it is taken.
    pub port: u16,
}

impl Default for DashboardConfig {
    fn default() -> Self {
        Self { enabled: true, port: 7340 }
    }
}

/// What a restarted daemon must find again: the pages that are open go on, and so do the URLs that were kept.
#[derive(Serialize, Deserialize)]
struct Record {
    /// The port that was configured when it was chosen: with another, another is to be chosen.
    configured: u16,
    port: u16,
    token: String,
}

/// A dashboard's place, before it is served.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) listener: Loopback,
    pub(crate) links: Links,
}

/// The URLs of the dashboard, with its token.
#[derive(Clone, Debug)]
pub struct Links {
    /// What it is served by.
    pub port: u16,
    /// What it asks for.
    pub token: Token,
}

impl Links {
    /// All runs.
    pub fn all(&self) -> String {
        self.url("/")
    }

    /// One run.
    pub fn run(&self, run: RunId) -> String {
        self.url(&format!("/runs/{}", run.short()))
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}:{}{path}?token={}", self.token.host(), self.port, self.token.expose())
    }
}

impl Place {
    /// Takes the port and the token of the last daemon with this state, or new ones.
    ///
    /// # Errors
    /// If no port can be had, or what is chosen cannot be recorded.
    pub(crate) async fn open(state_dir: &Path, config: DashboardConfig) -> io::Result<Self> {
        let file = state_dir.join("dashboard.toml");
        let (last, token) = read(&file);
        let last = last.filter(|last| last.configured == config.port);
        let listener = listen(last.as_ref().map(|last| last.port), config.port).await?;
        let port = listener.port();
        let is_known = last.is_some_and(|last| last.port == port) && token.is_some();
        let token = token.unwrap_or_else(|| Token::new(rand::random()));
        if !is_known {
            write(&file, &Record { configured: config.port, port, token: token.expose().to_owned() })?;
        }
        Ok(Self { listener, links: Links { port, token } })
    }
}

/// What was recorded last; nothing if that cannot be read: then it is chosen anew.
fn read(file: &Path) -> (Option<Record>, Option<Token>) {
    let record = fs::read_to_string(file).ok().and_then(|text| toml::from_str::<Record>(&text).ok());
    let token = record.as_ref().and_then(|record| record.token.parse().ok());
    (record, token)
}

/// For the user alone, and whole or not at all.
fn write(file: &PathBuf, record: &Record) -> io::Result<()> {
    let text = toml::to_string(record).map_err(io::Error::other)?;
    let directory = file.parent().unwrap_or(Path::new("/"));
    let mut new = NamedTempFile::new_in(directory)?;
    new.write_all(text.as_bytes())?;
    new.persist(file).map(drop).map_err(|error| error.error)
}

async fn listen(last: Option<u16>, configured: u16) -> io::Result<Loopback> {
    let next = (1..=NEXT_PORTS).filter_map(|step| configured.checked_add(step));
    for port in last.into_iter().chain([configured]).chain(next) {
        match Loopback::bind(port).await {
            Ok(listener) => return Ok(listener),
            Err(error) => tracing::debug!(port, %error, "the dashboard cannot be served by this port"),
        }
    }
    Loopback::bind_any().await
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::os::unix::fs::PermissionsExt;

    use tokio::net::TcpListener;

    use super::*;

    /// A port that nobody has now.
    async fn free_port() -> u16 {
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap().local_addr().unwrap().port()
    }

    #[tokio::test]
    async fn port_and_token_stay_over_restarts() {
        let state = tempfile::tempdir().unwrap();
        let config = DashboardConfig { port: free_port().await, enabled: true };
        let first = Place::open(state.path(), config).await.unwrap();
        let url = first.links.all();
        let own = format!("http://{}:{}/", first.links.token.host(), config.port);
        assert!(url.starts_with(&own), "{url}");
        let mode = fs::metadata(state.path().join("dashboard.toml")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        drop(first);
        let second = Place::open(state.path(), config).await.unwrap();
        assert_eq!(second.links.all(), url);
    }

    #[tokio::test]
    async fn a_port_that_is_taken_is_left_to_who_has_it() {
        let state = tempfile::tempdir().unwrap();
        let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let config = DashboardConfig { port: other.local_addr().unwrap().port(), enabled: true };
        let place = Place::open(state.path(), config).await.unwrap();
        let (chosen, token) = (place.links.port, place.links.token.clone());
        assert_ne!(chosen, config.port);
        drop((place, other));
        // The one that was chosen then, although the configured one is free again.
        let again = Place::open(state.path(), config).await.unwrap();
        assert_eq!((again.links.port, again.links.token), (chosen, token));
    }

    #[tokio::test]
    async fn a_record_that_cannot_be_read_is_made_anew() {
        let state = tempfile::tempdir().unwrap();
        let config = DashboardConfig { port: free_port().await, enabled: true };
        fs::write(state.path().join("dashboard.toml"), "port = 'x'").unwrap();
        let place = Place::open(state.path(), config).await.unwrap();
        let url = place.links.all();
        drop(place);
        assert_eq!(Place::open(state.path(), config).await.unwrap().links.all(), url);
    }
}
