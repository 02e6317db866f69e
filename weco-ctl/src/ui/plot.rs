//! The metric's curve as lines of text.

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::curve::{Curve, Scale, Ticks};
use super::format::{end_cut, improvement, one_line, width};
use super::rich::{BEST, BUGGY, TRIED, Theme};

/// The line of the baseline's metric.
const BASELINE: &str = "┄";

/// Rows besides the plane: what is plotted, the axis and its numbers, what the marks mean.
const AROUND: u16 = 4;

/// Where a curve is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Canvas {
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
    /// Whether more than ASCII can be shown.
    pub unicode: bool,
}

/// The curve of `metric` with axes, in lines no wider than the canvas; one sentence if there is nothing to draw or
/// no room.
pub fn plot(curve: &Curve, metric: &str, canvas: Canvas) -> String {
    let Some(scale) = Scale::of(curve) else { return "no step has a metric yet\n".to_owned() };
    let area = Rect::new(0, 0, canvas.width, canvas.height.saturating_sub(AROUND - 1));
    let ticks = Ticks::new(&scale, curve.precision, area);
    let Some(plane) = ticks.plane(area) else { return "there is no room for a plot\n".to_owned() };
    // No colour: marks say it all.
    let theme = Theme::new(false);
    let mut buffer = Buffer::empty(Rect { height: area.height + 1, ..area });
    ticks.axes(theme, plane, &mut buffer);
    baseline(curve, &scale, plane, &mut buffer);
    curve.draw(&scale, theme, plane, &mut buffer);
    steps(&scale, plane, &mut buffer);
    let rows = buffer.content.chunks(canvas.width.into());
    let rows = rows.map(|row| row.iter().map(Cell::symbol).collect::<String>());
    let all = [heading(curve, metric)].into_iter().chain(rows).chain([legend(curve)]);
    all.map(|line| {
        let line = if canvas.unicode { line } else { ascii(&line) };
        let line = end_cut(line.trim_end(), canvas.width.into()) + "\n";
        if canvas.unicode { line } else { ascii(&line) }
    })
    .collect()
}

/// `speedup ↑   baseline 1.00   best 3.41 at step 27   +241 %`
fn heading(curve: &Curve, metric: &str) -> String {
    let mut parts = vec![format!("{} {}", one_line(metric), if curve.maximize { "↑" } else { "↓" })];
    let baseline = curve.baseline();
    parts.extend(baseline.map(|baseline| format!("baseline {}", curve.precision.show(baseline))));
    if let Some((step, best)) = curve.best().filter(|(step, _)| *step > 0) {
        parts.push(format!("best {} at step {step}", curve.precision.show(best)));
        parts.extend(baseline.map(|baseline| improvement(best, baseline, curve.maximize)));
    }
    parts.join("   ")
}

fn legend(curve: &Curve) -> String {
    let baseline = if curve.baseline().is_some() { format!("   {BASELINE} baseline") } else { String::new() };
    format!("{BEST} best   ─ best so far{baseline}   {TRIED} works   {BUGGY} buggy")
}

fn baseline(curve: &Curve, scale: &Scale, plane: Rect, buffer: &mut Buffer) {
    if let Some(row) = curve.baseline().and_then(|metric| scale.row_within(metric, plane.height)) {
        buffer.set_string(plane.x, plane.y + row, BASELINE.repeat(plane.width.into()), Style::new());
    }
}

/// Numbers below the axis: the last step, and at each quarter before it one that has room.
fn steps(scale: &Scale, plane: Rect, buffer: &mut Buffer) {
    let y = plane.bottom() + 1;
    let columns = |label: &str| u16::try_from(width(label)).unwrap_or(u16::MAX);
    let last = format!("step {}", scale.last_step());
    let end = plane.right().saturating_sub(columns(&last));
    if end < plane.x {
        return;
    }
    buffer.set_string(end, y, &last, Style::new());
    let mut free = plane.x;
    for quarter in 0..4 {
        let step = u32::try_from(u64::from(scale.last_step()) * quarter / 4).unwrap_or(u32::MAX);
        let label = step.to_string();
        let x = plane.x + scale.column(step, plane.width);
        let after = x.saturating_add(columns(&label));
        if x >= free && after < end {
            buffer.set_string(x, y, &label, Style::new());
            free = after.saturating_add(1);
        }
    }
}

/// The same with other signs, for terminals that know no more.
fn ascii(line: &str) -> String {
    let sign = |sign| match sign {
        '│' => '|',
        '┤' | '└' | '╭' | '╮' | '╯' | '╰' => '+',
        '─' | '−' => '-',
        '┄' => '.',
        '·' => 'o',
        '★' => '*',
        '×' => 'x',
        '↓' => 'v',
        '↑' => '^',
        '…' => '~',
        sign if sign.is_ascii() => sign,
        _ => '?',
    };
    line.chars().map(sign).collect()
}

#[cfg(test)]
mod tests;
