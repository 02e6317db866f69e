//! Where a value is in the plane.

use super::{Curve, Point};

/// The values at the plane's edges.
pub(in crate::ui) struct Scale {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) steps: u32,
}

impl Scale {
    /// The record fills it; of worse versions, those within as much again are inside. None without a metric.
    pub(in crate::ui) fn of(curve: &Curve) -> Option<Self> {
        let record = curve.record();
        let (&(_, first), &(_, last)) = (record.first()?, record.last()?);
        let (mut low, mut high) = (first.min(last), first.max(last));
        let room = if high > low { high - low } else { (high.abs() * 0.1).max(f64::MIN_POSITIVE) };
        let (lowest, highest) = (low - room, high + room);
        for metric in curve.points.iter().copied().filter_map(Point::metric) {
            low = low.min(metric.max(lowest));
            high = high.max(metric.min(highest));
        }
        if low == high {
            (low, high) = if curve.maximize { (low, highest) } else { (lowest, high) };
        }
        (low.is_finite() && high.is_finite()).then(|| Self { low, high, steps: extent(curve) })
    }

    /// Rows from the plane's top.
    pub(super) fn row(&self, metric: f64, rows: u16) -> u16 {
        place((self.high - metric) / (self.high - self.low), rows)
    }

    /// The same, if it is inside.
    pub(in crate::ui) fn row_within(&self, metric: f64, rows: u16) -> Option<u16> {
        (self.low..=self.high).contains(&metric).then(|| self.row(metric, rows))
    }

    /// The step at the plane's right edge.
    pub(in crate::ui) fn last_step(&self) -> u32 {
        self.steps
    }

    /// Columns from the plane's left.
    pub(in crate::ui) fn column(&self, step: u32, columns: u16) -> u16 {
        place(f64::from(step) / f64::from(self.steps), columns)
    }
}

/// Steps that the axis spans: a round number beyond what was tried, so that the curve rarely moves.
fn extent(curve: &Curve) -> u32 {
    let tried = curve.points.last().map_or(0, |point| point.step);
    let mut round: u32 = 10;
    for factor in [2, 5, 2].iter().cycle() {
        if round >= tried {
            break;
        }
        // 10, 20, 50, 100, ...
        round = if *factor == 5 { (round / 2).saturating_mul(5) } else { round.saturating_mul(2) };
    }
    round.min(curve.budget.max(tried)).max(1)
}

/// A fraction of a length as one of its cells.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the length, NaN becomes 0"
)]
fn place(fraction: f64, cells: u16) -> u16 {
    let last = f64::from(cells.saturating_sub(1));
    (fraction * last).round().clamp(0.0, last) as u16
}
