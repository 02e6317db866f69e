//! What every literal has earned: whether changing it pays, and how far to go at once.

use super::space::{Space, real};
use crate::literal::{Literal, Tier};

/// A first step, as a share of the range.
const FIRST_STEP: f64 = 0.15;
/// The longest step.
const LONGEST: f64 = 0.5;
/// Longer after a gain, by this factor,
const GROW: f64 = 1.4;
/// shorter after a loss: Rechenberg's rule with one gain in five keeps the length.
const SHRINK: f64 = 0.919;
/// What an earlier trial still counts when the next is in.
const FADE: f64 = 0.93;

/// One literal's record.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    /// Typical step of a gene.
    pub(crate) step: f64,
    /// How often it was changed.
    pub(crate) trials: u32,
    /// How safe it is to take any value of its range.
    pub(crate) trust: f64,
    recent: f64,
    gains: f64,
    prior: f64,
    grain: f64,
}

/// All literals' records.
#[derive(Clone, Debug)]
pub(crate) struct Credit {
    /// One per literal.
    pub(crate) records: Vec<Record>,
    /// Results since the last gain.
    pub(crate) dry: u32,
    /// The recent share of versions that did not work.
    failures: f64,
}

impl Credit {
    pub(crate) fn new(space: &Space, literals: &[Literal]) -> Self {
        let record = |(dim, literal): (&super::space::Dim, &Literal)| Record {
            step: FIRST_STEP.max(dim.grain()).min(LONGEST),
            trials: 0,
            recent: 0.0,
            gains: 0.0,
            prior: match literal.tier {
                Tier::Annotated | Tier::Constant => 1.0,
                Tier::Assignment => 0.6,
                Tier::Expression => 0.25,
            },
            trust: match literal.tier {
                Tier::Annotated => 1.0,
                Tier::Constant => 0.5,
                Tier::Assignment => 0.3,
                Tier::Expression => 0.1,
            },
            grain: dim.grain(),
        };
        Self { records: space.dims.iter().zip(literals).map(record).collect(), dry: 0, failures: 0.0 }
    }

    /// Learns from a version that differs by `step` from one that is better or worse than it.
    pub(crate) fn learn(&mut self, step: &[f64], gained: bool) {
        let changed = step.iter().filter(|delta| **delta != 0.0).count();
        if changed == 0 {
            return;
        }
        let share = 1.0 / real(changed);
        for (record, delta) in self.records.iter_mut().zip(step).filter(|(_, delta)| **delta != 0.0) {
            record.trials += 1;
            record.recent = record.recent * FADE + share;
            record.gains *= FADE;
            if gained {
                record.gains += share;
                record.step = (record.step * GROW.powf(share)).max(delta.abs());
            } else if delta.abs() <= 2.0 * record.step {
                record.step *= SHRINK.powf(share);
            }
            record.step = record.step.clamp(record.grain.clamp(1e-5, LONGEST), LONGEST);
        }
    }

    /// Counts a result as a gain over everything, or not.
    pub(crate) fn count(&mut self, best: bool) {
        self.dry = if best { 0 } else { self.dry.saturating_add(1) };
    }

    /// Counts whether a version did not work.
    pub(crate) fn count_failure(&mut self, failed: bool) {
        self.failures = 0.8 * self.failures + 0.2 * f64::from(u8::from(failed));
    }

    /// Whether versions tend not to work, so that it is better to change little at once.
    pub(crate) fn failing(&self) -> bool {
        self.failures > 0.25
    }

    /// After a long dry spell steps are as long as at first again.
    pub(crate) fn refresh(&mut self) {
        let patience = 20 + 5 * u32::try_from(self.records.len().min(16)).unwrap_or(16);
        if self.dry > 0 && self.dry.is_multiple_of(patience) {
            self.lengthen();
        }
    }

    /// Makes steps at least as long as at first.
    pub(crate) fn lengthen(&mut self) {
        for record in &mut self.records {
            record.step = record.step.max(FIRST_STEP.max(record.grain).min(LONGEST));
        }
    }

    /// How worthwhile each literal is to change: its rate of gains, and some for the little tried.
    pub(crate) fn weights(&self) -> Vec<f64> {
        self.records
            .iter()
            .map(|record| record.prior * (record.gains + 0.5) / (record.recent + 1.0))
            .collect()
    }
}
