//! Metric values, improvements, token counts.

/// Significant digits of a metric's value that stands alone.
const METRIC_DIGITS: usize = 6;
/// Significant digits of a standard deviation.
const SPREAD_DIGITS_ALONE: usize = 2;
/// Digits that the difference between baseline and best has in a column, at least.
const SPREAD_DIGITS: i32 = 2;
/// Digits that the values in a column have, at least.
const COLUMN_DIGITS: i32 = 3;
/// Whole numbers are written out below ten to this power; beyond it they are easier to read as `1.2e12`.
const LARGEST_EXPONENT: i32 = 10;
/// Fractions are written out down to ten to this power.
const SMALLEST_EXPONENT: i32 = -5;

/// A metric's value for people: at most six significant digits, no trailing zeros; whole digits are kept.
pub fn metric(value: f64) -> String {
    significant(value, METRIC_DIGITS)
}

/// A metric's value for programs: the shortest text that reads back as the same number.
pub fn exact(value: f64) -> String {
    format!("{value:?}")
}

/// What follows a metric's value that is the mean of several measurements which differ: ` ± 0.05 (3)`, their standard
/// deviation and how many they are. Nothing after any other.
pub fn spread(deviation: Option<f64>, count: u32) -> String {
    match deviation.filter(|deviation| *deviation > 0.0) {
        Some(deviation) if count > 1 => {
            format!(" ± {} ({count})", significant(deviation, SPREAD_DIGITS_ALONE))
        }
        _ => String::new(),
    }
}

/// `value` with at most `digits` significant digits (at least one), without trailing zeros. The whole part is
/// never rounded away: `1234567` stays itself.
pub fn significant(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return format!("{value}");
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let last = digits.max(1) - 1;
    // The exponent after rounding: 999.9999 is a thousand.
    let scientific = format!("{value:.last$e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(SMALLEST_EXPONENT..LARGEST_EXPONENT).contains(&exponent) {
        return format!("{}e{exponent}", without_trailing_zeros(mantissa));
    }
    let decimals = usize::try_from(i32::try_from(last).unwrap_or(i32::MAX) - exponent).unwrap_or(0);
    without_trailing_zeros(&format!("{value:.decimals$}")).to_owned()
}

fn without_trailing_zeros(number: &str) -> &str {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number }
}

/// How many decimals a column of values gets, so that they line up and their differences show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Precision {
    decimals: usize,
}

impl Precision {
    /// Enough decimals to tell `values` apart (in practice a run's baseline and best), within six
    /// significant digits of the largest.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.into_iter().filter(|value| value.is_finite()) {
            low = low.min(value);
            high = high.max(value);
        }
        let largest = low.abs().max(high.abs());
        let spread = high - low;
        if !spread.is_finite() || largest == 0.0 {
            return Self { decimals: 2 };
        }
        let decimals = |digits: i32, value: f64| digits - 1 - exponent(value);
        let different = if spread > 0.0 { decimals(SPREAD_DIGITS, spread) } else { 0 };
        let wanted = different.max(decimals(COLUMN_DIGITS, largest));
        let most = decimals(i32::try_from(METRIC_DIGITS).unwrap_or(6), largest).max(0);
        Self { decimals: usize::try_from(wanted.clamp(0, most)).unwrap_or(0).min(12) }
    }

    /// The value with this many decimals; one that would lose its digits that way (very small or very large
    /// beside the others) is written in its own way instead.
    pub fn show(self, value: f64) -> String {
        let Self { decimals } = self;
        let size = value.abs();
        if size == 0.0 {
            return format!("{:.decimals$}", 0.0);
        }
        if !value.is_finite() || exponent(size) < 1 - i32::try_from(decimals).unwrap_or(0) {
            return significant(value, 3);
        }
        if exponent(size) >= LARGEST_EXPONENT {
            return significant(value, 4);
        }
        format!("{value:.decimals$}")
    }
}

/// The decimal exponent of a positive, finite number.
#[expect(clippy::cast_possible_truncation, reason = "a double's decimal exponent is within ±324")]
fn exponent(value: f64) -> i32 {
    value.log10().floor() as i32
}

/// How much better `value` is than `baseline`, relative to the baseline's size: `+241 %`, `−3.5 %`, `0 %`.
/// Better is positive whatever the goal. From a baseline of zero the difference itself is given: `+0.5`.
pub fn improvement(value: f64, baseline: f64, maximize: bool) -> String {
    let gain = if maximize { value - baseline } else { baseline - value };
    let percent = gain / baseline.abs() * 100.0;
    if percent.is_finite() { format!("{} %", signed(percent)) } else { signed(gain) }
}

fn signed(value: f64) -> String {
    match significant(value.abs(), 3) {
        zero if zero == "0" => zero,
        size if value < 0.0 => format!("−{size}"),
        size => format!("+{size}"),
    }
}

