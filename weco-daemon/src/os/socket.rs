//! The socket's life: bound in a private directory or passed by the service manager, served to the same
//! user only, removed at the end if it is ours.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::net::{UnixListener, UnixStream};
use tokio::time::{Instant, sleep};
use tokio_stream::{Stream, StreamExt, wrappers::UnixListenerStream};

use super::activation::Activated;

/// How long a socket in the way may still be served: that of a daemon that was just killed is closed a
/// moment after its lock.
const CLOSING: Duration = Duration::from_secs(1);

/// How often to look at it meanwhile.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// How long to wait after a connection could not be taken.
const ACCEPT_AGAIN: Duration = Duration::from_millis(200);

/// A listening socket. If it was bound here, its file goes away with it.
#[derive(Debug)]
pub struct Socket {
    listener: UnixListener,
    file: Option<SocketFile>,
}

/// Removes the socket's file when the daemon ends in good order.
#[derive(Debug)]
pub struct SocketFile {
    path: PathBuf,
    /// Device and inode of what was bound.
    identity: (u64, u64),
}

impl SocketFile {
    fn new(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), identity: identity(path)? })
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        // The service manager may have put its own in this place meanwhile.
        if identity(&self.path).is_ok_and(|found| found != self.identity) {
            return;
        }
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::debug!(path = %self.path.display(), %error, "the socket's file is gone already");
        }
    }
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    fs::symlink_metadata(path).map(|found| (found.dev(), found.ino()))
}

/// Makes room for the socket. The caller holds the daemon's lock, so a file in the way that nobody serves
/// was left by a dead daemon and is removed.
///
/// # Errors
/// `AddrInUse` if someone listens there who has no need of the lock: the service manager, or a daemon with
/// another state directory. Otherwise if the file cannot be removed.
pub async fn clear(path: &Path) -> io::Result<()> {
    let patience = Instant::now() + CLOSING;
    while std::os::unix::net::UnixStream::connect(path).is_ok() {
        if Instant::now() >= patience {
            return Err(io::Error::new(
                io::ErrorKind::AddrInUse,
                "another process serves it; if that is systemd: systemctl --user start weco-daemon.service",
            ));
        }
        sleep(LOOK_AGAIN).await;
    }
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Binds the socket where [`clear`] has made room. The directory is private, so there is no moment in which
/// others can connect.
///
/// # Errors
/// If the socket cannot be bound.
pub fn bind(path: &Path) -> io::Result<Socket> {
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    Ok(Socket { listener, file: Some(SocketFile::new(path)?) })
}

impl Socket {
    /// The socket that the service manager passed. Its file is the manager's.
    ///
    /// # Errors
    /// If it cannot be used without blocking.
    pub fn passed(activated: Activated) -> io::Result<Self> {
        Ok(Self { listener: UnixListener::from_std(activated.into_listener()?)?, file: None })
    }

    /// Connections of the same user, and the guard of the socket's file if that is ours. Others are
    /// refused by their peer credentials, whatever the directory's mode became.
    pub fn into_connections(self) -> (Option<SocketFile>, impl Stream<Item = io::Result<UnixStream>> + Send) {
        let uid = nix::unistd::geteuid().as_raw();
        let connections =
            UnixListenerStream::new(self.listener).then(patiently).filter(move |accepted| match accepted {
                Ok(stream) => is_peer(stream, uid),
                Err(_) => true,
            });
        (self.file, connections)
    }
}

/// A connection that cannot be taken, for want of file handles, still waits to be: without a pause it would be
/// tried again at once, for ever.
async fn patiently(accepted: io::Result<UnixStream>) -> io::Result<UnixStream> {
    if let Err(error) = &accepted {
        tracing::warn!(%error, "a client could not be connected; trying again");
        tokio::time::sleep(ACCEPT_AGAIN).await;
    }
    accepted
}

fn is_peer(stream: &UnixStream, uid: u32) -> bool {
    let peer = stream.peer_cred().map(|peer| peer.uid());
    let same = matches!(peer, Ok(peer) if peer == uid);
    if !same {
        tracing::warn!(?peer, "refused a connection of another user");
    }
    same
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_our_own_file_is_removed() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("daemon.sock");
        let (file, _connections) = bind(&path).unwrap().into_connections();
        fs::remove_file(&path).unwrap();
        let _managers = std::os::unix::net::UnixListener::bind(&path).unwrap();
        drop(file);
        assert!(path.exists(), "the service manager's socket stays");
    }

    #[tokio::test]
    async fn a_socket_that_is_served_is_not_taken_away() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("daemon.sock");
        let served = std::os::unix::net::UnixListener::bind(&path).unwrap();
        let error = clear(&path).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
        drop(served);
        clear(&path).await.unwrap();
        let (file, _connections) = bind(&path).unwrap().into_connections();
        drop(file);
        assert!(!path.exists());
    }
}
