//! What client and daemon must agree on before they talk.

use tonic::Status;
use tonic::metadata::MetadataMap;

use crate::status::status_with_hint;

/// The version of this client or daemon. The two must be equal.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Metadata entry of every request: the client's [`VERSION`].
pub const VERSION_KEY: &str = "weco-version";

/// Largest message either side accepts, in bytes. A request carries an environment (Linux bounds one
/// by about 6 MiB) and sources (500 KB); an update carries one bounded output.
pub const MAX_MESSAGE_BYTES: usize = 16 * 1024 * 1024;

/// Exit code of a daemon that found another one holding the lock (`EX_TEMPFAIL` of `sysexits.h`).
/// The client that started it goes on to connect to the other.
pub const EXIT_LOCKED: u8 = 75;

/// For the daemon: refuses a request whose client is of another version.
///
/// # Errors
/// `FAILED_PRECONDITION` with a hint, if the metadata names another version or none.
pub fn check_client_version(metadata: &MetadataMap) -> Result<(), Status> {
    let client = metadata.get(VERSION_KEY).and_then(|value| value.to_str().ok());
    if client == Some(VERSION) {
        return Ok(());
    }
    let client =
        client.map_or_else(|| "one that does not say".to_owned(), |version| format!("weco {version}"));
    Err(status_with_hint(
        tonic::Code::FailedPrecondition,
        format!("weco-daemon {VERSION} is running, but the client is {client}"),
        "weco daemon restart (runs go on by themselves), then the same command again",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::hint;

    #[test]
    fn only_the_same_version_is_served() {
        let mut metadata = MetadataMap::new();
        let missing = check_client_version(&metadata).unwrap_err();
        assert_eq!(missing.code(), tonic::Code::FailedPrecondition);
        metadata.insert(VERSION_KEY, "0.0.0-other".parse().unwrap());
        let other = check_client_version(&metadata).unwrap_err();
        assert!(other.message().contains("weco 0.0.0-other"), "{}", other.message());
        assert!(hint(&other).unwrap().starts_with("weco daemon restart"));
        metadata.insert(VERSION_KEY, VERSION.parse().unwrap());
        assert!(check_client_version(&metadata).is_ok());
    }
}
