//! How many of some attempts came to something.

use serde::{Deserialize, Serialize};

/// Attempts and successes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Tally {
    /// All attempts.
    pub tried: u32,
    /// Those that came to something.
    pub worked: u32,
}

impl Tally {
    /// One more attempt.
    pub(super) fn add(&mut self, worked: bool) {
        self.tried = self.tried.saturating_add(1);
        self.worked = self.worked.saturating_add(u32::from(worked));
    }

    /// The share of successes to be expected of the next attempts, `before` being what was expected before the first:
    /// that counts as much as [`Self::PRIOR`] attempts.
    pub fn chance(self, before: f64) -> f64 {
        let worked = f64::from(self.worked) + before * f64::from(Self::PRIOR);
        worked / (f64::from(self.tried) + f64::from(Self::PRIOR))
    }

    /// Attempts that an expectation is worth.
    pub const PRIOR: u32 = 4;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expectation_gives_way_to_what_is_seen() {
        let mut tally = Tally::default();
        assert_eq!(tally.chance(0.75), 0.75);
        (0..4).for_each(|at| tally.add(at == 0));
        assert_eq!((tally.chance(0.75), tally.chance(0.25)), (0.5, 0.25));
    }
}
