//! The last row: what can be pressed now; and the list of all keys.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::app::{App, Note};
use super::draw;
use super::input::{Input, Purpose};
use super::review::pending;
use super::theme::{ATTENTION, Theme};
use crate::ui::format::{end_cut, one_line, width};
use crate::ui::{OnInterrupt, RunView};

/// Where the next character goes.
const CURSOR: &str = "▏";
/// Columns between two keys.
const GAP: usize = 3;

/// Draws the row.
pub(super) fn render(view: &RunView, app: &App, theme: Theme, area: Rect, buffer: &mut Buffer) {
    let columns = usize::from(area.width);
    let line = if let Some(input) = &app.input {
        typing(input, columns, theme)
    } else if let Some(note) = &app.note {
        match note {
            Note::Good(text, _) => {
                Line::styled(end_cut(&format!(" {}", one_line(text)), columns), theme.strong())
            }
            Note::Bad(text) => {
                let text = format!(" {ATTENTION} {}", one_line(text));
                Line::styled(end_cut(&text, columns), theme.attention())
            }
        }
    } else if app.confirming {
        let text = format!(" {ATTENTION} stop the run?   s or y stops it   any other key lets it go on");
        Line::styled(end_cut(&text, columns), theme.attention())
    } else if app.stops.forced() {
        let text = format!(" {ATTENTION} stopping at once…   Ctrl-C leaves without waiting");
        Line::styled(end_cut(&text, columns), theme.attention())
    } else if app.stops.any() || view.stopping() {
        let text = format!(" {ATTENTION} stopping…   Ctrl-C stops at once   d leaves without waiting");
        Line::styled(end_cut(&text, columns), theme.attention())
    } else if app.reviewing(view) {
        hints(
            &[
                ("a", "approve"),
                ("e", "edit"),
                ("r", "reject"),
                ("i", "instruct"),
                ("↑↓", "scroll"),
                ("Esc", "panels"),
                ("d", "detach"),
                ("?", "keys"),
            ],
            columns,
            theme,
        )
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
        let mut keys = vec![detach, ("s", "stop"), ("↑↓ Enter", "look at a step"), ("?", "keys")];
        if view.ended().is_none() {
            keys.insert(2, ("i", "instruct"));
        }
        if pending(view).is_some() {
            keys.insert(0, ("v", "review"));
        }
        hints(&keys, columns, theme)
    };
    draw::lines(vec![line], area, buffer);
}

/// The line being typed: its end, if it is too long.
fn typing(input: &Input, columns: usize, theme: Theme) -> Line<'static> {
    let label = match input.purpose {
        Purpose::Reject(step) => format!(" reject step {step}, because: "),
        Purpose::Instruct => " new instructions: ".to_owned(),
    };
    let room = columns.saturating_sub(width(&label) + 1);
    let mut shown = input.text.as_str();
    while width(shown) > room {
        let mut chars = shown.chars();
        chars.next();
        shown = chars.as_str();
    }
    Line::from(vec![
        Span::styled(label, theme.strong()),
        Span::raw(shown.to_owned()),
        Span::styled(CURSOR, theme.strong()),
    ])
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
        ("v", "show what waits for approval"),
        ("a  e  r", "approve it, edit it, reject it"),
        ("i", "give the run other instructions"),
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
