//! The daemon from start to end: one per state directory, serving until told to stop.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tonic::transport::Server;
use weco_dashboard::Options;
use weco_proto::keys_file::KeysFile;
use weco_proto::paths::Paths;
use weco_proto::private_dir::ensure_private_dir;
use weco_proto::v1::weco_server::WecoServer;

use crate::backend::Bridge;
use crate::config::Config;
use crate::dashboard::{DashboardConfig, Links, Place};
use crate::isolate::Workspaces;
use crate::journal::DiskJournal;
use crate::log::Logs;
use crate::model::{Access, KeyStores};
use crate::os::activation::{Activated, ActivationError};
use crate::os::keyring::KernelVault;
use crate::os::lock::DaemonLock;
use crate::os::socket::{self, Socket};
use crate::os::{notify, signals, takeover};
use crate::recover;
use crate::rpc::Service;
use crate::run::{Deps, DevicePool, Registry, Slots, Swaps, Turns};
use crate::secrets::Secrets;

/// How long stopping may take: evaluations get their grace period within it.
pub const SHUTDOWN: Duration = Duration::from_secs(20);

/// How long a managed daemon waits for the one it takes over from: that may use all of [`SHUTDOWN`] and then
/// closes its journal.
const TAKE_OVER: Duration = Duration::from_secs(30);

/// How long the lock of a daemon that was killed is waited for: what it was about to start closes it at once.
const DEAD_HOLDER: Duration = Duration::from_secs(2);

/// How long clients may take to read their last answers.
const GOODBYE: Duration = Duration::from_millis(500);

/// How long what was dropped at the end may take: evaluations that did not end in time put the sources back.
pub const LEAVE: Duration = Duration::from_secs(1);

/// Names the directory with the credentials that systemd gives to a unit (systemd.exec(5)).
const CREDENTIALS_VARIABLE: &str = "CREDENTIALS_DIRECTORY";

/// Facts about this daemon that clients may ask for.
#[derive(Clone, Debug)]
pub struct About {
    /// Where it listens.
    pub socket: PathBuf,
    /// Where it keeps everything.
    pub state_dir: PathBuf,
    /// Where its log is, when a client started it.
    pub log_file: PathBuf,
    /// What was repaired or put aside when the journal was opened, one sentence each.
    pub notices: Vec<String>,
    /// The service manager that looks after it, if one does.
    pub supervisor: Option<&'static str>,
    /// The dashboard's URLs, if it is served.
    pub dashboard: Option<Links>,
}

/// Why a daemon could not serve.
#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
    /// Another one holds the lock.
    #[error("another weco-daemon is running")]
    AlreadyRunning,
    /// Something it needs is not to be had.
    #[error("cannot {action}: {source}")]
    Io {
        /// What it tried.
        action: String,
        /// The system's words.
        source: io::Error,
    },
    /// The configuration cannot be read: trying again will not help.
    #[error("{0}")]
    Config(String),
    /// The service manager passed something that is not the daemon's socket.
    #[error(transparent)]
    Activation(#[from] ActivationError),
    /// A place is unusable.
    #[error("{0}")]
    Setup(String),
}

fn io_error(action: impl Into<String>) -> impl FnOnce(io::Error) -> DaemonError {
    let action = action.into();
    |source| DaemonError::Io { action, source }
}

/// Serves until SIGTERM, SIGINT or a client's request, then stops in good order. `activated` is the socket
/// that the service manager passed, if one started this process.
///
/// # Errors
/// [`DaemonError`] if it cannot begin, or its socket fails.
pub async fn run(paths: Paths, activated: Option<Activated>) -> Result<(), DaemonError> {
    let supervisor = (activated.is_some() || notify::is_wanted()).then_some("systemd");
    let config = Config::load(&paths.config_dir).map_err(DaemonError::Config)?;
    for private in [&paths.runtime_dir, &paths.state_dir] {
        ensure_private_dir(private).map_err(|error| DaemonError::Setup(error.to_string()))?;
    }
    let address = paths.socket();
    if let Some(activated) = &activated {
        activated.check(&address)?;
    }
    let _lock = lock(&paths.lock(), activated.is_some()).await?;
    let terminated = signals::termination().map_err(io_error("watch for signals"))?;
    if activated.is_none() {
        // Before any run goes on, which would be for nothing.
        socket::clear(&address).await.map_err(io_error(format!("listen at {}", address.display())))?;
    }

    notify::starting("putting runs in order");
    let dashboard = config.dashboard;
    let (deps, notices) = open(&paths, config)?;
    let registry = Arc::new(Registry::new(Arc::new(deps)));
    let mut terminated = std::pin::pin!(terminated);
    tokio::select! {
        () = recover::all(&registry) => {}
        signal = &mut terminated => {
            tracing::info!(signal, "stopping before all runs are put right");
            stop(&registry).await;
            return Ok(());
        }
    }

    let listening = activated.map_or_else(|| socket::bind(&address), Socket::passed);
    let listening = listening.map_err(io_error(format!("listen at {}", address.display())))?;
    let (_socket_file, connections) = listening.into_connections();
    let (state_dir, log_file) = (paths.state_dir.clone(), paths.daemon_log());
    let dashboard = place(&state_dir, dashboard).await;
    let links = dashboard.as_ref().map(|place| place.links.clone());
    let about = About { socket: address, state_dir, log_file, notices, supervisor, dashboard: links };
    tracing::info!(version = weco_proto::version::VERSION, socket = %about.socket.display(), "serving");
    let reports = notify::serving(registry.live_counts(), Arc::clone(&registry.deps().journal));

    // Beside the first answers, which wait for it at most where they need the same.
    let ahead = Arc::clone(&registry);
    tokio::task::spawn_blocking(move || ahead.read_ahead());

    let asked = Arc::new(Notify::new());
    let service = Arc::new(Service::new(Arc::clone(&registry), about, Arc::clone(&asked)));
    let page = dashboard.map(|place| tokio::spawn(serve_page(place, Arc::clone(&service))));
    let service = WecoServer::from_arc(service)
        .max_decoding_message_size(weco_proto::version::MAX_MESSAGE_BYTES)
        .max_encoding_message_size(weco_proto::version::MAX_MESSAGE_BYTES);
    let (close, closed) = tokio::sync::oneshot::channel::<()>();
    let closing = async {
        // Answered or dropped: both mean that it is over.
        let _ = closed.await;
    };
    let serving = Server::builder().add_service(service).serve_with_incoming_shutdown(connections, closing);
    let mut serving = std::pin::pin!(serving);
    let served = tokio::select! {
        served = &mut serving => served.map_err(|error| DaemonError::Setup(format!("the socket failed: {error}"))),
        signal = &mut terminated => {
            tracing::info!(signal, "stopping");
            Ok(())
        }
        () = asked.notified() => {
            tracing::info!("stopping at a client's request");
            Ok(())
        }
    };
    drop(reports);
    notify::stopping();
    // The server goes on meanwhile, so that watchers see how their runs end.
    tokio::select! {
        () = stop(&registry) => {}
        _ = &mut serving => {}
    }
    if let Some(page) = page {
        page.abort();
    }
    drop(close);
    // A client that keeps its connection is cut off.
    let _ = tokio::time::timeout(GOODBYE, serving).await;
    served
}

