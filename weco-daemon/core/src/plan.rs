//! How often a version is measured, and when that is enough.

use crate::run::{Goal, NodeId};
use crate::spread;
use crate::state::RunState;
use crate::tree::{Node, lower_bound};

/// The most often that one evaluation may run the command.
pub const MAX_REPEATS: u32 = 100;

/// A budget from which on noise is looked for: the user's own code is measured twice, and the best versions again at
/// the end. Of a smaller one that would take too much.
pub const NOISE_STEPS: u32 = 20;

/// Standard errors in its favour with which a version must be able to win to be measured once more.
const BENEFIT_OF_DOUBT: f64 = 2.0;

/// What one evaluation does: runs the command until [`Plan::goes_on`] says that it is enough, then perhaps the command
/// that verifies.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Plan {
    /// Runs of the command at most, at least 1.
    pub repeats: u32,
    /// Which values are better.
    pub goal: Goal,
    /// The score to beat: the lower bound of the best so far; none if there is nothing to win.
    pub bar: Option<f64>,
    /// The standard deviation of a single measurement, as far as it is known.
    pub sigma: Option<f64>,
    /// Whether it is verified however it does, and not only if it beats the bar.
    pub always_verified: bool,
}

impl Plan {
    /// Whether the command is run once more after these values of the metric.
    pub fn goes_on(&self, samples: &[f64]) -> bool {
        samples.len() < self.repeats as usize && self.may_win(samples)
    }

    /// Whether a version with these values is to be verified before it counts.
    pub fn verifies(&self, samples: &[f64]) -> bool {
        let score = spread::mean(samples).map(|mean| self.goal.score(mean));
        self.always_verified || self.bar.is_none_or(|bar| score.is_some_and(|score| score > bar))
    }

    /// Whether all runs together may still beat the bar.
    fn may_win(&self, samples: &[f64]) -> bool {
        let (Some(bar), Some(mean)) = (self.bar, spread::mean(samples)) else { return true };
        // Of versions that differ in their noise, its own counts if it is the larger.
        let own = spread::deviation(samples);
        let Some(sigma) = self.sigma.into_iter().chain(own).reduce(f64::max) else { return true };
        let so_far = u32::try_from(samples.len()).unwrap_or(u32::MAX);
        let doubt = BENEFIT_OF_DOUBT * sigma / f64::from(so_far).sqrt();
        lower_bound(self.goal.score(mean) + doubt, self.repeats, sigma) > bar
    }
}

impl RunState {
    /// How a node is evaluated that is about to be.
    pub fn plan(&self, node: &Node) -> Plan {
        let repeats = self.spec().measurement.repeats;
        let is_baseline = node.id == NodeId::BASELINE;
        // Twice the same code shows whether there is noise.
        let unasked = if is_baseline && self.steps() >= NOISE_STEPS { 2 } else { 1 };
        let must_win = !is_baseline && node.recheck.is_none();
        let (tree, goal) = (self.tree(), self.spec().goal);
        Plan {
            repeats: repeats.unwrap_or(unasked).clamp(1, MAX_REPEATS),
            goal,
            bar: tree.best().filter(|_| must_win).and_then(|best| tree.lower_bound(best)),
            sigma: tree.sigma(),
            always_verified: !must_win,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PLAN: Plan =
        Plan { repeats: 4, goal: Goal::Minimize, bar: Some(-10.0), sigma: Some(1.0), always_verified: false };

    #[test]
    fn what_cannot_win_is_not_measured_again() {
        assert!(PLAN.goes_on(&[]));
        // 11.4 - 2 + 0.5 = 9.9, and 11.6 - 2 + 0.5 = 10.1, against 10.
        assert!(PLAN.goes_on(&[11.4]));
        assert!(!PLAN.goes_on(&[11.6]));
        assert!(!PLAN.goes_on(&[11.4, 11.4]), "two such are no accident");
        assert!(PLAN.goes_on(&[9.0, 9.0, 9.0]));
        assert!(!PLAN.goes_on(&[9.0; 4]), "all runs are made");
    }

    #[test]
    fn without_noise_the_first_run_tells() {
        let exact = Plan { sigma: Some(0.0), ..PLAN };
        assert!(!exact.goes_on(&[10.0]));
        assert!(exact.goes_on(&[9.9]));
    }

    #[test]
    fn as_long_as_nothing_is_known_of_the_noise_it_is_measured() {
        let unknown = Plan { sigma: None, ..PLAN };
        assert!(unknown.goes_on(&[1e6]));
        assert!(!unknown.goes_on(&[1e6, 1e6]), "now it is");
        assert!(Plan { bar: None, ..PLAN }.goes_on(&[1e6, 1e6]), "there is nothing to beat");
    }

    #[test]
    fn what_beats_the_bar_is_verified() {
        assert!(PLAN.verifies(&[9.9]));
        assert!(!PLAN.verifies(&[10.0]));
        assert!(Plan { bar: None, ..PLAN }.verifies(&[10.0]));
        assert!(Plan { always_verified: true, ..PLAN }.verifies(&[10.0]));
    }

    proptest! {
        #[test]
        fn it_comes_to_an_end(
            value in -1e3..1e3, bar in proptest::option::of(-1e3..1e3), sigma in proptest::option::of(0.0..10.0),
            repeats in 1_u32..=MAX_REPEATS,
        ) {
            let plan = Plan { repeats, goal: Goal::Maximize, bar, sigma, always_verified: false };
            let mut samples = Vec::new();
            while plan.goes_on(&samples) {
                samples.push(value);
            }
            prop_assert!((1..=repeats as usize).contains(&samples.len()));
        }
    }
}
