//! Which signals end the daemon.

use std::io;

use tokio::signal::unix::{SignalKind, signal};

/// Completes with the signal's name at SIGTERM or SIGINT. SIGHUP (a closed terminal) is ignored:
/// the daemon outlives every terminal.
///
/// # Errors
/// If a handler cannot be installed.
pub fn termination() -> io::Result<impl Future<Output = &'static str> + Send> {
    let mut term = signal(SignalKind::terminate())?;
    let mut int = signal(SignalKind::interrupt())?;
    let mut hup = signal(SignalKind::hangup())?;
    Ok(async move {
        loop {
            tokio::select! {
                _ = term.recv() => return "SIGTERM",
                _ = int.recv() => return "SIGINT",
                _ = hup.recv() => {}
            }
        }
    })
}