/// The dashboard's place, if it is to be served and can be: the daemon does without.
async fn place(state_dir: &Path, config: DashboardConfig) -> Option<Place> {
    if !config.enabled {
        return None;
    }
    match Place::open(state_dir, config).await {
        Ok(place) => Some(place),
        Err(error) => {
            tracing::warn!(%error, "the dashboard cannot be served");
            None
        }
    }
}

async fn serve_page(place: Place, service: Arc<Service>) {
    let Place { listener, links: Links { port, token } } = place;
    tracing::info!(port, "the dashboard is up");
    let never = std::future::pending();
    if let Err(error) = weco_dashboard::serve(listener, service, Options { token, port }, never).await {
        tracing::error!(%error, "the dashboard is not served any more");
    }
}

/// The lock on the state directory. A managed daemon takes it over from one that was started by hand.
async fn lock(file: &Path, managed: bool) -> Result<DaemonLock, DaemonError> {
    let held = if managed {
        takeover::take_over(file, TAKE_OVER).await
    } else {
        takeover::take(file, DEAD_HOLDER).await
    };
    held.map_err(io_error(format!("lock {}", file.display())))?.ok_or(DaemonError::AlreadyRunning)
}

/// What runs need, and what was repaired or put aside to get it.
fn open(paths: &Paths, config: Config) -> Result<(Deps, Vec<String>), DaemonError> {
    let setup = |error: &dyn std::fmt::Display| DaemonError::Setup(error.to_string());
    let opened = DiskJournal::open(&paths.state_dir.join("journal")).map_err(|error| setup(&error))?;
    for warning in &opened.warnings {
        tracing::warn!("{warning}");
    }
    let credentials = std::env::var_os(CREDENTIALS_VARIABLE).map(PathBuf::from);
    let stores = KeyStores::new(credentials, KeysFile::in_dir(&paths.config_dir));
    let deps = Deps {
        journal: Arc::new(opened.journal),
        access: Access::new(config.model, |name| std::env::var(name).ok()).with_stores(stores),
        turns: Turns::default(),
        slots: Slots::new(config.evaluation.max_concurrent),
        devices: DevicePool::default(),
        workspaces: Workspaces::new(paths.state_dir.join("workspaces"), config.workspaces),
        bridge: Bridge::new(paths.state_dir.join("backends")),
        swaps: Swaps::default(),
        logs: Logs::new(paths.log_dir.clone()),
        secrets: Secrets::open(Box::new(KernelVault::of(&paths.state_dir))),
    };
    Ok((deps, opened.warnings))
}

async fn stop(registry: &Registry) {
    if tokio::time::timeout(SHUTDOWN, registry.shutdown()).await.is_err() {
        tracing::error!("some runs did not end in time; they are put right at the next start");
    }
    if let Err(error) = registry.deps().journal.close().await {
        tracing::error!(%error, "the journal did not close in good order");
    }
    tracing::info!("stopped");
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: &str = include_str!("../../systemd/weco-daemon.service");

    /// The unit's whole seconds under `name`.
    fn seconds(name: &str) -> Duration {
        let value = UNIT.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        Duration::from_secs(value.unwrap().parse().unwrap())
    }

    #[test]
    fn the_unit_gives_the_daemon_the_time_that_it_may_take() {
        assert!(seconds("TimeoutStopSec") > SHUTDOWN + GOODBYE + LEAVE);
        assert!(seconds("TimeoutStartSec") > TAKE_OVER);
        assert!(TAKE_OVER > SHUTDOWN + GOODBYE + LEAVE);
    }

    #[test]
    fn the_unit_does_not_try_again_what_would_fail_again() {
        let codes = [weco_proto::version::EXIT_LOCKED, crate::EXIT_CONFIG];
        let expected = format!("RestartPreventExitStatus={} {}", codes[0], codes[1]);
        assert!(UNIT.lines().any(|line| line == expected), "{expected}");
    }
}
