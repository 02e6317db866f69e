//! Which signals end the daemon.

use std::io;

use nix::sys::signal::Signal;
use tokio::signal::unix::{SignalKind, signal};

/// Completes with the signal's name at SIGTERM or SIGINT. SIGHUP (a closed terminal) is ignored:
/// the daemon outlives every terminal. So is SIGXFSZ, by a handler that evaluations do not inherit: a write
/// beyond a limit on the size of files then fails like one on a full disk.
///
/// # Errors
/// If a handler cannot be installed.
pub fn termination() -> io::Result<impl Future<Output = &'static str> + Send> {
    let mut term = signal(SignalKind::terminate())?;
    let mut int = signal(SignalKind::interrupt())?;
    let mut hup = signal(SignalKind::hangup())?;
    let too_large = signal(SignalKind::from_raw(Signal::SIGXFSZ as i32))?;
    Ok(async move {
        let _handled = too_large;
        loop {
            tokio::select! {
                _ = term.recv() => return "SIGTERM",
                _ = int.recv() => return "SIGINT",
                _ = hup.recv() => {}
            }
        }
    })
}
