//! Chance, all of it from the caller's seed.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::space::real;

/// A stream of pseudo-random numbers.
pub(crate) struct Random(ChaCha8Rng);

impl Random {
    /// The stream of a seed and of how much is known: the same seed asks something new after every result.
    pub(crate) fn new(seed: u64, known: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed ^ known.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
    }

    /// From 0 up to but not including 1.
    pub(crate) fn unit(&mut self) -> f64 {
        #[expect(clippy::as_conversions, reason = "53 bits fit a float exactly")]
        let bits = (self.0.next_u64() >> 11) as f64;
        bits / 9_007_199_254_740_992.0
    }

    /// Whether something of this probability happens.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// An index below `count`, or 0.
    pub(crate) fn index(&mut self, count: usize) -> usize {
        #[expect(
            clippy::as_conversions,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "below `count`"
        )]
        let index = (self.unit() * real(count)) as usize;
        index.min(count.saturating_sub(1))
    }

    /// A standard normal number (Box–Muller).
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// An index with these weights.
    pub(crate) fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (i, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return i;
            }
        }
        weights.len().saturating_sub(1)
    }
}
