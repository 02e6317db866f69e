//! From values to places on an axis.

/// A range of values, never empty.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
}

/// Room beyond the outermost values, as a part of their range.
const MARGIN: f64 = 0.06;

/// Interquartile ranges beyond the quartiles from which a value counts as an outlier (Tukey's fences).
const FENCE: f64 = 1.5;

impl Scale {
    /// Around all of `values` that are no outliers, and around all of `kept`. All must be finite.
    pub(crate) fn around(values: &[f64], kept: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (q1, q3) = (quantile(&sorted, 1), quantile(&sorted, 3));
        let fence = FENCE * (q3 - q1);
        let inside = |value: &&f64| **value >= q1 - fence && **value <= q3 + fence;
        let shown = values.iter().filter(inside).chain(kept);
        let (low, high) = shown.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(*value), high.max(*value))
        });
        if !low.is_finite() || !high.is_finite() || !(high - low).is_finite() {
            return Self { low: 0.0, high: 1.0 };
        }
        let room = if high > low { (high - low) * MARGIN } else { high.abs().max(1.0) * MARGIN };
        Self { low: low - room, high: high + room }
    }

    /// From `low` to `high`, exactly.
    pub(crate) fn new(low: f64, high: f64) -> Self {
        Self { low, high: if high > low { high } else { low + 1.0 } }
    }

    /// Where a value is, from 0 at the low end to 1 at the high end, and whether it lies beyond an end.
    pub(crate) fn place(self, value: f64) -> (f64, bool) {
        let place = (value - self.low) / (self.high - self.low);
        (place.clamp(0.0, 1.0), !(0.0..=1.0).contains(&place))
    }

    /// Round values within the range: 1, 2 or 5 times a power of ten apart, at most `most` of them. Whole numbers
    /// only if `whole`.
    pub(crate) fn ticks(self, most: u32, whole: bool) -> Vec<f64> {
        let span = self.high - self.low;
        let rough = span / f64::from(most.max(1));
        let power = 10f64.powf(rough.log10().floor());
        let fits = |step: &f64| span / step <= f64::from(most) && (!whole || *step >= 1.0);
        let steps = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0].map(|factor| factor * power);
        let Some(step) = steps.into_iter().find(fits) else { return vec![self.low, self.high] };
        let first = (self.low / step).ceil();
        let ticks = (0..=most).map(|index| (first + f64::from(index)) * step);
        ticks.take_while(|tick| *tick <= self.high).collect()
    }
}

/// The first (1) or third (3) quartile of sorted values, by the nearest rank.
fn quantile(sorted: &[f64], quarter: usize) -> f64 {
    sorted.get((sorted.len() * quarter / 4).min(sorted.len().saturating_sub(1))).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ticks_are_round() {
        assert_eq!(Scale::new(0.0, 20.0).ticks(8, true), [0.0, 5.0, 10.0, 15.0, 20.0]);
        assert_eq!(Scale::new(0.0, 3.0).ticks(8, true), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(Scale::new(0.93, 1.41).ticks(5, false).len(), 5);
        assert_eq!(Scale::new(-130.0, 4.0).ticks(6, false), [-100.0, -50.0, 0.0]);
    }

    #[test]
    fn an_outlier_does_not_flatten_the_rest() {
        let values = [1.0, 1.1, 1.2, 1.3, 1e9];
        let scale = Scale::around(&values, &[1.0, 1.3]);
        assert_eq!(scale.place(1e9), (1.0, true));
        assert!(scale.place(1.3).0 > 0.9 && !scale.place(1.3).1);
        assert!(!Scale::around(&values, &[1.0, 1e9]).place(1e9).1, "what is kept is shown");
    }

    #[test]
    fn one_value_is_in_the_middle() {
        assert_eq!(Scale::around(&[3.0], &[3.0]).place(3.0), (0.5, false));
        assert_eq!(Scale::around(&[], &[]), Scale { low: 0.0, high: 1.0 });
        assert_eq!(Scale::around(&[-1e308, 1e308], &[-1e308, 1e308]), Scale { low: 0.0, high: 1.0 });
    }

    proptest! {
        #[test]
        fn ticks_are_few_and_within(low in -1e6f64..1e6, span in 1e-6f64..1e6, most in 2u32..12) {
            let scale = Scale::new(low, low + span);
            let ticks = scale.ticks(most, false);
            prop_assert!(ticks.len() <= most as usize + 1);
            prop_assert!(ticks.iter().all(|tick| *tick >= low - 1e-9 * span && *tick <= low + span));
        }
    }
}
