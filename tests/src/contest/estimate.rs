//! How sure a mean is, in words.

use weco_bench_search::report::Estimate;

/// Whether it is beyond two standard errors, above 0 or below.
pub(super) fn verdict(estimate: Estimate) -> &'static str {
    let Estimate { mean, standard_error } = estimate;
    if mean > 2.0 * standard_error {
        "better"
    } else if mean < -2.0 * standard_error {
        "worse"
    } else {
        "none"
    }
}

/// The mean with its standard error, if that is known.
pub(super) fn shown(Estimate { mean, standard_error }: Estimate) -> String {
    let decimals = if mean.abs().max(standard_error.abs()) < 10.0 { 4 } else { 2 };
    if standard_error.is_nan() {
        format!("{mean:.decimals$}")
    } else {
        format!("{mean:.decimals$} ±{standard_error:.decimals$}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_needs_two_standard_errors() {
        let told = |values: &[f64]| (verdict(Estimate::of(values)), shown(Estimate::of(values)));
        assert_eq!(told(&[1.0, 2.0, 3.0, 4.0]), ("better", "2.5000 ±0.6455".to_owned()));
        assert_eq!(told(&[-1.0, -1.1]).0, "worse");
        assert_eq!(told(&[-1.0, 1.1]).0, "none");
        assert_eq!(told(&[0.0, 0.0]).0, "none");
        assert_eq!(told(&[12.0]), ("none", "12.00".to_owned()));
    }
}
