//! The client's end of the socket.

use std::io;
use std::path::{Path, PathBuf};

use hyper_util::rt::TokioIo;
use nix::unistd::geteuid;
use tokio::net::UnixStream;
use tonic::metadata::MetadataValue;
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

use crate::v1::weco_client::WecoClient;
use crate::version::{MAX_MESSAGE_BYTES, VERSION, VERSION_KEY};

/// How much the daemon may send before the client has taken it, in bytes: all that a command asks for, usually. With
/// HTTP/2's 64 KiB the two would take turns many times over.
const WINDOW_BYTES: u32 = 4 << 20;

/// A client whose every request carries this side's version.
pub type Client = WecoClient<InterceptedService<Channel, VersionInterceptor>>;

/// Adds the client's version to each request.
#[derive(Clone, Copy, Debug)]
pub struct VersionInterceptor;

impl Interceptor for VersionInterceptor {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert(VERSION_KEY, MetadataValue::from_static(VERSION));
        Ok(request)
    }
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// There is no socket, or one left behind by a daemon that is gone.
    #[error("weco-daemon is not running")]
    NotRunning,
    /// Another user's process answers at our socket.
    #[error("the socket '{}' is served by another user (uid {uid})", .socket.display())]
    ForeignOwner {
        /// Where.
        socket: PathBuf,
        /// Whose.
        uid: u32,
    },
    /// The socket cannot be used.
    #[error("cannot connect to '{}': {source}", .socket.display())]
    Io {
        /// Where.
        socket: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Something answers, but it does not speak the protocol.
    #[error("what answers at '{}' is not weco-daemon: {source}", .socket.display())]
    Protocol {
        /// Where.
        socket: PathBuf,
        /// Why.
        source: tonic::transport::Error,
    },
}

/// Connects to the daemon at `socket`: one attempt, no waiting, no reconnecting later: once the
/// connection is lost, every call fails.
///
/// # Errors
/// [`ConnectError::NotRunning`] if nobody answers; otherwise why the connection cannot be used.
pub async fn connect(socket: &Path) -> Result<Client, ConnectError> {
    let stream = UnixStream::connect(socket).await.map_err(|source| refused(socket, source))?;
    check_peer(socket, &stream)?;
    let mut stream = Some(TokioIo::new(stream));
    let connector = tower::service_fn(move |_| {
        let stream = stream.take().ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected));
        std::future::ready(stream)
    });
    // HTTP/2 wants an authority; over a Unix socket it means nothing.
    let channel = Endpoint::from_static("http://localhost")
        .initial_stream_window_size(WINDOW_BYTES)
        .initial_connection_window_size(WINDOW_BYTES)
        .connect_with_connector(connector)
        .await
        .map_err(|source| ConnectError::Protocol { socket: socket.to_owned(), source })?;
    Ok(WecoClient::with_interceptor(channel, VersionInterceptor)
        .max_decoding_message_size(MAX_MESSAGE_BYTES)
        .max_encoding_message_size(MAX_MESSAGE_BYTES))
}

fn refused(socket: &Path, source: io::Error) -> ConnectError {
    match source.kind() {
        // Reset: it ended while the connection was waiting to be taken.
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset => {
            ConnectError::NotRunning
        }
        _ => ConnectError::Io { socket: socket.to_owned(), source },
    }
}

/// The environment and keys go over this connection: only to a process of our own user, or root's.
fn check_peer(socket: &Path, stream: &UnixStream) -> Result<(), ConnectError> {
    let peer = stream.peer_cred().map_err(|source| ConnectError::Io { socket: socket.to_owned(), source })?;
    if peer.uid() == geteuid().as_raw() || peer.uid() == 0 {
        return Ok(());
    }
    Err(ConnectError::ForeignOwner { socket: socket.to_owned(), uid: peer.uid() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_daemon_that_is_gone_or_going_is_not_running() {
        use io::ErrorKind::{ConnectionRefused, ConnectionReset, NotFound, PermissionDenied};
        let refused = |kind: io::ErrorKind| refused(Path::new("/x"), kind.into());
        for kind in [NotFound, ConnectionRefused, ConnectionReset] {
            assert!(matches!(refused(kind), ConnectError::NotRunning), "{kind}");
        }
        assert!(matches!(refused(PermissionDenied), ConnectError::Io { .. }));
    }
}
