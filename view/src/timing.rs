//! How long a run has been going, and how long it will.

use std::collections::VecDeque;

/// Steps whose pace the estimate follows: enough to be steady, few enough to notice a change.
const PACE_STEPS: usize = 20;

/// A run's time, pauses between an end and a resumption left out.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Timing {
    /// Milliseconds of the spans that are over.
    past_ms: i64,
    /// Start of the span that is not.
    since_ms: Option<i64>,
    /// When the last steps of this span ended, oldest first; begins with the baseline's end.
    finishes: VecDeque<i64>,
}

impl Timing {
    /// The run begins or goes on.
    pub(super) fn start(&mut self, now_ms: i64) {
        self.since_ms.get_or_insert(now_ms);
    }

    /// Steps can begin: the baseline is evaluated, or the run is resumed.
    pub(super) fn mark(&mut self, now_ms: i64) {
        self.finishes.clear();
        self.finishes.push_back(now_ms);
    }

    /// A step ended.
    pub(super) fn finish(&mut self, now_ms: i64) {
        if self.finishes.len() > PACE_STEPS {
            self.finishes.pop_front();
        }
        self.finishes.push_back(now_ms);
    }

    /// The run ends, for now.
    pub(super) fn stop(&mut self, now_ms: i64) {
        self.past_ms = self.elapsed(now_ms);
        self.since_ms = None;
        self.finishes.clear();
    }

    /// Milliseconds the run has been going.
    pub(super) fn elapsed(&self, now_ms: i64) -> i64 {
        let span = self.since_ms.map_or(0, |since| now_ms.saturating_sub(since).max(0));
        self.past_ms.saturating_add(span)
    }

    /// Milliseconds that `steps` more take at the pace of the last ones; none before the first is over.
    pub(super) fn left(&self, steps: u32, now_ms: i64) -> Option<i64> {
        let (first, last) = (*self.finishes.front()?, *self.finishes.back()?);
        let count = i64::try_from(self.finishes.len()).ok()? - 1;
        if count < 1 {
            return None;
        }
        let all = last.saturating_sub(first).max(0).saturating_mul(steps.into()) / count;
        Some(all.saturating_sub(now_ms.saturating_sub(last)).max(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_do_not_count() {
        let mut timing = Timing::default();
        timing.start(1_000);
        assert_eq!(timing.elapsed(5_000), 4_000);
        timing.stop(6_000);
        assert_eq!(timing.elapsed(99_000), 5_000);
        timing.start(100_000);
        assert_eq!(timing.elapsed(101_000), 6_000);
        assert_eq!(timing.elapsed(0), 5_000, "a clock that goes backwards");
    }

    #[test]
    fn the_estimate_follows_the_pace() {
        let mut timing = Timing::default();
        timing.start(0);
        assert_eq!(timing.left(10, 5), None);
        timing.mark(1_000);
        assert_eq!(timing.left(10, 1_000), None);
        timing.finish(3_000);
        assert_eq!(timing.left(10, 3_000), Some(20_000));
        assert_eq!(timing.left(10, 4_000), Some(19_000));
        assert_eq!(timing.left(1, 90_000), Some(0));
        for step in 0..100 {
            timing.finish(10_000 + step * 500);
        }
        assert_eq!(timing.left(4, 10_000 + 99 * 500), Some(2_000));
    }
}
