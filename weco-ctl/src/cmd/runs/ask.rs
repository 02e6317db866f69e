//! What the verbs on runs ask of the daemon, and of the terminal.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use tonic::{Status, Streaming};
use weco_proto::connect::Client;
use weco_proto::v1::{RunStatus, RunSummary, StatusRequest};

use crate::cli::StatusArg;
use crate::daemon::Daemon;
use crate::error::Error;
use crate::ui::runs::Place;

pub(super) use crate::cmd::ask::request;

/// The daemon, started if need be; none if there never was one here and so there are no runs.
pub(super) async fn daemon() -> Result<Option<Client>, Error> {
    let daemon = Daemon::from_env()?;
    if let Some(client) = daemon.connect().await? {
        return Ok(Some(client));
    }
    if !daemon.paths().state_dir.join("journal").exists() {
        return Ok(None);
    }
    daemon.connect_or_start().await.map(Some)
}

/// All runs of a stream of parts, and how the stream ended: after a failure, those before it count.
pub(super) async fn collect<T>(
    mut parts: Streaming<T>,
    runs: impl Fn(T) -> Vec<RunSummary>,
) -> (Vec<RunSummary>, Result<(), Status>) {
    let mut all = Vec::new();
    loop {
        match parts.message().await {
            Ok(Some(part)) => all.extend(runs(part)),
            Ok(None) => return (all, Ok(())),
            Err(status) => return (all, Err(status)),
        }
    }
}

/// Tells on standard error what the daemon repaired or put aside when it started.
pub(super) async fn tell_notices(client: &mut Client) -> Result<(), Error> {
    let status = client.status(request(StatusRequest {})).await?.into_inner();
    for notice in status.notices {
        // If that cannot be written, the daemon's log has it too.
        let _ = writeln!(io::stderr(), "warning: {}", crate::ui::format::one_line(&notice));
    }
    Ok(())
}

/// Statuses as the wire has them.
pub(super) fn wire(status: &[StatusArg]) -> Vec<i32> {
    let one = |status: &StatusArg| match status {
        StatusArg::Running => RunStatus::Running,
        StatusArg::Stopping => RunStatus::Stopping,
        StatusArg::Completed => RunStatus::Completed,
        StatusArg::Terminated => RunStatus::Terminated,
        StatusArg::Error => RunStatus::Error,
        StatusArg::Interrupted => RunStatus::Interrupted,
    };
    status.iter().map(|status| one(status).into()).collect()
}

/// Where and when a table is shown: cut to the terminal's width on one, complete elsewhere.
pub(super) fn place() -> Place {
    let terminal = io::stdout().is_terminal();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Place {
        columns: crossterm::terminal::size().ok().filter(|_| terminal).map(|(columns, _)| columns.into()),
        here: std::env::current_dir().unwrap_or_default(),
        home: std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default(),
        now_ms: i64::try_from(now.as_millis()).unwrap_or(i64::MAX),
    }
}
