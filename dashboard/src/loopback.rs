//! Where the dashboard listens.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::serve::Listener;
use nix::errno::Errno;
use tokio::net::{TcpListener, TcpStream};

/// Free ports that are tried before it is said that there is none.
const TRIES: u32 = 32;

/// One port of both loopback addresses, where the machine has both. Browsers may try either for a name below
/// `localhost`, so nobody else may have the port on the other one.
#[derive(Debug)]
pub struct Loopback {
    v4: TcpListener,
    /// Absent on a machine without IPv6.
    v6: Option<TcpListener>,
    port: u16,
}

impl Loopback {
    /// Takes a port, which must be free on both addresses.
    ///
    /// # Errors
    /// If it is not.
    pub async fn bind(port: u16) -> io::Result<Self> {
        let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let port = v4.local_addr()?.port();
        let v6 = match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
            Ok(listener) => Some(listener),
            Err(error) if lacks_ipv6(&error) => None,
            Err(error) => return Err(error),
        };
        Ok(Self { v4, v6, port })
    }

    /// Takes any port that is free on both.
    ///
    /// # Errors
    /// If none is found.
    pub async fn bind_any() -> io::Result<Self> {
        let mut tries = 1;
        loop {
            match Self::bind(0).await {
                Err(error) if error.kind() == ErrorKind::AddrInUse && tries < TRIES => tries += 1,
                bound => return bound,
            }
        }
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }
}

/// Whether an address cannot be had because there is no IPv6: the kernel was built or started without it, or loopback
/// has no such address.
fn lacks_ipv6(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::AddrNotAvailable | ErrorKind::Unsupported)
        || error.raw_os_error() == Some(Errno::EAFNOSUPPORT as i32)
}

impl Listener for Loopback {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        let Some(v6) = &mut self.v6 else { return Listener::accept(&mut self.v4).await };
        tokio::select! {
            accepted = Listener::accept(&mut self.v4) => accepted,
            accepted = Listener::accept(v6) => accepted,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), self.port))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_port_is_free_only_if_it_is_on_both_addresses() {
        let mut both = Loopback::bind_any().await.unwrap();
        assert!(Loopback::bind(both.port()).await.is_err());
        if both.v6.is_none() {
            return;
        }
        let port = both.port();
        let connecting = TcpStream::connect((Ipv6Addr::LOCALHOST, port));
        let (connected, accepted) = tokio::join!(connecting, Listener::accept(&mut both));
        assert_eq!(connected.unwrap().local_addr().unwrap(), accepted.1);
        drop(both);
        let _other = TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await.unwrap();
        assert_eq!(Loopback::bind(port).await.unwrap_err().kind(), ErrorKind::AddrInUse);
    }
}
