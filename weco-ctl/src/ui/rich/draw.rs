//! The whole picture: a function of the run, what the user looks at, and the time.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Widget};

use super::app::App;
use super::layout::{Panels, arrange};
use super::review::pending;
use super::theme::Theme;
use super::{header, keys, look, plot, proposal, step, tree};
use crate::ui::RunView;
use crate::ui::format::{end_cut, untab};

/// Draws everything. `now_ms` is in milliseconds since the Unix epoch.
pub(super) fn draw(frame: &mut Frame<'_>, view: &RunView, app: &mut App, theme: Theme, now_ms: i64) {
    let screen = frame.area();
    let panels = arrange(screen);
    let buffer = frame.buffer_mut();
    header::render(view, theme, now_ms, panels.header, buffer);
    body(view, app, theme, now_ms, &panels, buffer);
    if let Some(area) = panels.keys {
        keys::render(view, app, theme, area, buffer);
    }
    if app.help {
        keys::help(app, theme, screen, buffer);
    }
}

fn body(view: &RunView, app: &mut App, theme: Theme, now_ms: i64, panels: &Panels, buffer: &mut Buffer) {
    let looked_at = app.selected.filter(|_| app.looking).and_then(|step| view.step(step));
    if let (Some(node), Some(area)) = (looked_at, panels.body) {
        look::render(view, node, &mut app.scroll, theme, area, buffer);
        return;
    }
    let waits = pending(view).filter(|_| !app.review.hidden);
    if let (Some(node), Some(area)) = (waits, panels.body) {
        proposal::render(node, &mut app.review, theme, now_ms, area, buffer);
        return;
    }
    if let Some(area) = panels.plot {
        plot::render(view, theme, area, buffer);
    }
    if let Some(area) = panels.tree {
        tree::render(view, app.focus(view), app.selected, theme, area, buffer);
    }
    if let Some(area) = panels.step {
        step::render(view, theme, now_ms, area, buffer);
    }
}

/// Draws a frame with a title; gives what is inside.
pub(super) fn panel(title: &str, theme: Theme, area: Rect, buffer: &mut Buffer) -> Rect {
    let room = usize::from(area.width).saturating_sub(4);
    let title = Span::raw(format!(" {} ", end_cut(title, room)));
    let block = Block::bordered().border_style(theme.dim()).title(title);
    let inner = block.inner(area);
    block.render(area, buffer);
    inner
}

/// A remark where nothing else is to be shown.
pub(super) fn note(text: &str, theme: Theme, area: Rect, buffer: &mut Buffer) {
    lines(vec![Line::styled(format!(" {text}"), theme.dim())], area, buffer);
}

/// Lines from the area's top; those that do not fit are left out.
pub(super) fn lines(lines: Vec<Line<'_>>, area: Rect, buffer: &mut Buffer) {
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        line.render(Rect { y, height: 1, ..area }, buffer);
    }
}

/// The last `rows` lines of captured output, each behind a bar.
pub(super) fn output(tail: &str, rows: usize, columns: usize, theme: Theme) -> Vec<Line<'static>> {
    let all: Vec<&str> = tail.trim_end().lines().collect();
    all[all.len().saturating_sub(rows)..]
        .iter()
        .map(|line| {
            let text = end_cut(&untab(line), columns.saturating_sub(3));
            Line::from(vec![Span::styled(" │ ", theme.dim()), Span::raw(text)])
        })
        .collect()
}

/// Draws a frame over whatever is there, as large as its lines and centred.
pub(super) fn popup(title: &str, text: Vec<Line<'_>>, theme: Theme, screen: Rect, buffer: &mut Buffer) {
    let columns = text.iter().map(Line::width).max().unwrap_or(0) + 2;
    let width = u16::try_from(columns).unwrap_or(u16::MAX).min(screen.width);
    let height = u16::try_from(text.len() + 2).unwrap_or(u16::MAX).min(screen.height);
    let area = Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + (screen.height - height) / 2,
        width,
        height,
    };
    Clear.render(area, buffer);
    let inner = panel(title, theme, area, buffer);
    lines(text, inner, buffer);
}
