//! How far measurements of the same code lie apart.

use serde::{Deserialize, Serialize};

/// Two values of a metric that differ by less than this, relative to the larger, are the same but for rounding.
const ROUNDING: f64 = 1e-9;

/// The mean of some measurements; none of none. Finite if they are.
pub fn mean(samples: &[f64]) -> Option<f64> {
    let count = count(samples);
    match samples {
        [] => None,
        // Exactly: rounding must not make a better one of equals.
        [first, rest @ ..] if rest.iter().all(|it| it == first) => Some(*first),
        // Divided first: the sum may be too large for a number.
        _ => Some(samples.iter().map(|sample| sample / count).sum()),
    }
}

/// The standard deviation of single measurements, estimated from at least two; 0 if they differ by rounding alone.
pub fn deviation(samples: &[f64]) -> Option<f64> {
    (samples.len() > 1).then(|| (squares(samples) / (count(samples) - 1.0)).sqrt())
}

/// What is known of the spread of single measurements, from several measurements each of several versions: the pooled
/// variance, which takes each version's own mean for its true value.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Spread {
    /// Squared distances from each version's mean, summed.
    squares: f64,
    /// Measurements beyond the first of each version.
    freedom: u32,
}

impl Spread {
    /// Takes a version's measurements in.
    pub(crate) fn add(&mut self, samples: &[f64]) {
        self.squares = (self.squares + squares(samples)).min(f64::MAX);
        self.freedom += freedom(samples);
    }

    /// Takes them out again.
    pub(crate) fn remove(&mut self, samples: &[f64]) {
        self.squares = (self.squares - squares(samples)).max(0.0);
        self.freedom -= freedom(samples).min(self.freedom);
    }

    /// The standard deviation of a single measurement; none if nothing was measured twice.
    pub fn sigma(&self) -> Option<f64> {
        (self.freedom > 0).then(|| (self.squares / f64::from(self.freedom)).sqrt())
    }
}

/// The standard error of the difference between the means of two versions' measurements, which spread alike; none if
/// neither was measured twice.
pub fn error_of_difference(one: &[f64], other: &[f64]) -> Option<f64> {
    let mut spread = Spread::default();
    spread.add(one);
    spread.add(other);
    Some(spread.sigma()? * (1.0 / count(one) + 1.0 / count(other)).sqrt())
}

/// Squared distances from the mean, summed.
fn squares(samples: &[f64]) -> f64 {
    let (low, high) = samples
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &it| (low.min(it), high.max(it)));
    let Some(mean) = mean(samples).filter(|_| high - low > ROUNDING * low.abs().max(high.abs())) else {
        return 0.0;
    };
    samples.iter().map(|sample| (sample - mean).powi(2)).sum::<f64>().min(f64::MAX)
}

fn freedom(samples: &[f64]) -> u32 {
    u32::try_from(samples.len().saturating_sub(1)).unwrap_or(u32::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "measurements of one version: at most some thousands")]
fn count(samples: &[f64]) -> f64 {
    samples.len() as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_measurement_tells_nothing_of_the_spread() {
        assert_eq!((mean(&[]), deviation(&[])), (None, None));
        assert_eq!((mean(&[3.0]), deviation(&[3.0])), (Some(3.0), None));
        let mut spread = Spread::default();
        spread.add(&[3.0]);
        assert_eq!(spread.sigma(), None);
    }

    #[test]
    fn versions_with_means_far_apart_have_one_spread() {
        let mut spread = Spread::default();
        spread.add(&[1.0, 3.0]);
        spread.add(&[101.0, 103.0]);
        assert_eq!(spread.sigma(), Some(2.0_f64.sqrt()));
        assert_eq!(deviation(&[1.0, 3.0]), Some(2.0_f64.sqrt()));
    }

    #[test]
    fn the_error_of_a_difference_is_that_of_both_means() {
        assert_eq!(error_of_difference(&[10.0], &[1.0, 3.0]), Some(3.0_f64.sqrt()));
        assert_eq!(error_of_difference(&[10.0], &[1.0]), None);
    }

    #[test]
    fn rounding_is_no_noise() {
        for samples in [[0.1 + 0.2, 0.3], [0.0, -0.0], [1e300, 1e300 + 1e290]] {
            assert_eq!(deviation(&samples), Some(0.0), "{samples:?}");
        }
        assert!(deviation(&[1.0, 1.0 + 1e-8]) > Some(0.0));
    }

    proptest! {
        #[test]
        fn what_was_added_can_be_taken_out(
            first in proptest::collection::vec(-1e3..1e3, 1..6),
            second in proptest::collection::vec(-1e3..1e3, 1..6),
        ) {
            let mut spread = Spread::default();
            spread.add(&first);
            let alone = spread;
            spread.add(&second);
            spread.remove(&second);
            prop_assert_eq!(spread.freedom, alone.freedom);
            prop_assert!((spread.squares - alone.squares).abs() < 1e-6);
        }

        #[test]
        fn numbers_of_any_size_have_a_finite_mean_and_spread(
            samples in proptest::collection::vec(proptest::num::f64::NORMAL, 1..6),
        ) {
            prop_assert!(mean(&samples).unwrap().is_finite());
            prop_assert!(deviation(&samples).is_none_or(f64::is_finite));
            let mut spread = Spread::default();
            (0..3).for_each(|_| spread.add(&samples));
            prop_assert!(spread.sigma().is_none_or(f64::is_finite));
        }
    }
}
