//! How long a provider that cannot be asked is waited for.

/// The longest wait that a provider may ask for, in milliseconds: beyond an hour the user decides.
pub(super) const LONGEST_ASKED_WAIT_MS: u64 = 3_600_000;

/// The usual wait `attempt` (from 1) in a row: the first doubled for each further one, at most twelve times the
/// first, less up to a quarter by `roll` (in 0..1) so that many runs do not come back all at once.
pub(super) fn wait_ms(first: u64, attempt: u32, roll: f64) -> u64 {
    let factor = 1_u64.checked_shl(attempt.saturating_sub(1)).unwrap_or(u64::MAX).min(12);
    let longest = first.saturating_mul(factor);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a wait in milliseconds, to within rounding"
    )]
    let less = (longest as f64 * 0.25 * roll.clamp(0.0, 1.0)) as u64;
    longest - less
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn waits_double_up_to_a_minute() {
        let waits: Vec<u64> = (1..=6).map(|attempt| wait_ms(5_000, attempt, 0.0)).collect();
        assert_eq!(waits, [5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
        assert_eq!(wait_ms(5_000, 1, 1.0), 3_750);
    }

    proptest! {
        #[test]
        fn a_wait_is_within_its_bounds(first in 0_u64..100_000, attempt in 0_u32..200, roll in 0.0..=1.0_f64) {
            let wait = wait_ms(first, attempt, roll);
            prop_assert!(wait <= 12 * first);
            prop_assert!(wait >= first * 3 / 4);
        }
    }
}
