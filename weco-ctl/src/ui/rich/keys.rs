//! The last row: what can be pressed now; and the list of all keys.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::app::App;
use super::draw;
use super::theme::{ATTENTION, Theme};
use crate::ui::format::{end_cut, width};
use crate::ui::{OnInterrupt, RunView};

/// Columns between two keys.
const GAP: usize = 3;

/// Draws the row.
pub(super) fn render(view: &RunView, app: &App, theme: Theme, area: Rect, buffer: &mut Buffer) {
    let columns = usize::from(area.width);
    let line = if app.confirming {
        let text = format!(" {ATTENTION} stop the run?   s or y stops it   any other key lets it go on");
        Line::styled(end_cut(&text, columns), theme.attention())
    } else if app.stops.forced() {
        let text = format!(" {ATTENTION} stopping at once…   Ctrl-C leaves without waiting");
        Line::styled(end_cut(&text, columns), theme.attention())
    } else if app.stops.any() || view.stopping() {
        let text = format!(" {ATTENTION} stopping…   Ctrl-C stops at once   d leaves without waiting");
        Line::styled(end_cut(&text, columns), theme.attention())
    } else if app.looking {
        hints(
            &[("Esc", "back"), ("↑↓", "other step"), ("PgUp PgDn", "scroll"), ("d", "detach"), ("s", "stop")],
            columns,
            theme,
        )
    } else {
        let detach = match app.on_interrupt {
            OnInterrupt::Stop => ("d", "detach"),
            OnInterrupt::Detach => ("Ctrl-C", "detach, the run goes on"),
        };
        hints(&[detach, ("s", "stop"), ("↑↓ Enter", "look at a step"), ("?", "keys")], columns, theme)
    };
    draw::lines(vec![line], area, buffer);
}

/// As many keys as fit.
fn hints(keys: &[(&'static str, &'static str)], columns: usize, theme: Theme) -> Line<'static> {
    let mut free = columns.saturating_sub(1);
    let mut spans = Vec::new();
    for (key, what) in keys {
        let needed = width(key) + 1 + width(what) + if spans.is_empty() { 0 } else { GAP };
        let Some(rest) = free.checked_sub(needed) else { break };
        free = rest;
        spans.push(Span::raw(" ".repeat(if spans.is_empty() { 1 } else { GAP })));
        spans.push(Span::styled(*key, theme.strong()));
        spans.push(Span::styled(format!(" {what}"), theme.dim()));
    }
    Line::from(spans)
}

/// Draws the list of all keys.
pub(super) fn help(app: &App, theme: Theme, screen: Rect, buffer: &mut Buffer) {
    let interrupt = match app.on_interrupt {
        OnInterrupt::Stop => "stop; again: stop at once; again: leave",
        OnInterrupt::Detach => "detach, as d does",
    };
    let keys = [
        ("↑ ↓  k j", "choose a step in the tree"),
        ("b", "choose the best step"),
        ("Enter", "look at the step"),
        ("PgUp PgDn", "scroll what is looked at"),
        ("Esc", "back; follow what goes on"),
        ("d  q", "detach: leave, the run goes on in the daemon"),
        ("s", "stop the run in good order"),
        ("Ctrl-C", interrupt),
        ("Ctrl-Z", "back to the shell until `fg`"),
    ];
    let lines = keys
        .iter()
        .map(|(key, what)| {
            let pad = " ".repeat(10_usize.saturating_sub(width(key)));
            Line::from(vec![
                Span::raw(" "),
                Span::styled(*key, theme.strong()),
                Span::raw(format!("{pad} {what} ")),
            ])
        })
        .collect();
    draw::popup("keys", lines, theme, screen, buffer);
}
