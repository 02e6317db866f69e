/// A mean and how sure it is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Its standard error: the sample's standard deviation over √n; not a number for fewer than two values.
    pub standard_error: f64,
}

impl Estimate {
    /// From independent values.
    pub fn of(values: &[f64]) -> Self {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Self { mean, standard_error: (squares / (count - 1.0) / count).sqrt() }
    }
}

/// The median; none of nothing. Of an even number, the mean of the middle two.
pub fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

/// The rank of each score among all: 1 for the largest; equals share the mean of their ranks.
pub fn ranks(scores: &[f64]) -> Vec<f64> {
    let rank = |score: &f64| {
        let better = scores.iter().filter(|other| *other > score).count();
        let equal = scores.iter().filter(|other| *other == score).count();
        better as f64 + (equal as f64 + 1.0) / 2.0
    };
    scores.iter().map(rank).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_is_mean_and_standard_error() {
        let Estimate { mean, standard_error } = Estimate::of(&[1.0, 2.0, 3.0, 4.0]);
        assert_eq!(mean, 2.5);
        // The variance is 5/3.
        assert!((standard_error - (5.0_f64 / 3.0 / 4.0).sqrt()).abs() < 1e-12);
        assert!(Estimate::of(&[1.0]).standard_error.is_nan());
    }

    #[test]
    fn equals_share_their_ranks() {
        assert_eq!(ranks(&[1.0, 3.0, 2.0]), [3.0, 1.0, 2.0]);
        assert_eq!(ranks(&[2.0, 2.0, 1.0]), [1.5, 1.5, 3.0]);
    }
}
