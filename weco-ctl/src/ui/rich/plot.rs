//! The metric's curve: best so far as a line, what was tried as marks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::draw;
use super::theme::Theme;
use crate::ui::RunView;
use crate::ui::curve::{Curve, Scale, Ticks};
use crate::ui::format::middle_cut;

/// Draws the curve.
pub(super) fn render(view: &RunView, theme: Theme, area: Rect, buffer: &mut Buffer) {
    let title = view.run().map_or("metric", |run| run.metric.as_str());
    let title = middle_cut(title, usize::from(area.width).saturating_sub(6));
    let inner = draw::panel(&title, theme, area, buffer);
    let curve = Curve::from(view);
    let Some(scale) = Scale::of(&curve) else {
        draw::note("no measurement yet", theme, inner, buffer);
        return;
    };
    let ticks = Ticks::new(&scale, curve.precision, inner);
    if let Some(plane) = ticks.plane(inner) {
        ticks.axes(theme, plane, buffer);
        ticks.last_step(theme, plane, buffer);
        curve.draw(&scale, theme, plane, buffer);
    }
}
