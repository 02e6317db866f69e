//! What the verbs on runs ask of the daemon, and of the terminal.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tonic::{Request, Status, Streaming};
use weco_proto::connect::Client;
use weco_proto::v1::{RunStatus, RunSummary, StatusRequest};

use crate::cli::StatusArg;
use crate::daemon::Daemon;
use crate::error::Error;
use crate::ui::runs::Place;

/// Longest wait for the first answer: with tens of thousands of runs it takes tens of milliseconds.
const ANSWER_DEADLINE: Duration = Duration::from_secs(30);

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

/// A request that is answered in time or given up.
pub(super) fn request<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(ANSWER_DEADLINE);
    request
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

/// Writes to standard output.
pub(super) fn say(text: &str) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(Error::output)
}
