//! The socket's life: bound in a private directory, served to the same user only, removed at the end.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::net::{UnixListener, UnixStream};
use tokio_stream::{Stream, StreamExt, wrappers::UnixListenerStream};

/// How long to wait after a connection could not be taken.
const ACCEPT_AGAIN: Duration = Duration::from_millis(200);

/// A bound socket; its file goes away with it.
#[derive(Debug)]
pub struct Socket {
    path: PathBuf,
    listener: UnixListener,
}

/// Removes the socket's file when the daemon ends in good order.
#[derive(Debug)]
pub struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.0) {
            tracing::debug!(path = %self.0.display(), %error, "the socket's file is gone already");
        }
    }
}

/// Binds the socket. The caller holds the daemon's lock, so a file in the way was left by a dead
/// daemon and is removed. The directory is private, so there is no moment in which others can connect.
///
/// # Errors
/// If the file cannot be removed or the socket not be bound.
pub fn bind(path: &Path) -> io::Result<Socket> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    Ok(Socket { path: path.to_owned(), listener })
}

impl Socket {
    /// Connections of the same user, and the guard of the socket's file. Others are refused by
    /// their peer credentials, whatever the directory's mode became.
    pub fn into_connections(self) -> (SocketFile, impl Stream<Item = io::Result<UnixStream>> + Send) {
        let uid = nix::unistd::geteuid().as_raw();
        let connections =
            UnixListenerStream::new(self.listener).then(patiently).filter(move |accepted| match accepted {
                Ok(stream) => is_peer(stream, uid),
                Err(_) => true,
            });
        (SocketFile(self.path), connections)
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
