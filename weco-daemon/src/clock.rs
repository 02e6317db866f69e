//! The wall clock, for what is recorded and shown. Durations are measured with [`std::time::Instant`].

use std::time::{SystemTime, UNIX_EPOCH};

use weco_core::event::Timestamp;

/// Now, in milliseconds since the Unix epoch; 0 for a clock set before it.
pub fn now() -> Timestamp {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
