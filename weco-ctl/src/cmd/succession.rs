//! A daemon that stops in good order, and the one that may come after it: `weco daemon restart` hands runs over, and
//! whoever follows one stays with it. After `weco daemon stop` nobody comes, and none is started. Nor is one waited for
//! under a service manager: looking whether it is there would start it. Who follows a run there is told how to go on.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use weco_proto::connect::Client;
use weco_proto::v1::StatusRequest;

use crate::daemon::Daemon;

/// Longest wait in all: the daemon that stops takes 20 s at most, and its journal some more.
const LONGEST: Duration = Duration::from_secs(30);

/// How long after one daemon is gone another may come.
const VACANCY: Duration = Duration::from_secs(3);

/// How often to look.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Longest wait for a daemon to say who it is.
const ANSWER: Duration = Duration::from_secs(2);

/// Who answers at the socket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Incumbent {
    pid: u32,
    /// Whether connecting to its socket would start it again.
    supervised: bool,
}

impl Incumbent {
    /// Who this client's daemon is, if it says so.
    pub(super) async fn of(client: &mut Client) -> Option<Self> {
        let status = timeout(ANSWER, client.status(StatusRequest {})).await.ok()?.ok()?.into_inner();
        Some(Self { pid: status.pid, supervised: !status.supervisor.is_empty() })
    }
}

/// Waits for another daemon than the one that is stopping; whether one came. Who did not ask which that was takes it for
/// whoever answers now, which may be the other already.
pub(super) async fn awaited(daemon: &Daemon, stopping: Option<Incumbent>) -> bool {
    let stopping = match stopping {
        None => incumbent(daemon).await,
        known => known,
    };
    if stopping.is_some_and(|incumbent| incumbent.supervised) {
        return false;
    }
    let begin = Instant::now();
    let mut seen = begin;
    while begin.elapsed() < LONGEST && seen.elapsed() < VACANCY {
        match (incumbent(daemon).await, stopping) {
            (Some(now), Some(before)) if now.pid == before.pid => seen = Instant::now(),
            (Some(_), _) => return true,
            (None, _) => {}
        }
        sleep(LOOK_EVERY).await;
    }
    false
}

async fn incumbent(daemon: &Daemon) -> Option<Incumbent> {
    Incumbent::of(&mut daemon.connect().await.ok()??).await
}
