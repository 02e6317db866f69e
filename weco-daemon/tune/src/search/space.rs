//! The space of versions: every literal's values laid out between 0 and 1.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::literal::{Domain, Literal, Scale, Value};
use crate::number;

/// One literal as the search sees it. Its place between its bounds is its *gene*, from 0 to 1.
#[derive(Clone, Debug)]
pub(crate) struct Dim {
    domain: Domain,
    /// Whether the genes of different values say how far apart they are.
    pub(crate) metric: bool,
}

/// All literals.
#[derive(Clone, Debug)]
pub(crate) struct Space {
    /// One per literal, in their order.
    pub(crate) dims: Vec<Dim>,
    /// How many versions there are, if few enough to count.
    pub(crate) size: Option<usize>,
}

impl Space {
    pub(crate) fn new(literals: &[Literal]) -> Self {
        let dims: Vec<Dim> = literals.iter().map(|literal| Dim::new(&literal.domain)).collect();
        let size = dims.iter().try_fold(1usize, |product, dim| product.checked_mul(dim.levels()?));
        Self { dims, size }
    }

    /// Where a version is.
    pub(crate) fn genes(&self, values: &[Value]) -> Vec<f64> {
        self.dims.iter().zip(values).map(|(dim, value)| dim.gene(*value)).collect()
    }

    /// Whether all values are within their domains.
    pub(crate) fn contains(&self, values: &[Value]) -> bool {
        self.dims.iter().zip(values).all(|(dim, value)| dim.contains(*value))
    }

    /// The version with a number below [`Space::size`].
    pub(crate) fn nth(&self, mut n: usize) -> Vec<Value> {
        self.dims
            .iter()
            .map(|dim| {
                let levels = dim.levels().unwrap_or(1).max(1);
                let level = n % levels;
                n /= levels;
                dim.level(level)
            })
            .collect()
    }
}

/// A version's identity. Two versions have the same only if they are equal, but for a chance of 2⁻⁶⁴
/// that at worst withholds one.
pub(crate) fn key(values: &[Value]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for value in values {
        match value {
            Value::Int(int) => int.hash(&mut hasher),
            // `-0.0` and `0.0` are one value.
            Value::Float(float) => (float + 0.0).to_bits().hash(&mut hasher),
            Value::Choice(index) => index.hash(&mut hasher),
        }
    }
    hasher.finish()
}

impl Dim {
    fn new(domain: &Domain) -> Self {
        let metric = !matches!(domain, Domain::Choice { ordered: false, .. });
        Self { domain: domain.clone(), metric }
    }

    /// How many values there are, if they can be counted.
    pub(crate) fn levels(&self) -> Option<usize> {
        match &self.domain {
            Domain::Int { min, max, step, .. } => {
                usize::try_from(max.checked_sub(*min)? / step).ok()?.checked_add(1)
            }
            Domain::Float { .. } => None,
            Domain::Choice { texts, .. } => Some(texts.len()),
        }
    }

    /// The distance of neighbours, if there are any; an estimate where they are not evenly spread.
    pub(crate) fn grain(&self) -> f64 {
        match self.levels() {
            Some(levels) if levels > 1 => 1.0 / real(levels - 1),
            _ => 1e-6,
        }
    }

    fn level(&self, level: usize) -> Value {
        match &self.domain {
            Domain::Int { min, max, step, .. } => {
                let offset = i64::try_from(level).unwrap_or(i64::MAX).saturating_mul(*step);
                Value::Int(min.saturating_add(offset).min(*max))
            }
            Domain::Float { min, .. } => Value::Float(*min),
            Domain::Choice { .. } => Value::Choice(level),
        }
    }

    fn contains(&self, value: Value) -> bool {
        match (&self.domain, value) {
            (Domain::Int { min, max, step, .. }, Value::Int(int)) => {
                (*min..=*max).contains(&int) && (i128::from(int) - i128::from(*min)) % i128::from(*step) == 0
            }
            (Domain::Float { min, max, .. }, Value::Float(float)) => (*min..=*max).contains(&float),
            (Domain::Choice { texts, .. }, Value::Choice(index)) => index < texts.len(),
            _ => false,
        }
    }

    /// Where a value is; one out of bounds is at the nearer bound.
    pub(crate) fn gene(&self, value: Value) -> f64 {
        match (&self.domain, value) {
            (Domain::Int { min, max, scale, .. }, Value::Int(int)) => {
                place(wide(int), wide(*min), wide(*max), *scale)
            }
            (Domain::Float { min, max, scale }, Value::Float(float)) => place(float, *min, *max, *scale),
            (Domain::Choice { texts, .. }, Value::Choice(index)) => {
                real(index) / real(texts.len().saturating_sub(1).max(1))
            }
            _ => 0.0,
        }
    }

