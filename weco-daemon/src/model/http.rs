//! The HTTP clients, shared by all runs and made when first needed.

use std::net::IpAddr;
use std::sync::OnceLock;
use std::time::Duration;

use reqwest::{Client, Url, redirect, retry};

use super::fault::Fault;

/// Connections kept open to each server between calls.
const IDLE_CONNECTIONS: usize = 4;

/// Clients by where a request goes. They differ in what they need of the machine:
///
/// - `loopback`: nothing; proxies are ignored.
/// - `plain` (`http:` elsewhere): the proxy of `HTTP_PROXY` and `NO_PROXY`, if the daemon has them.
/// - `secure` (`https:`): also the system's CA certificates, whose absence must not hinder the others.
#[derive(Debug)]
pub(super) struct Http {
    connect_timeout: Duration,
    loopback: OnceLock<Client>,
    plain: OnceLock<Client>,
    secure: OnceLock<Client>,
}

impl Http {
    /// Clients that give up connecting after `connect_timeout`.
    pub(super) fn new(connect_timeout: Duration) -> Self {
        let [loopback, plain, secure] = [const { OnceLock::new() }; 3];
        Self { connect_timeout, loopback, plain, secure }
    }

    /// The client for `url`.
    ///
    /// # Errors
    /// [`Fault::Setup`] if the machine lacks what it needs.
    pub(super) fn client(&self, url: &Url) -> Result<&Client, Fault> {
        let is_secure = url.scheme() == "https";
        let is_loopback = is_loopback(url);
        let slot = match (is_secure, is_loopback) {
            (true, _) => &self.secure,
            (false, true) => &self.loopback,
            (false, false) => &self.plain,
        };
        if let Some(client) = slot.get() {
            return Ok(client);
        }
        let client = build(self.connect_timeout, is_secure, is_loopback)
            .map_err(|error| Fault::Setup(words(error)))?;
        Ok(slot.get_or_init(|| client))
    }
}

fn build(connect_timeout: Duration, is_secure: bool, is_loopback: bool) -> reqwest::Result<Client> {
    // Fails only if another part of the process was first, with the same provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .connect_timeout(connect_timeout)
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
        .user_agent(concat!("weco/", env!("CARGO_PKG_VERSION")))
        // A redirect would carry the key wherever it points, and no API uses one.
        .redirect(redirect::Policy::none())
        // Every try is counted and told.
        .retry(retry::never());
    if !is_secure {
        builder = builder.tls_certs_only([]);
    }
    if is_loopback {
        builder = builder.no_proxy();
    }
    builder.build()
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// The innermost reason of a failed request, such as `Connection refused (os error 111)`.
pub(super) fn words(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut reason: &dyn std::error::Error = &error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    if error.is_timeout() { "it took too long".to_owned() } else { reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_this_machine() {
        for (url, expected) in [
            ("http://localhost:1/v1", true),
            ("http://127.0.0.1:1", true),
            ("http://127.9.9.9", true),
            ("http://[::1]:1/", true),
            ("http://10.0.0.1", false),
            ("http://localhost.example.com", false),
        ] {
            assert_eq!(is_loopback(&url.parse().unwrap()), expected, "{url}");
        }
    }

    #[test]
    fn each_kind_of_address_has_its_client() {
        let http = Http::new(Duration::from_secs(1));
        for url in ["http://localhost", "http://10.0.0.1"] {
            http.client(&url.parse().unwrap()).unwrap();
        }
        assert!(http.loopback.get().is_some() && http.plain.get().is_some() && http.secure.get().is_none());
    }

    #[test]
    fn a_machine_without_certificates_is_told_so() {
        let client = Http::new(Duration::from_secs(1));
        let client = client.client(&"https://localhost".parse().unwrap());
        assert!(matches!(client, Ok(_) | Err(Fault::Setup(_))), "{client:?}");
    }
}
