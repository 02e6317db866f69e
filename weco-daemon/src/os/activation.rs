//! A socket that the service manager passed when the first client came ("socket activation").
//!
//! The manager owns such a socket: it goes on listening while no daemon runs, and a connection that
//! nobody has taken starts the next one. So whatever was not taken when a start fails is refused here;
//! otherwise the manager would start the daemon again and again for the sake of one client.

use std::io;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use listenfd::ListenFd;

/// Why the socket that was passed cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ActivationError {
    /// Not exactly one was passed.
    #[error("the service manager passed {0} sockets instead of one; see weco-daemon.socket")]
    Count(usize),
    /// Clients would look in another place.
    #[error(
        "the service manager listens at {}, but clients look at {}; run 'weco daemon install' again",
        .passed.display(), .expected.display()
    )]
    Elsewhere {
        /// Where the socket is.
        passed: PathBuf,
        /// Where it should be.
        expected: PathBuf,
    },
    /// It is no socket of the right kind.
    #[error("the service manager's socket cannot be used: {0}")]
    Io(#[from] io::Error),
}

/// A listening socket that is the service manager's. Dropped without being served, it refuses
/// everyone who is waiting.
#[derive(Debug)]
pub struct Activated(
    /// None once it is served.
    Option<UnixListener>,
);

/// Takes the socket that was passed to this process; none if it was started in another way.
///
/// Changes the environment (so that no child takes the socket for its own) and must therefore come
/// before any thread is started.
///
/// # Errors
/// [`ActivationError`] if what was passed is not one Unix stream socket.
pub fn take() -> Result<Option<Activated>, ActivationError> {
    // Without it the variables would be meant for whoever is willing, which is not the protocol.
    if std::env::var_os("LISTEN_PID").is_none() {
        return Ok(None);
    }
    let mut passed = ListenFd::from_env();
    match (passed.len(), passed.take_unix_listener(0)?) {
        (0, _) => Ok(None),
        (1, Some(listener)) => Ok(Some(Activated(Some(listener)))),
        (count, _) => Err(ActivationError::Count(count)),
    }
}

impl Activated {
    /// Checks that the socket is where clients look for it.
    ///
    /// # Errors
    /// [`ActivationError::Elsewhere`], or the system's words.
    pub fn check(&self, expected: &Path) -> Result<(), ActivationError> {
        let Some(listener) = &self.0 else { return Ok(()) };
        let address = listener.local_addr()?;
        let passed = address.as_pathname().unwrap_or(Path::new("an abstract address"));
        if passed == expected || same_file(passed, expected) {
            return Ok(());
        }
        Err(ActivationError::Elsewhere { passed: passed.to_owned(), expected: expected.to_owned() })
    }

    /// The listener, to be served from now on.
    ///
    /// # Errors
    /// If it cannot be used without blocking.
    pub(super) fn into_listener(mut self) -> io::Result<UnixListener> {
        let listener = self.0.take().ok_or(io::ErrorKind::NotConnected)?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    }
}

impl Drop for Activated {
    fn drop(&mut self) {
        let Some(listener) = &self.0 else { return };
        if listener.set_nonblocking(true).is_ok() {
            // Taken and closed: the client learns that it has failed.
            while listener.accept().is_ok() {}
        }
    }
}

/// Whether two names lead to one file, whatever links are on the way.
fn same_file(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn a_socket_in_another_place_is_refused_and_so_are_its_clients() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("daemon.sock");
        let activated = Activated(Some(UnixListener::bind(&path).unwrap()));
        activated.check(&path).unwrap();
        std::os::unix::fs::symlink(home.path(), home.path().join("link")).unwrap();
        activated.check(&home.path().join("link/daemon.sock")).unwrap();
        let error = activated.check(&home.path().join("other.sock")).unwrap_err().to_string();
        assert!(error.contains("other.sock") && error.contains("weco daemon install"), "{error}");
        let mut client = UnixStream::connect(&path).unwrap();
        drop(activated);
        assert_eq!(client.read(&mut [0]).unwrap(), 0);
    }

    #[test]
    fn a_served_socket_keeps_who_is_waiting() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("daemon.sock");
        let activated = Activated(Some(UnixListener::bind(&path).unwrap()));
        let _client = UnixStream::connect(&path).unwrap();
        let listener = activated.into_listener().unwrap();
        listener.accept().unwrap();
    }
}