    /// The value at a gene. `grain` is how exact it has to be: a float gets no more digits than that needs.
    pub(crate) fn value(&self, gene: f64, grain: f64) -> Value {
        let gene = gene.clamp(0.0, 1.0);
        match &self.domain {
            Domain::Int { min, max, step, scale } => {
                let exact = unplace(gene, wide(*min), wide(*max), *scale);
                let steps = ((exact - wide(*min)) / wide(*step)).round();
                #[expect(
                    clippy::as_conversions,
                    reason = "`as` saturates, and the result is brought into bounds"
                )]
                let int = min.saturating_add((steps as i64).saturating_mul(*step));
                Value::Int(if int > *max { int - step } else { int.max(*min) })
            }
            Domain::Float { min, max, scale } => {
                let exact = unplace(gene, *min, *max, *scale);
                let slack = (exact - unplace((gene + grain).min(1.0), *min, *max, *scale)).abs();
                Value::Float(coarse(exact, slack).clamp(*min, *max))
            }
            Domain::Choice { texts, .. } => {
                let last = texts.len().saturating_sub(1);
                #[expect(
                    clippy::as_conversions,
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "between 0 and the last index"
                )]
                Value::Choice(((gene * real(last)).round() as usize).min(last))
            }
        }
    }

    /// The gene at which a positive number is doubled (or halved, for a negative count), if doubling is its way.
    pub(crate) fn doubled(&self, gene: f64, times: f64) -> Option<f64> {
        match &self.domain {
            Domain::Int { min, max, scale: Scale::Doubling, .. } => {
                Some(gene + times * std::f64::consts::LN_2 / (wide(*max) / wide(*min)).abs().ln().abs())
            }
            _ => None,
        }
    }
}

/// Rounds to the fewest digits that are exact to a tenth of `slack`.
fn coarse(exact: f64, slack: f64) -> f64 {
    (1..number::MAX_DIGITS)
        .map(|digits| number::round(exact, digits))
        .find(|rounded| (rounded - exact).abs() <= 0.1 * slack)
        .unwrap_or_else(|| number::round(exact, number::MAX_DIGITS))
}

fn place(value: f64, min: f64, max: f64, scale: Scale) -> f64 {
    let gene = match scale {
        Scale::Linear => (value - min) / (max - min),
        Scale::Log | Scale::Doubling => (value / min).max(f64::MIN_POSITIVE).ln() / (max / min).ln(),
    };
    if gene.is_finite() { gene.clamp(0.0, 1.0) } else { 0.0 }
}

fn unplace(gene: f64, min: f64, max: f64, scale: Scale) -> f64 {
    match scale {
        Scale::Linear => min + gene * (max - min),
        Scale::Log | Scale::Doubling => min * (gene * (max / min).ln()).exp(),
    }
}

#[expect(clippy::as_conversions, reason = "beyond 2^53 the nearest float is meant")]
fn wide(int: i64) -> f64 {
    int as f64
}

/// A count as a real number.
#[expect(clippy::as_conversions, reason = "counts here are far below 2^53")]
pub(crate) fn real(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn dim(domain: &Domain) -> Dim {
        Dim::new(domain)
    }

    fn scale() -> impl Strategy<Value = Scale> {
        prop_oneof![Just(Scale::Linear), Just(Scale::Log), Just(Scale::Doubling)]
    }

    proptest! {
        #[test]
        fn every_int_survives_the_round_trip(min in 1i64..100, width in 1i64..2000, at in 0.0f64..1.0, scale in scale(), sign in any::<bool>()) {
            let (min, max) = if sign { (min, min + width) } else { (-min - width, -min) };
            let dim = dim(&Domain::Int { min, max, step: 1, scale });
            let Value::Int(int) = dim.value(at, 0.0) else { panic!("an integer") };
            prop_assert!((min..=max).contains(&int));
            prop_assert_eq!(dim.value(dim.gene(Value::Int(int)), 0.0), Value::Int(int));
        }

        #[test]
        fn floats_stay_in_bounds_and_close(at in 0.0f64..1.0, scale in scale(), grain in 1e-4f64..0.3) {
            let dim = dim(&Domain::Float { min: 0.01, max: 10.0, scale });
            let value = dim.value(at, grain);
            prop_assert!(dim.contains(value));
            prop_assert!((dim.gene(value) - at).abs() <= 0.5 * grain + 1e-5);
        }
    }

    #[test]
    fn counts_and_enumerates() {
        let dims = vec![
            dim(&Domain::Int { min: 1, max: 10, step: 3, scale: Scale::Linear }),
            dim(&Domain::Choice { texts: vec!["a".into(), "b".into()], ordered: false }),
        ];
        let space = Space { size: Some(8), dims };
        let all: std::collections::BTreeSet<String> = (0..8).map(|n| format!("{:?}", space.nth(n))).collect();
        assert_eq!(all.len(), 8);
        assert!((0..8).all(|n| space.contains(&space.nth(n))));
    }

    #[test]
    fn doubles_powers_of_two() {
        let dim = dim(&Domain::Int { min: 2, max: 512, step: 1, scale: Scale::Doubling });
        let gene = dim.gene(Value::Int(32));
        assert_eq!(dim.value(dim.doubled(gene, 1.0).unwrap(), 0.0), Value::Int(64));
        assert_eq!(dim.value(dim.doubled(gene, -2.0).unwrap(), 0.0), Value::Int(8));
    }

    #[test]
    fn writes_few_digits_for_big_steps() {
        let dim = dim(&Domain::Float { min: 0.001, max: 1.0, scale: Scale::Log });
        let Value::Float(float) = dim.value(0.71, 0.1) else { panic!("a float") };
        assert_eq!(float, 0.13);
    }
}
