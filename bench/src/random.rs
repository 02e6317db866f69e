//! Streams of randomness that are functions of what they are for, so that all policies meet the same luck.

use std::f64::consts::TAU;

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use weco_core::run::NodeId;

/// What a stream is for. Streams of different purposes are independent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// The landscape of a family for one seed.
    World,
    /// What the proposer makes at a step.
    Child,
    /// The error of a measurement.
    Noise,
    /// How long an evaluation takes.
    Duration,
    /// Which seeds a mean is taken over again, to see how sure it is.
    Resample,
}

/// The stream of a family, a seed, a purpose and a node. It knows of no policy: whoever asks for the same kind of
/// child of the same parent at the same step gets the same child (common random numbers).
pub fn stream(family: &str, seed: u64, purpose: Purpose, node: NodeId) -> ChaCha8Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&fnv1a(family).to_le_bytes());
    key[16] = purpose as u8;
    let mut rng = ChaCha8Rng::from_seed(key);
    rng.set_stream(u64::from(node.0));
    rng
}

/// The errors of a node's measurements, one after another, at an attempt at its evaluation: whoever measures again
/// draws again. It knows of no policy either.
pub fn errors(family: &str, seed: u64, node: NodeId, attempt: u32) -> ChaCha8Rng {
    let mut rng = stream(family, seed, Purpose::Noise, node);
    rng.set_stream(u64::from(attempt) << 32 | u64::from(node.0));
    rng
}

/// A draw from the standard normal distribution (Box and Muller, "A Note on the Generation of Random Normal
/// Deviates", 1958).
pub fn normal(rng: &mut dyn Rng) -> f64 {
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    radius * (TAU * rng.random::<f64>()).cos()
}

/// The 64-bit hash FNV-1a, with its published constants: the same in every build.
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_by_what_they_are_for() {
        let first = |family, seed, purpose, node| stream(family, seed, purpose, NodeId(node)).random::<u64>();
        let one = first("smooth", 1, Purpose::Child, 1);
        assert_eq!(one, first("smooth", 1, Purpose::Child, 1));
        assert_ne!(one, first("needle", 1, Purpose::Child, 1));
        assert_ne!(one, first("smooth", 2, Purpose::Child, 1));
        assert_ne!(one, first("smooth", 1, Purpose::Noise, 1));
        assert_ne!(one, first("smooth", 1, Purpose::Child, 2));
    }

    #[test]
    fn another_measurement_errs_differently() {
        let first = |node, attempt| errors("smooth", 1, NodeId(node), attempt).random::<u64>();
        assert_eq!(first(1, 1), first(1, 1));
        assert_ne!(first(1, 1), first(1, 2));
        assert_ne!(first(1, 1), first(2, 1));
    }

    #[test]
    fn normal_draws_have_mean_0_and_variance_1() {
        let mut rng = stream("any", 0, Purpose::Noise, NodeId(0));
        let draws: Vec<f64> = (0..20_000).map(|_| normal(&mut rng)).collect();
        let mean = draws.iter().sum::<f64>() / 20_000.0;
        let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 20_000.0;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
    }
}
