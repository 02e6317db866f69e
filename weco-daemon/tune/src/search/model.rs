//! A picture of the score over the space: Gaussian-process regression on the remembered versions.
//!
//! The kernel is Matérn 5/2 with one length per literal (automatic relevance determination), after
//! Rasmussen and Williams, *Gaussian Processes for Machine Learning* (2006), chapters 2, 4 and 5.
//! Every result moves the lengths and the noise a step towards a higher marginal likelihood, so the
//! cost is that of a small factorisation, however many versions there were.

use super::space::{Space, real};

/// Spread of the prior over the logarithm of a length.
const PRIOR_SPREAD: f64 = 1.2;
/// How far lengths follow the gradient, in logarithms,
const RATE: f64 = 0.4;
/// but no farther than this at once.
const LONGEST_STEP: f64 = 0.6;
/// How far apart two choices count, as a share of a range.
const CHOICE_APART: f64 = 0.6;
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
    skill: f64,
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
        Self { weights: vec![prior; space.dims.len()], prior, metric, noise: 1e-2, skill: 0.0 }
    }

    /// The difference of two versions in one literal; different choices are a fixed way apart.
    fn delta(&self, literal: usize, a: f64, b: f64) -> f64 {
        if self.metric[literal] { a - b } else { f64::from(u8::from(a != b)) * CHOICE_APART }
    }

    /// Squared distance of two versions in units of the lengths.
    fn square(&self, a: &[f64], b: &[f64]) -> f64 {
        let mut square = 0.0;
        for (literal, (a, b)) in a.iter().zip(b).enumerate() {
            let delta = self.delta(literal, *a, *b);
            square += self.weights[literal] * delta * delta;
        }
        square
    }

    /// The lower half of the squared distances, row by row.
    fn squares(&self, genes: &[&[f64]]) -> Vec<f64> {
        let pairs = genes.iter().enumerate().flat_map(|(i, a)| genes[..i].iter().map(move |b| (a, b)));
        pairs.map(|(a, b)| self.square(a, b)).collect()
    }

    fn factor(&self, squares: &[f64], count: usize) -> Cholesky {
        let mut matrix = vec![0.0; count * count];
        let mut squares = squares.iter();
        for i in 0..count {
            for (entry, square) in matrix[i * count..i * count + i].iter_mut().zip(&mut squares) {
                *entry = matern(*square);
            }
            matrix[i * count + i] = 1.0 + self.noise;
        }
        Cholesky::new(matrix, count)
    }

    /// Moves the lengths and the noise a step up the gradient of the likelihood of what is known, and
    /// finds out how well the model does.
    pub(crate) fn learn(&mut self, genes: &[&[f64]], targets: &[f64]) {
        let count = targets.len();
        if count < 4 {
            return;
        }
        let squares = self.squares(genes);
        let factor = self.factor(&squares, count);
        let alpha = factor.backward(factor.forward(targets));
        let inverse = factor.inverse();
        self.skill = skill(&alpha, &inverse, targets);
        let mut slopes = vec![0.0; self.weights.len()];
        let pairs = (0..count).flat_map(|i| (0..i).map(move |j| (i, j)));
        for ((i, j), square) in pairs.zip(squares) {
            let pull = (alpha[i] * alpha[j] - inverse[i * count + j]) * matern_slope(square);
            for (literal, slope) in slopes.iter_mut().enumerate() {
                let delta = self.delta(literal, genes[i][literal], genes[j][literal]);
                *slope += pull * delta * delta;
            }
        }
        for (weight, slope) in self.weights.iter_mut().zip(slopes) {
            let up = *weight * slope - 0.25 * (*weight / self.prior).ln() / (PRIOR_SPREAD * PRIOR_SPREAD);
            *weight *= (RATE * up).clamp(-LONGEST_STEP, LONGEST_STEP).exp();
        }
        let trace: f64 = (0..count).map(|i| alpha[i] * alpha[i] - inverse[i * count + i]).sum();
        let up = 0.5 * self.noise * trace;
        self.noise =
            (self.noise * (RATE * up).clamp(-LONGEST_STEP, LONGEST_STEP).exp()).clamp(NOISE.0, NOISE.1);
    }

    /// The share of the targets' variance that the model explains of versions left out, from 0 to 1.
    pub(crate) fn skill(&self) -> f64 {
        self.skill
    }

    /// How much each literal matters: 1 for the one that matters most.
    pub(crate) fn relevance(&self) -> Vec<f64> {
        let most = self.weights.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        self.weights.iter().map(|weight| (weight / most).sqrt()).collect()
    }

    /// Fits versions and their targets (zero mean, unit variance).
    pub(crate) fn fit<'a>(&'a self, genes: Vec<&'a [f64]>, targets: &[f64]) -> Fit<'a> {
        let factor = self.factor(&self.squares(&genes), targets.len());
        let alpha = factor.backward(factor.forward(targets));
        Fit { model: self, genes, factor, alpha }
    }
}

