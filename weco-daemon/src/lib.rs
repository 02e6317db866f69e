//! The daemon that owns every weco run: it asks models, evaluates candidates, and remembers
//! everything durably. What to do is decided by `weco-core`; this crate does it.

mod archive;
pub mod backend;
pub mod blobs;
mod blocking;
pub mod clock;
pub mod config;
pub mod daemon;
pub mod dashboard;
pub mod environment;
pub mod error;
pub mod eval;
pub mod isolate;
pub mod journal;
pub mod log;
pub mod model;
pub mod os;
pub mod recover;
pub mod rpc;
pub mod run;
pub mod secrets;

use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;
use weco_proto::paths::Paths;

use crate::daemon::DaemonError;
use crate::os::activation::{self, Activated};
use crate::os::stream;

/// Exit code for what only the user can put right (`EX_CONFIG` of `sysexits.h`): no service manager need try again.
const EXIT_CONFIG: u8 = 78;

/// The daemon that owns every weco run. `weco` starts it when it is needed.
#[derive(Debug, Parser)]
#[command(name = "weco-daemon", version)]
struct Arguments {}

/// Runs the daemon until it is told to stop.
pub fn main_impl() -> ExitCode {
    let Arguments {} = Arguments::parse();
    start_logging();
    let activated = activation::take();
    // Fails only for the leader of a process group, which no terminal's hang-up ends by accident.
    let _ = nix::unistd::setsid();
    let served = activated.map_err(DaemonError::from).and_then(|activated| {
        let paths = Paths::from_env().map_err(|error| DaemonError::Config(error.to_string()))?;
        serve(paths, activated)
    });
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(DaemonError::AlreadyRunning) => {
            tracing::info!("another weco-daemon is running; nothing to do");
            ExitCode::from(weco_proto::version::EXIT_LOCKED)
        }
        Err(error @ (DaemonError::Config(_) | DaemonError::Activation(_))) => {
            tracing::error!("{error}");
            ExitCode::from(EXIT_CONFIG)
        }
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(paths: Paths, activated: Option<Activated>) -> Result<(), DaemonError> {
    // One worker: a step is a chain of short hand-offs, and waking another core for each costs more than the
    // work itself. The journal, the index and the artifacts have threads of their own.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|source| DaemonError::Io { action: "start the runtime".to_owned(), source })?;
    let served = runtime.block_on(daemon::run(paths, activated));
    // What then still blocks a thread is work that nobody waits for, or that the next start does again.
    runtime.shutdown_timeout(daemon::LEAVE);
    served
}

/// Logs go to standard error: the client that starts the daemon sends them to its log file, systemd to its
/// journal.
fn start_logging() {
    let filter = EnvFilter::try_from_env("WECO_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        // Would print to standard error that printing there failed, and panic: the log may be on a full disk.
        .log_internal_errors(false);
    if stream::is_journal() { log.without_time().init() } else { log.init() }
}
