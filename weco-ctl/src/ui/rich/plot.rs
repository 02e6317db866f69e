//! The metric's curve: best so far as a line, what was tried as marks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::draw;
use super::theme::{BEST, BUGGY, TRIED, Theme};
use crate::ui::RunView;
use crate::ui::format::{Precision, middle_cut, width};
use crate::ui::view::Node;

/// A version worse than the lower end of the axis, or better than the upper.
const BELOW: &str = "↓";
const ABOVE: &str = "↑";

/// Draws the curve.
pub(super) fn render(view: &RunView, theme: Theme, area: Rect, buffer: &mut Buffer) {
    let title = view.run().map_or("metric", |run| run.metric.as_str());
    let title = middle_cut(title, usize::from(area.width).saturating_sub(6));
    let inner = draw::panel(&title, theme, area, buffer);
    let record = record(view);
    let Some(scale) = Scale::of(view, &record) else {
        draw::note("no measurement yet", theme, inner, buffer);
        return;
    };
    let ticks = Ticks::new(&scale, view.precision(), inner);
    if let Some(plane) = ticks.plane(inner) {
        axes(&ticks, theme, plane, buffer);
        tried(view, &scale, theme, plane, buffer);
        line(view, &record, &scale, theme, plane, buffer);
        buggy(view, &scale, theme, plane, buffer);
    }
}

/// Every new best as `(step, metric)`, by step.
fn record(view: &RunView) -> Vec<(u32, f64)> {
    let mut record: Vec<(u32, f64)> = Vec::new();
    for (&step, node) in view.nodes() {
        let Some(metric) = node.metric() else { continue };
        let better = record
            .last()
            .is_none_or(|&(_, best)| if view.maximize() { metric > best } else { metric < best });
        if better {
            record.push((step, metric));
        }
    }
    record
}

/// The values at the plane's edges.
struct Scale {
    low: f64,
    high: f64,
    steps: u32,
}

impl Scale {
    /// The record fills it; of worse versions, those within as much again are inside.
    fn of(view: &RunView, record: &[(u32, f64)]) -> Option<Self> {
        let (&(_, first), &(_, last)) = (record.first()?, record.last()?);
        let (mut low, mut high) = (first.min(last), first.max(last));
        let room = if high > low { high - low } else { (high.abs() * 0.1).max(f64::MIN_POSITIVE) };
        let (lowest, highest) = (low - room, high + room);
        for metric in view.nodes().values().filter_map(Node::metric) {
            low = low.min(metric.max(lowest));
            high = high.max(metric.min(highest));
        }
        if low == high {
            (low, high) = if view.maximize() { (low, highest) } else { (lowest, high) };
        }
        (low.is_finite() && high.is_finite()).then(|| Self { low, high, steps: extent(view) })
    }

    /// Rows from the plane's top.
    fn row(&self, metric: f64, rows: u16) -> u16 {
        place((self.high - metric) / (self.high - self.low), rows)
    }

    fn column(&self, step: u32, columns: u16) -> u16 {
        place(f64::from(step) / f64::from(self.steps), columns)
    }
}

/// Steps that the axis spans: a round number beyond what was tried, so that the curve rarely moves.
fn extent(view: &RunView) -> u32 {
    let tried = view.nodes().keys().next_back().copied().unwrap_or(0);
    let mut round: u32 = 10;
    for factor in [2, 5, 2].iter().cycle() {
        if round >= tried {
            break;
        }
        // 10, 20, 50, 100, ...
        round = if *factor == 5 { (round / 2).saturating_mul(5) } else { round.saturating_mul(2) };
    }
    round.min(view.budget().max(tried)).max(1)
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

/// The axes' labels.
struct Ticks {
    labels: Vec<(u16, String)>,
    columns: u16,
    steps: u32,
}

impl Ticks {
    fn new(scale: &Scale, precision: Precision, inner: Rect) -> Self {
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
    fn plane(&self, inner: Rect) -> Option<Rect> {
        let left = self.columns.checked_add(1)?;
        let width = inner.width.checked_sub(left.checked_add(1)?)?;
        let height = inner.height.checked_sub(1)?;
        (width >= 4 && height >= 2).then(|| Rect::new(inner.x + left, inner.y, width, height))
    }
}

fn axes(ticks: &Ticks, theme: Theme, plane: Rect, buffer: &mut Buffer) {
    let axis = plane.x - 1;
    for y in plane.y..plane.bottom() {
        buffer.set_string(axis, y, "│", theme.dim());
    }
    for (row, label) in &ticks.labels {
        let x = axis.saturating_sub(u16::try_from(width(label)).unwrap_or(0));
        buffer.set_string(x, plane.y + row, label, Style::new());
        buffer.set_string(axis, plane.y + row, "┤", theme.dim());
    }
    let bottom = plane.bottom();
    buffer.set_string(axis, bottom, "└", theme.dim());
    buffer.set_string(plane.x, bottom, "─".repeat(plane.width.into()), theme.dim());
    let last = format!(" step {}", ticks.steps);
    if let Some(x) =
        plane.right().checked_sub(u16::try_from(last.len()).unwrap_or(u16::MAX)).filter(|x| *x > plane.x)
    {
        buffer.set_string(x, bottom, last, theme.dim());
    }
}

/// What works; the line covers what was a new best.
fn tried(view: &RunView, scale: &Scale, theme: Theme, plane: Rect, buffer: &mut Buffer) {
    for (&step, node) in view.nodes() {
        let Some(metric) = node.metric() else { continue };
        let (row, mark, style) = if metric < scale.low {
            (plane.height - 1, BELOW, theme.dim())
        } else if metric > scale.high {
            (0, ABOVE, theme.dim())
        } else {
            (scale.row(metric, plane.height), TRIED, Style::new())
        };
        buffer.set_string(plane.x + scale.column(step, plane.width), plane.y + row, mark, style);
    }
}

/// What does not work, along the worse edge.
fn buggy(view: &RunView, scale: &Scale, theme: Theme, plane: Rect, buffer: &mut Buffer) {
    let y = if view.maximize() { plane.bottom() - 1 } else { plane.y };
    for (&step, node) in view.nodes() {
        if node.evaluation().is_some() && node.metric().is_none() {
            buffer.set_string(plane.x + scale.column(step, plane.width), y, BUGGY, theme.attention());
        }
    }
}

/// Best so far: level between new bests, a riser at each.
fn line(
    view: &RunView,
    record: &[(u32, f64)],
    scale: &Scale,
    theme: Theme,
    plane: Rect,
    buffer: &mut Buffer,
) {
    let tried = view.nodes().iter().rev().find(|(_, node)| node.is_settled()).map_or(0, |(&step, _)| step);
    let end = scale.column(tried, plane.width);
    let mut previous: Option<u16> = None;
    let mut next = record.iter().peekable();
    let mut row = 0;
    for column in scale.column(record[0].0, plane.width)..=end {
        while let Some((_, metric)) = next.next_if(|(step, _)| scale.column(*step, plane.width) <= column) {
            row = scale.row(*metric, plane.height);
        }
        riser(previous.unwrap_or(row), row, plane.x + column, plane.y, theme.best(), buffer);
        previous = Some(row);
    }
    if let Some(&(step, metric)) = record.last().filter(|_| record.len() > 1) {
        let (x, y) = (plane.x + scale.column(step, plane.width), plane.y + scale.row(metric, plane.height));
        buffer.set_string(x, y, BEST, theme.best());
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
