//! How much a measurement errs.

use clap::ValueEnum;

/// The standard deviation of an evaluation's error, on the families' scale of 0 to 10. The levels are those of the
/// project's first simulation of search policies.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Noise {
    /// The metric is exact.
    None,
    /// σ = 0.5: a lucky run looks like a good change.
    Some,
    /// σ = 1.5: a lucky run looks like the best change of the whole run.
    Heavy,
}

impl Noise {
    /// All levels.
    pub const ALL: [Self; 3] = [Self::None, Self::Some, Self::Heavy];

    /// The standard deviation.
    pub fn sigma(self) -> f64 {
        match self {
            Self::None => 0.0,
            Self::Some => 0.5,
            Self::Heavy => 1.5,
        }
    }

    /// Its name on the command line and in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Some => "some",
            Self::Heavy => "heavy",
        }
    }
}
