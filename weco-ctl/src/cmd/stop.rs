//! Carrying out what the user asks of a run while it is followed.

use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;
use tonic::Request;
use weco_proto::v1::StopRunRequest;

use crate::daemon::Daemon;
use crate::error::{Error, is_lost};
use crate::ui::Action;

/// Longest wait until a stop is recorded.
const DEADLINE: Duration = Duration::from_secs(5);

/// Most tries while the daemon dies again and again.
const ATTEMPTS: u32 = 3;

/// Carries out `actions` until nobody can ask for more. The last thing that failed. None waits for another: a forced
/// stop must not queue behind a stop that hangs.
pub(super) async fn carry_out(
    daemon: Daemon,
    run_id: String,
    mut actions: UnboundedReceiver<Action>,
) -> Option<Error> {
    let mut calls = JoinSet::new();
    while let Some(Action::Stop { force }) = actions.recv().await {
        calls.spawn(stop(daemon.clone(), run_id.clone(), force));
    }
    let mut failure = None;
    while let Some(call) = calls.join_next().await {
        match call {
            Ok(Ok(())) => {}
            Ok(Err(error)) => failure = Some(error),
            Err(panic) => failure = Some(Error::failure(panic.to_string())),
        }
    }
    failure
}

/// Over a connection of its own: the one that is followed may be the one in trouble. A daemon that died meanwhile is
/// started again, for it would go on with the run.
async fn stop(daemon: Daemon, run_id: String, force: bool) -> Result<(), Error> {
    let mut attempt = 1;
    loop {
        let mut client = daemon.connect_or_start().await?;
        let mut request = Request::new(StopRunRequest { run_id: run_id.clone(), force, wait: false });
        request.set_timeout(DEADLINE);
        match client.stop_run(request).await {
            Ok(_) => return Ok(()),
            Err(status) if is_lost(&status) && attempt < ATTEMPTS => attempt += 1,
            Err(status) => return Err(status.into()),
        }
    }
}
