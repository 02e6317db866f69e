//! The axes and their numbers.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::Scale;
use crate::ui::format::{Precision, width};
use crate::ui::rich::Theme;

/// The axes' labels.
pub(in crate::ui) struct Ticks {
    labels: Vec<(u16, String)>,
    columns: u16,
    steps: u32,
}

impl Ticks {
    /// Labels for axes within `inner`.
    pub(in crate::ui) fn new(scale: &Scale, precision: Precision, inner: Rect) -> Self {
        let last = inner.height.saturating_sub(2);
        let mut rows = vec![0, last];
        if last >= 4 {
            rows.push(last / 2);
        }
        let labels: Vec<(u16, String)> = rows
            .into_iter()
            .map(|row| {
                let fraction = f64::from(row) / f64::from(last.max(1));
                (row, precision.show(scale.high - (scale.high - scale.low) * fraction))
            })
            .collect();
        let columns = labels.iter().map(|(_, label)| width(label)).max().unwrap_or(0);
        Self { labels, columns: u16::try_from(columns).unwrap_or(u16::MAX), steps: scale.steps }
    }

    /// What is left inside the axes, if it is enough to draw in.
    pub(in crate::ui) fn plane(&self, inner: Rect) -> Option<Rect> {
        let left = self.columns.checked_add(1)?;
        let width = inner.width.checked_sub(left.checked_add(1)?)?;
        let height = inner.height.checked_sub(1)?;
        (width >= 4 && height >= 2).then(|| Rect::new(inner.x + left, inner.y, width, height))
    }

    /// Draws the axes at the left of `plane` and below it, and the metric's labels.
    pub(in crate::ui) fn axes(&self, theme: Theme, plane: Rect, buffer: &mut Buffer) {
        let axis = plane.x - 1;
        for y in plane.y..plane.bottom() {
            buffer.set_string(axis, y, "│", theme.dim());
        }
        for (row, label) in &self.labels {
            let x = axis.saturating_sub(u16::try_from(width(label)).unwrap_or(0));
            buffer.set_string(x, plane.y + row, label, Style::new());
            buffer.set_string(axis, plane.y + row, "┤", theme.dim());
        }
        let bottom = plane.bottom();
        buffer.set_string(axis, bottom, "└", theme.dim());
        buffer.set_string(plane.x, bottom, "─".repeat(plane.width.into()), theme.dim());
    }

    /// Writes the last step into the lower axis.
    pub(in crate::ui) fn last_step(&self, theme: Theme, plane: Rect, buffer: &mut Buffer) {
        let last = format!(" step {}", self.steps);
        let columns = u16::try_from(last.len()).unwrap_or(u16::MAX);
        if let Some(x) = plane.right().checked_sub(columns).filter(|x| *x > plane.x) {
            buffer.set_string(x, plane.bottom(), last, theme.dim());
        }
    }
}
