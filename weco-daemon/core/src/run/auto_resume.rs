//! Waiting for a service that cannot serve now.

use serde::{Deserialize, Serialize};

/// How a run waits when its model's provider cannot be reached or answers that it cannot serve now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AutoResume {
    /// Waits in a row, without an answer in between, before the run ends; 0: it ends at once.
    pub attempts: u32,
    /// The first wait in milliseconds; each further one is twice as long, up to twelve times the first.
    pub first_wait_ms: u64,
}

impl Default for AutoResume {
    /// Five waits of 5, 10, 20, 40 and 60 seconds.
    fn default() -> Self {
        Self { attempts: 5, first_wait_ms: 5_000 }
    }
}

impl AutoResume {
    /// The usual wait `attempt` (from 1) in a row: the first doubled for each further one, at most twelve times the
    /// first, less up to a quarter by `roll` (in 0..1) so that many runs do not come back all at once.
    pub fn wait_ms(self, attempt: u32, roll: f64) -> u64 {
        let factor = 1_u64.checked_shl(attempt.saturating_sub(1)).unwrap_or(u64::MAX).min(12);
        let longest = self.first_wait_ms.saturating_mul(factor);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a wait in milliseconds, to within rounding"
        )]
        let less = (longest as f64 * 0.25 * roll.clamp(0.0, 1.0)) as u64;
        longest - less
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn waits_double_up_to_a_minute() {
        let waits: Vec<u64> = (1..=6).map(|attempt| AutoResume::default().wait_ms(attempt, 0.0)).collect();
        assert_eq!(waits, [5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
        assert_eq!(AutoResume::default().wait_ms(1, 1.0), 3_750);
    }

    proptest! {
        #[test]
        fn a_wait_is_within_its_bounds(first in 0_u64..100_000, attempt in 0_u32..200, roll in 0.0..=1.0_f64) {
            let wait = AutoResume { attempts: 5, first_wait_ms: first }.wait_ms(attempt, roll);
            prop_assert!(wait <= 12 * first);
            prop_assert!(wait >= first * 3 / 4);
        }
    }
}
