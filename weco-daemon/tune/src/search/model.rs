//! A picture of the score over the space: Gaussian-process regression on the remembered versions.
//!
//! The kernel is Matérn 5/2 with one length per literal (automatic relevance determination), after
//! Rasmussen and Williams, *Gaussian Processes for Machine Learning* (2006), chapters 2, 4 and 5.
//! Every result moves one length and the noise a little towards a higher marginal likelihood, so the
//! cost of a step is that of a few small factorisations, however many versions there were.

use super::space::{Space, real};

/// Spread of the prior over the logarithm of a length.
const PRIOR_SPREAD: f64 = 0.9;
/// How far a length is moved in one try.
const NUDGE: f64 = 1.6;
/// Least and most share of the variance that is noise.
const NOISE: (f64, f64) = (1e-4, 0.5);

/// The model's shape, learned along the way.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    /// Inverse squared length per literal.
    weights: Vec<f64>,
    prior: f64,
    metric: Vec<bool>,
    noise: f64,
    turn: usize,
}

/// The model fitted to versions.
pub(crate) struct Fit<'a> {
    model: &'a Model,
    genes: Vec<&'a [f64]>,
    factor: Cholesky,
    alpha: Vec<f64>,
}

impl Model {
    pub(crate) fn new(space: &Space) -> Self {
        let count = real(space.dims.len());
        // Lengths grow with the number of literals, as typical distances do.
        let length = 0.4 * (count / 2.0).max(1.0).sqrt();
        let prior = 1.0 / (length * length);
        let metric = space.dims.iter().map(|dim| dim.metric).collect();
        Self { weights: vec![prior; space.dims.len()], prior, metric, noise: 1e-2, turn: 0 }
    }

    fn kernel(&self, a: &[f64], b: &[f64]) -> f64 {
        let mut square = 0.0;
        for (((a, b), weight), metric) in a.iter().zip(b).zip(&self.weights).zip(&self.metric) {
            let delta = if *metric { a - b } else { f64::from(u8::from(a != b)) * 0.6 };
            square += weight * delta * delta;
        }
        let r = (5.0 * square).sqrt();
        (1.0 + r + r * r / 3.0) * (-r).exp()
    }

    fn factor(&self, genes: &[&[f64]]) -> Cholesky {
        let count = genes.len();
        let mut matrix = vec![0.0; count * count];
        for i in 0..count {
            for j in 0..i {
                matrix[i * count + j] = self.kernel(genes[i], genes[j]);
            }
            matrix[i * count + i] = 1.0 + self.noise;
        }
        Cholesky::new(matrix, count)
    }

    fn likelihood(&self, genes: &[&[f64]], targets: &[f64]) -> f64 {
        let factor = self.factor(genes);
        let whitened = factor.forward(targets);
        let fit: f64 = whitened.iter().map(|value| value * value).sum();
        let prior: f64 =
            self.weights.iter().map(|weight| (0.5 * (weight / self.prior).ln() / PRIOR_SPREAD).powi(2)).sum();
        -0.5 * fit - factor.log_diagonal() - 0.5 * prior
    }

    /// Adapts the next length in turn, and every so often the noise.
    pub(crate) fn learn(&mut self, genes: &[&[f64]], targets: &[f64]) {
        if genes.len() < 4 {
            return;
        }
        let now = self.likelihood(genes, targets);
        let slot = self.turn % (self.weights.len() + 1);
        self.turn += 1;
        let tries = [NUDGE * NUDGE, 1.0 / (NUDGE * NUDGE)].map(|factor| {
            let mut other = self.clone();
            match other.weights.get_mut(slot) {
                Some(weight) => *weight *= factor,
                None => other.noise = (other.noise * factor).clamp(NOISE.0, NOISE.1),
            }
            (other.likelihood(genes, targets), other)
        });
        let best =
            tries.into_iter().filter(|(likelihood, _)| *likelihood > now).max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((_, better)) = best {
            *self = better;
        }
    }

    /// Fits versions and their targets (zero mean, unit variance).
    pub(crate) fn fit<'a>(&'a self, genes: Vec<&'a [f64]>, targets: &[f64]) -> Fit<'a> {
        let factor = self.factor(&genes);
        let alpha = factor.backward(factor.forward(targets));
        Fit { model: self, genes, factor, alpha }
    }
}

