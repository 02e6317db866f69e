//! Asking a run that is followed to stop.

use std::time::Duration;

use weco_proto::v1::StopRunRequest;

use super::ask::within;
use crate::daemon::Daemon;
use crate::error::{Error, is_lost};

/// Longest wait until a stop is recorded.
const DEADLINE: Duration = Duration::from_secs(5);

/// Most tries while the daemon dies again and again.
const ATTEMPTS: u32 = 3;

/// Over a connection of its own: the one that is followed may be the one in trouble. A daemon that died meanwhile is
/// started again, for it would go on with the run.
pub(super) async fn stop(daemon: Daemon, run_id: String, force: bool) -> Result<(), Error> {
    let mut attempt = 1;
    loop {
        let mut client = daemon.connect_or_start().await?;
        let request = within(DEADLINE, StopRunRequest { run_id: run_id.clone(), force, wait: false });
        match client.stop_run(request).await {
            Ok(_) => return Ok(()),
            Err(status) if is_lost(&status) && attempt < ATTEMPTS => attempt += 1,
            Err(status) => return Err(status.into()),
        }
    }
}