/// A count in few characters: `950`, `4.2k`, `412k`, `1.3M`, `12M`.
#[expect(clippy::cast_precision_loss, reason = "shown with two or three digits")]
pub fn tokens(count: u64) -> String {
    let count_f = count as f64;
    match count {
        0..=999 => count.to_string(),
        1_000..=9_949 => format!("{:.1}k", count_f / 1e3),
        9_950..=999_499 => format!("{:.0}k", count_f / 1e3),
        999_500..=9_949_999 => format!("{:.1}M", count_f / 1e6),
        9_950_000..=999_499_999 => format!("{:.0}M", count_f / 1e6),
        _ => format!("{:.1}G", count_f / 1e9),
    }
}

/// An amount of US dollars: cents, or two digits of what is less: `$1.05`, `$0.0012`.
pub fn dollars(amount: f64) -> String {
    let decimals = if amount == 0.0 || amount >= 0.1 {
        2
    } else {
        // The place of the second digit that is not 0.
        (2..9).find(|decimals| amount * 10_f64.powi(*decimals) >= 9.5).unwrap_or(9)
    };
    format!("${amount:.*}", usize::try_from(decimals).unwrap_or(2))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn metrics_have_six_digits_and_no_noise() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (3.41, "3.41"),
            (0.1 + 0.2, "0.3"),
            (-2.5, "-2.5"),
            (1_234_567.891, "1234568"),
            (999.999_96, "1000"),
            (0.000_012_345_678, "0.0000123457"),
            (0.000_000_12, "1.2e-7"),
            (9_876_543_210.0, "9876543210"),
            (98_765_432_100.0, "9.87654e10"),
            (1e300, "1e300"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(metric(value), text);
        }
    }

    #[test]
    fn a_spread_is_shown_where_there_is_one() {
        assert_eq!(spread(Some(0.0512), 3), " ± 0.051 (3)");
        assert_eq!(spread(Some(123.4), 2), " ± 123 (2)");
        assert_eq!([spread(None, 1), spread(Some(0.0), 3), spread(Some(0.5), 1)], ["", "", ""]);
    }

    #[test]
    fn columns_show_what_differs() {
        let show = |values: &[f64]| {
            let precision = Precision::of(values.iter().copied());
            values.iter().map(|&value| precision.show(value)).collect::<Vec<_>>()
        };
        assert_eq!(show(&[1.0, 3.41]), ["1.00", "3.41"]);
        assert_eq!(show(&[0.912, 0.9135]), ["0.9120", "0.9135"]);
        assert_eq!(show(&[1.0]), ["1.00"]);
        assert_eq!(show(&[1.0, 1.537]), ["1.00", "1.54"]);
        assert_eq!(show(&[0.0]), ["0.00"]);
        assert_eq!(show(&[]), [] as [&str; 0]);
        assert_eq!(show(&[123_456.0, 98_765.0]), ["123456", "98765"]);
        assert_eq!(show(&[1000.0, 0.001]), ["1000", "0.001"]);
        assert_eq!(show(&[1e12, 2e12]), ["1e12", "2e12"]);
    }

    #[test]
    fn improvement_is_positive_when_better() {
        for (value, baseline, maximize, text) in [
            (3.41, 1.0, true, "+241 %"),
            (5.0, 10.0, false, "+50 %"),
            (12.0, 10.0, false, "−20 %"),
            (-1.0, -2.0, true, "+50 %"),
            (1.0, 1.0, true, "0 %"),
            (1.001, 1.0, true, "+0.1 %"),
            (0.5, 0.0, true, "+0.5"),
            (0.5, 0.0, false, "−0.5"),
        ] {
            assert_eq!(improvement(value, baseline, maximize), text);
        }
    }

    #[test]
    fn counts_are_short() {
        for (count, text) in [
            (0, "0"),
            (999, "999"),
            (4_215, "4.2k"),
            (9_960, "10k"),
            (412_345, "412k"),
            (999_999, "1.0M"),
            (1_300_000, "1.3M"),
            (12_345_678, "12M"),
            (4_200_000_000, "4.2G"),
        ] {
            assert_eq!(tokens(count), text);
        }
    }

    proptest! {
        #[test]
        fn exact_reads_back(value in proptest::num::f64::NORMAL | proptest::num::f64::ZERO) {
            prop_assert_eq!(exact(value).parse::<f64>().unwrap(), value);
        }

        #[test]
        fn any_number_is_short_and_close(value in proptest::num::f64::NORMAL) {
            let text = metric(value);
            prop_assert!(text.len() <= 14, "{}", text);
            let back: f64 = text.parse().unwrap();
            prop_assert!(((back - value) / value).abs() < 1e-5);
        }

        #[test]
        fn any_column_is_shown(values in proptest::collection::vec(proptest::num::f64::ANY, 0..4)) {
            let precision = Precision::of(values.iter().copied());
            for value in values {
                prop_assert!(precision.show(value).len() <= 24);
                let _ = improvement(value, 1.0, true);
            }
        }
    }
}