impl Fit<'_> {
    /// What to expect somewhere: mean and standard deviation.
    pub(crate) fn predict(&self, genes: &[f64]) -> (f64, f64) {
        let nearness: Vec<f64> = self.genes.iter().map(|known| self.model.kernel(known, genes)).collect();
        let mean = nearness.iter().zip(&self.alpha).map(|(k, alpha)| k * alpha).sum();
        let explained: f64 = self.factor.forward(&nearness).iter().map(|value| value * value).sum();
        (mean, (1.0 - explained).max(1e-9).sqrt())
    }
}

/// A lower triangular factor.
struct Cholesky {
    lower: Vec<f64>,
    count: usize,
}

impl Cholesky {
    /// Factors a symmetric matrix given by its lower half, row by row.
    fn new(mut matrix: Vec<f64>, count: usize) -> Self {
        for i in 0..count {
            for j in 0..=i {
                let (head, tail) = matrix.split_at(i * count);
                let row = &tail[..j];
                let other = if i == j { row } else { &head[j * count..j * count + j] };
                let sum = tail[j] - row.iter().zip(other).map(|(a, b)| a * b).sum::<f64>();
                matrix[i * count + j] =
                    if i == j { sum.max(1e-10).sqrt() } else { sum / matrix[j * count + j] };
            }
        }
        Self { lower: matrix, count }
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.lower[i * self.count..i * self.count + i + 1]
    }

    fn forward(&self, right: &[f64]) -> Vec<f64> {
        let mut solved: Vec<f64> = Vec::with_capacity(self.count);
        for i in 0..self.count {
            let row = self.row(i);
            let sum: f64 = row.iter().zip(&solved).map(|(a, b)| a * b).sum();
            solved.push((right[i] - sum) / row[i]);
        }
        solved
    }

    fn backward(&self, mut right: Vec<f64>) -> Vec<f64> {
        for i in (0..self.count).rev() {
            let row = self.row(i);
            right[i] /= row[i];
            let value = right[i];
            for (j, factor) in row[..i].iter().enumerate() {
                right[j] -= factor * value;
            }
        }
        right
    }

    fn log_diagonal(&self) -> f64 {
        (0..self.count).map(|i| self.row(i)[i].ln()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::literal::{Domain, Scale};

    fn space(dims: usize) -> Space {
        let literal = |i: usize| crate::literal::Literal {
            path: "a".into(),
            line: 1,
            name: i.to_string(),
            text: "0.5".into(),
            domain: Domain::Float { min: 0.0, max: 1.0, scale: Scale::Linear },
            baseline: crate::literal::Value::Float(0.5),
            annotated: true,
            range: 0..3,
            style: crate::number::Style::default(),
            tier: crate::literal::Tier::Annotated,
        };
        Space::new(&(0..dims).map(literal).collect::<Vec<_>>())
    }

    #[test]
    fn factors_and_solves() {
        let factor = Cholesky::new(vec![4.0, 0.0, 0.0, 2.0, 5.0, 0.0, 1.0, 3.0, 6.0], 3);
        let solved = factor.backward(factor.forward(&[1.0, 2.0, 3.0]));
        let back = [
            4.0 * solved[0] + 2.0 * solved[1] + solved[2],
            2.0 * solved[0] + 5.0 * solved[1] + 3.0 * solved[2],
        ];
        assert!((back[0] - 1.0).abs() < 1e-12 && (back[1] - 2.0).abs() < 1e-12);
    }

    #[test]
    fn learns_which_literal_matters() {
        let space = space(2);
        let mut model = Model::new(&space);
        let points: Vec<[f64; 2]> =
            (0..30u32).map(|i| [f64::from(i * 7 % 30) / 30.0, f64::from(i * 11 % 30) / 30.0]).collect();
        let genes: Vec<&[f64]> = points.iter().map(<[f64; 2]>::as_slice).collect();
        let targets: Vec<f64> = points.iter().map(|point| 1.4 * (6.0 * point[0]).sin()).collect();
        (0..30).for_each(|_| model.learn(&genes, &targets));
        assert!(model.weights[0] > 4.0 * model.weights[1], "{:?}", model.weights);
        let fit = model.fit(genes, &targets);
        let (mean, deviation) = fit.predict(&[0.26, 0.9]);
        assert!((mean - 1.4 * (6.0f64 * 0.26).sin()).abs() < 0.25 && deviation < 0.4, "{mean} ± {deviation}");
    }
}
