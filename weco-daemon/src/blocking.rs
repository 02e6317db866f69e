//! Work that blocks, where it holds nobody up.

use crate::error::Failure;

/// Does what reads files or computes for long on a thread of its own. Once begun it goes on to its end, also if
/// nobody waits for that any more.
///
/// # Errors
/// As for `work`; an internal one if it panics.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(Failure::internal)?
}
