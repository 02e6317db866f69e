//! Where the random numbers of a decision come from.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::run::NodeId;

/// The random stream of one step: a function of the run's seed and the step alone, so that a run
/// repeats exactly, also across restarts.
pub(super) fn step_rng(seed: u64, node: NodeId) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(u64::from(node.0));
    rng
}

/// The random stream that chooses a step's model: another than the policy's, whose choices do not depend on it.
pub(super) fn model_rng(seed: u64, node: NodeId) -> ChaCha8Rng {
    /// The digits of the square root of 2, as far as they fit.
    const APART: u64 = 14_142_135_623_730_950_488;
    step_rng(seed ^ APART, node)
}
