//! Keeps sled's idle threads asleep.

/// How late a timer of sled's threads may fire: one hour, in nanoseconds.
#[cfg(target_os = "linux")]
const SLACK_NS: u64 = 3_600_000_000_000;

/// Lets the timers of this thread, and of every thread it starts from now on, fire late.
///
/// sled 0.34 keeps seven threads that wake once a second only to see that there is nothing to do,
/// and has no setting for it. They inherit the timer slack of the thread that opens the database.
/// Work still reaches them at once: that is a wake-up by a futex, not by a timer.
#[cfg(target_os = "linux")]
pub(super) fn let_timers_wait() {
    if let Err(error) = nix::sys::prctl::set_timerslack(SLACK_NS) {
        tracing::debug!(%error, "the timer slack cannot be set; sled's idle threads will wake each second");
    }
}

/// Elsewhere there is no such setting.
#[cfg(not(target_os = "linux"))]
pub(super) fn let_timers_wait() {}
