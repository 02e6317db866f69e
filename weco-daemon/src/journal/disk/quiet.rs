//! Keeps sled's idle threads asleep.

use std::thread;
use std::time::Duration;

/// How late a timer of sled's threads may fire: one hour, in nanoseconds.
const SLACK_NS: u64 = 3_600_000_000_000;

/// What the kernel takes for the slack that the thread began with.
const DEFAULT: u64 = 0;

/// Lets the timers of this thread, and of every thread it starts from now on, fire late.
///
/// sled 0.34 keeps seven threads that wake once a second only to see that there is nothing to do,
/// and has no setting for it. They inherit the timer slack of the thread that opens the database.
/// Work still reaches them at once: that is a wake-up by a futex, not by a timer.
pub(super) fn let_timers_wait() {
    set_slack(SLACK_NS);
}

/// Sleeps, and not longer than is asked for, on a thread whose other timers may wait.
pub(super) fn sleep(duration: Duration) {
    set_slack(DEFAULT);
    thread::sleep(duration);
    set_slack(SLACK_NS);
}

#[cfg(target_os = "linux")]
fn set_slack(nanoseconds: u64) {
    if let Err(error) = nix::sys::prctl::set_timerslack(nanoseconds) {
        tracing::debug!(%error, "the timer slack cannot be set; sled's idle threads will wake each second");
    }
}

/// Elsewhere there is no such setting.
#[cfg(not(target_os = "linux"))]
fn set_slack(_: u64) {}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn a_sleep_ends_when_it_should_though_other_timers_wait() {
        let (awake, woken) = channel();
        thread::spawn(move || {
            let_timers_wait();
            // One timer that may fire late is often fired early, by another's interrupt.
            (0..200).for_each(|_| sleep(Duration::from_millis(1)));
            awake.send(())
        });
        assert_eq!(woken.recv_timeout(Duration::from_secs(10)), Ok(()));
    }
}
