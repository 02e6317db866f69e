//! A step that waits for approval, in full: its plan and what it changes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::draw;
use super::review::{Code, Review};
use super::theme::{ATTENTION, PENDING, Theme};
use crate::ui::diff::{self, Kind};
use crate::ui::format::{clock, end_cut, one_line, untab, visible, width, wrap};
use crate::ui::view::Node;

/// Lines of a plan that are shown at most: room enough for any sensible one.
const PLAN_LINES: usize = 200;

/// Draws the step over the panels. The review's scroll is brought within bounds.
pub(super) fn render(
    node: &Node,
    review: &mut Review,
    theme: Theme,
    now_ms: i64,
    area: Rect,
    buffer: &mut Buffer,
) {
    // The frame takes two columns, and a space is left at each side.
    let columns = usize::from(area.width).saturating_sub(4);
    let lines = content(node, review, columns, theme);
    let rows = usize::from(area.height).saturating_sub(2);
    review.scroll = review.scroll.min(lines.len().saturating_sub(rows));
    let shown = (review.scroll, (review.scroll + rows).min(lines.len()), lines.len());
    let inner = draw::panel(&title(node, shown, now_ms, columns), theme, area, buffer);
    draw::lines(lines.into_iter().skip(review.scroll).collect(), inner, buffer);
}

/// `step 3, improve of 1 ── waits for your approval 0:14 ── 1–15 of 38`, or as much of it as fits.
fn title(node: &Node, (first, last, all): (usize, usize, usize), now_ms: i64, columns: usize) -> String {
    let age = clock(now_ms.saturating_sub(node.since_ms));
    let (step, kind) = (node.step, node.kind());
    let place =
        if last - first < all { format!(" ── {}–{last} of {all}", first + 1) } else { String::new() };
    let forms = [
        format!("step {step}, {kind} ── waits for your approval {age}{place}"),
        format!("step {step} ── waits for your approval {age}{place}"),
        format!("step {step} ── waits for approval"),
    ];
    forms.into_iter().find(|form| width(form) <= columns).unwrap_or_else(|| format!("step {step}"))
}

fn content(node: &Node, review: &Review, columns: usize, theme: Theme) -> Vec<Line<'static>> {
    let cut = |text: &str| format!(" {}", end_cut(text, columns));
    let mut lines: Vec<Line<'static>> =
        wrap(&node.plan, columns, PLAN_LINES).into_iter().map(|line| Line::raw(format!(" {line}"))).collect();
    if lines.is_empty() {
        lines.push(Line::styled(" no plan was given", theme.dim()));
    }
    let (added, removed) = node.lines;
    let files =
        if node.changed.is_empty() { String::new() } else { format!(", in {}", node.changed.join(", ")) };
    let facts = format!("+{added} −{removed} lines against the baseline{files}");
    lines.push(Line::styled(cut(&facts), theme.dim()));
    if let Some(revision) = node.revisions.last() {
        let text = format!("{PENDING} revision {} by {}", revision.number, revision.by);
        lines.push(Line::styled(cut(&text), theme.attention()));
    }
    lines.push(Line::default());
    match &review.code {
        Code::Coming => lines.push(Line::styled(" fetching the change…", theme.dim())),
        Code::Missing(why) => {
            let text = format!("{ATTENTION} the change cannot be shown: {}", one_line(why));
            lines.push(Line::styled(cut(&text), theme.attention()));
        }
        Code::Here { lines: change, .. } if change.is_empty() => {
            lines.push(Line::styled(" nothing differs from the step that it starts from", theme.dim()));
        }
        Code::Here { lines: change, .. } => {
            lines.extend(change.iter().map(|line| self::change(line, columns, theme)));
        }
    }
    lines
}

fn change(line: &diff::Line, columns: usize, theme: Theme) -> Line<'static> {
    let style = match line.kind {
        Kind::File => theme.strong(),
        Kind::Place | Kind::Note => theme.dim(),
        Kind::Added => theme.added(),
        Kind::Removed => theme.removed(),
        Kind::Same => return Line::raw(format!(" {}", shown(&line.text, columns))),
    };
    Line::styled(format!(" {}", shown(&line.text, columns)), style)
}

/// Code as it can be drawn in one row.
fn shown(text: &str, columns: usize) -> String {
    end_cut(&untab(&visible(text)), columns)
}