impl Fit<'_> {
    /// What to expect somewhere: mean and standard deviation.
    pub(crate) fn predict(&self, genes: &[f64]) -> (f64, f64) {
        let nearness: Vec<f64> =
            self.genes.iter().map(|known| matern(self.model.square(known, genes))).collect();
        let mean = dot(&nearness, &self.alpha);
        let whitened = self.factor.forward(&nearness);
        let explained = dot(&whitened, &whitened);
        (mean, (1.0 - explained).max(1e-9).sqrt())
    }
}

/// Matérn 5/2 covariance of a squared distance.
fn matern(square: f64) -> f64 {
    let r = (5.0 * square).sqrt();
    (1.0 + r + r * r / 3.0) * (-r).exp()
}

/// Its derivative by the squared distance.
fn matern_slope(square: f64) -> f64 {
    let r = (5.0 * square).sqrt();
    -5.0 / 6.0 * (1.0 + r) * (-r).exp()
}

/// One less the mean squared error of leaving each version out in turn (equation 5.12).
fn skill(alpha: &[f64], inverse: &[f64], targets: &[f64]) -> f64 {
    let count = targets.len();
    let errors: f64 =
        alpha.iter().enumerate().map(|(i, alpha)| (alpha / inverse[i * count + i]).powi(2)).sum();
    (1.0 - errors / dot(targets, targets)).clamp(0.0, 1.0)
}

/// A scalar product, in four sums at once: in one, every addition would wait for the last.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a4, a1) = a.as_chunks::<4>();
    let (b4, b1) = b.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for (a, b) in a4.iter().zip(b4) {
        for i in 0..4 {
            sums[i] += a[i] * b[i];
        }
    }
    let rest: f64 = a1.iter().zip(b1).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
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
                let sum = tail[j] - dot(row, other);
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
            solved.push((right[i] - dot(&row[..i], &solved)) / row[i]);
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

    /// The inverse of the factored matrix.
    fn inverse(&self) -> Vec<f64> {
        let count = self.count;
        // Rows of the transposed inverse factor: zero before the diagonal.
        let mut columns = vec![0.0; count * count];
        for j in 0..count {
            let column = &mut columns[j * count..(j + 1) * count];
            column[j] = 1.0 / self.row(j)[j];
            for i in j + 1..count {
                let row = self.row(i);
                column[i] = -dot(&row[j..i], &column[j..i]) / row[i];
            }
        }
        let mut inverse = vec![0.0; count * count];
        for i in 0..count {
            for j in 0..=i {
                let value =
                    dot(&columns[i * count + i..(i + 1) * count], &columns[j * count + i..(j + 1) * count]);
                inverse[i * count + j] = value;
                inverse[j * count + i] = value;
            }
        }
        inverse
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
        let inverse = factor.inverse();
        let by_inverse: f64 = inverse[..3].iter().zip([1.0, 2.0, 3.0]).map(|(a, b)| a * b).sum();
        assert!((by_inverse - solved[0]).abs() < 1e-12);
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
