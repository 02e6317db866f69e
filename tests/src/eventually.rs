//! Waiting for a condition, with a deadline.

use std::time::{Duration, Instant};

/// How long a condition may take before a test fails. Generous: it is only ever spent in full by a
/// test that fails, and the machine may be busy.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// Polls `condition` until it gives a value.
///
/// # Panics
/// After [`DEADLINE`], naming `what` was waited for.
pub fn eventually<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + DEADLINE;
    loop {
        if let Some(value) = condition() {
            return value;
        }
        assert!(Instant::now() < until, "still not so after {DEADLINE:?}: {what}");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}
