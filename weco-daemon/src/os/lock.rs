//! One daemon per state directory.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::fcntl::{Flock, FlockArg};

/// Held for the daemon's life; the kernel releases it however the daemon ends.
#[derive(Debug)]
pub struct DaemonLock {
    _held: Flock<File>,
}

/// Takes the lock and writes this process's id into it, for people and scripts; none if another
/// daemon holds it.
///
/// # Errors
/// If the lock file cannot be opened or written.
pub fn acquire(path: &Path) -> io::Result<Option<DaemonLock>> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path)?;
    match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
        Ok(mut held) => {
            held.set_len(0)?;
            writeln!(held, "{}", std::process::id())?;
            Ok(Some(DaemonLock { _held: held }))
        }
        Err((_, nix::errno::Errno::EWOULDBLOCK)) => Ok(None),
        Err((_, errno)) => Err(errno.into()),
    }
}
