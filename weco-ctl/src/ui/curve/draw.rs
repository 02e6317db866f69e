//! The curve in a plane of cells.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{Curve, Outcome, Scale};
use crate::ui::rich::{BEST, BUGGY, TRIED, Theme};

/// A version worse than the lower end of the axis, or better than the upper.
const BELOW: &str = "↓";
const ABOVE: &str = "↑";

impl Curve {
    /// Draws all marks and the line.
    pub(in crate::ui) fn draw(&self, scale: &Scale, theme: Theme, plane: Rect, buffer: &mut Buffer) {
        self.tried(scale, theme, plane, buffer);
        self.line(scale, theme, plane, buffer);
        self.buggy(scale, theme, plane, buffer);
    }

    /// What works; the line covers what was a new best.
    fn tried(&self, scale: &Scale, theme: Theme, plane: Rect, buffer: &mut Buffer) {
        for point in &self.points {
            let Outcome::Works(metric) = point.outcome else { continue };
            let (row, mark, style) = if metric < scale.low {
                (plane.height - 1, BELOW, theme.dim())
            } else if metric > scale.high {
                (0, ABOVE, theme.dim())
            } else {
                (scale.row(metric, plane.height), TRIED, Style::new())
            };
            buffer.set_string(plane.x + scale.column(point.step, plane.width), plane.y + row, mark, style);
        }
    }

    /// What does not work, along the worse edge.
    fn buggy(&self, scale: &Scale, theme: Theme, plane: Rect, buffer: &mut Buffer) {
        let y = if self.maximize { plane.bottom() - 1 } else { plane.y };
        for point in self.points.iter().filter(|point| point.outcome == Outcome::Buggy) {
            buffer.set_string(plane.x + scale.column(point.step, plane.width), y, BUGGY, theme.attention());
        }
    }

    /// Best so far: level between new bests, a riser at each.
    fn line(&self, scale: &Scale, theme: Theme, plane: Rect, buffer: &mut Buffer) {
        let record = self.record();
        let Some(&(first, _)) = record.first() else { return };
        let settled = self.points.iter().rev().find(|point| point.outcome != Outcome::Open);
        let end = scale.column(settled.map_or(0, |point| point.step), plane.width);
        let mut previous: Option<u16> = None;
        let mut next = record.iter().peekable();
        let mut row = 0;
        for column in scale.column(first, plane.width)..=end {
            while let Some((_, metric)) = next.next_if(|(step, _)| scale.column(*step, plane.width) <= column)
            {
                row = scale.row(*metric, plane.height);
            }
            riser(previous.unwrap_or(row), row, plane.x + column, plane.y, theme.best(), buffer);
            previous = Some(row);
        }
        if let Some(&(step, metric)) = record.last().filter(|_| record.len() > 1) {
            let (x, y) =
                (plane.x + scale.column(step, plane.width), plane.y + scale.row(metric, plane.height));
            buffer.set_string(x, y, BEST, theme.best());
        }
    }
}

/// One column of the line, from a row to a row.
fn riser(from: u16, to: u16, x: u16, top: u16, style: Style, buffer: &mut Buffer) {
    let (leave, arrive) = match from.cmp(&to) {
        std::cmp::Ordering::Equal => ("─", "─"),
        std::cmp::Ordering::Greater => ("╯", "╭"),
        std::cmp::Ordering::Less => ("╮", "╰"),
    };
    for row in from.min(to)..=from.max(to) {
        let part = if row == to {
            arrive
        } else if row == from {
            leave
        } else {
            "│"
        };
        buffer.set_string(x, top + row, part, style);
    }
}
