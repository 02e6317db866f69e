//! What only the daemon knows. Whatever goes wrong, there is less to offer.

use std::fs;
use std::time::Duration;

use nix::sys::signal::kill;
use nix::unistd::Pid;
use tokio::runtime::Builder;
use tokio::time::timeout;
use tonic::{Status, Streaming};
use weco_proto::connect::Client;
use weco_proto::v1::{GetRunRequest, GetTreeRequest, ListRunsRequest, Node, RunSummary};

use super::candidates::MOST;
use crate::daemon::Daemon;

/// Longest wait for an answer. A daemon that is well takes a few milliseconds, and on a machine that is busy a hundred
/// times as long.
const DEADLINE: Duration = Duration::from_secs(1);

/// Characters of a node's plan of which something is shown.
const PLAN: u32 = 120;

/// The newest runs whose ids begin with `typed`.
pub(super) fn runs(typed: &str) -> Vec<RunSummary> {
    let typed = typed.to_owned();
    answer(async move |mut client: Client| {
        // Of those that are looked for by a beginning, any may be the one.
        let limit = if typed.is_empty() { MOST } else { 0 };
        let request =
            ListRunsRequest { limit: u32::try_from(limit).unwrap_or(0), ..ListRunsRequest::default() };
        let parts = client.list_runs(request).await?.into_inner();
        let matching = |run: &RunSummary| run.run_id.starts_with(&typed);
        collect(parts, |part| part.runs.into_iter().filter(matching).collect(), MOST).await
    })
    .unwrap_or_default()
}

/// The run that `prefix` means.
pub(super) fn run(prefix: &str) -> Option<RunSummary> {
    let run_id = prefix.to_owned();
    answer(async move |mut client: Client| {
        Ok(client.get_run(GetRunRequest { run_id }).await?.into_inner().run)
    })
    .flatten()
}

/// The nodes of a run, or of its whole lineage.
pub(super) fn nodes(prefix: &str, lineage: bool) -> Vec<Node> {
    let (run_id, plan_chars) = (prefix.to_owned(), PLAN);
    let request = GetTreeRequest { run_id, lineage, plan_chars, ..GetTreeRequest::default() };
    answer(async move |mut client: Client| {
        collect(client.get_tree(request).await?.into_inner(), |part| part.nodes, usize::MAX).await
    })
    .unwrap_or_default()
}

/// What the daemon answers, if it runs and does so in time.
fn answer<T>(question: impl AsyncFnOnce(Client) -> Result<T, Status>) -> Option<T> {
    let daemon = Daemon::from_env().ok().filter(runs_already)?;
    let runtime = Builder::new_current_thread().enable_all().build().ok()?;
    let answer = async {
        let client = daemon.connect().await.ok()??;
        question(client).await.ok()
    };
    runtime.block_on(async { timeout(DEADLINE, answer).await }).ok().flatten()
}

/// Whether the process is there that the daemon's lock names: behind a service manager's socket, connecting alone
/// would start one.
fn runs_already(daemon: &Daemon) -> bool {
    let pid = fs::read_to_string(daemon.paths().lock()).ok().and_then(|text| text.trim().parse().ok());
    pid.is_some_and(|pid| kill(Pid::from_raw(pid), None).is_ok())
}

/// What `parts` hold, up to `most`.
async fn collect<P, T>(
    mut parts: Streaming<P>,
    items: impl Fn(P) -> Vec<T>,
    most: usize,
) -> Result<Vec<T>, Status> {
    let mut all = Vec::new();
    while all.len() < most
        && let Some(part) = parts.message().await?
    {
        all.extend(items(part));
    }
    all.truncate(most);
    Ok(all)
}
