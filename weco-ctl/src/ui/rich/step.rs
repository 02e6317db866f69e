//! The step that goes on: what it is, how long it has been at it, what it says.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::draw;
use super::header;
use super::theme::{ATTENTION, BEST, BUGGY, FAILED, Theme};
use crate::ui::RunView;
use crate::ui::format::{clock, end_cut, improvement, one_line, tokens, wrap};
use crate::ui::view::{End, Node, State};

/// Draws the panel.
pub(super) fn render(view: &RunView, theme: Theme, now_ms: i64, area: Rect, buffer: &mut Buffer) {
    let (title, content) = match (view.ended(), view.latest()) {
        (Some(end), _) => (header::ending(end).to_owned(), Content::End(end)),
        (None, Some(node)) => (title(node, now_ms), Content::Step(node)),
        (None, None) => ("step 0, baseline".to_owned(), Content::Nothing),
    };
    let inner = draw::panel(&title, theme, area, buffer);
    let room = Room { columns: inner.width.into(), rows: inner.height.into() };
    let text = match content {
        Content::End(end) => end_lines(view, end, room, theme),
        Content::Step(node) => step_lines(view, node, room, theme),
        Content::Nothing => vec![Line::styled(" about to measure the code as it is", theme.dim())],
    };
    draw::lines(text, inner, buffer);
}

enum Content<'a> {
    End(&'a End),
    Step(&'a Node),
    Nothing,
}

#[derive(Clone, Copy)]
struct Room {
    columns: usize,
    rows: usize,
}

/// `step 31, improve of 27 ── evaluating 0:14`
fn title(node: &Node, now_ms: i64) -> String {
    let phase = match &node.state {
        _ if node.waiting.is_some() => "waiting",
        State::Proposing { .. } => "proposing",
        State::Proposed => "about to evaluate",
        State::Evaluating { .. } => "evaluating",
        State::Evaluated(_) => "evaluated",
        State::Failed { .. } => "failed",
    };
    let again = if node.attempt > 1 { format!(", attempt {}", node.attempt) } else { String::new() };
    let age = clock(now_ms.saturating_sub(node.since_ms));
    format!("step {}, {}{again} ── {phase} {age}", node.step, node.kind())
}

fn step_lines(view: &RunView, node: &Node, room: Room, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    lines.extend(node.waiting.as_deref().map(|reason| attention(reason, room, theme)));
    match &node.state {
        State::Proposing { characters, tries, last_fault } => {
            lines.extend(node.unusable.as_deref().map(|reason| {
                attention(&format!("the last reply could not be used: {reason}"), room, theme)
            }));
            if *tries > 1 {
                lines.push(attention(&format!("try {tries}: {last_fault}"), room, theme));
            }
            lines.push(arriving(*characters, theme));
            lines.extend(before(view, node, room, theme));
        }
        State::Proposed => lines.extend(plan(node, room, theme)),
        State::Evaluating { tail } => {
            lines.extend(plan(node, room, theme));
            lines.extend(output(tail, room, lines.len(), theme));
        }
        State::Evaluated(evaluation) => {
            lines.extend(plan(node, room, theme));
            lines.push(verdict(view, node, room, theme));
            lines.extend(output(&evaluation.tail, room, lines.len(), theme));
        }
        State::Failed { .. } => lines.push(verdict(view, node, room, theme)),
    }
    lines
}

/// The plan in about a third of the room, one row at least.
fn plan(node: &Node, room: Room, theme: Theme) -> Vec<Line<'static>> {
    if node.step == 0 {
        return vec![Line::styled(" the code as it is", theme.dim())];
    }
    wrap(&one_line(&node.plan), room.columns.saturating_sub(2), (room.rows / 3).max(1))
        .into_iter()
        .map(|line| Line::raw(format!(" {line}")))
        .collect()
}

/// The output in the room that is left.
fn output(tail: &str, room: Room, used: usize, theme: Theme) -> Vec<Line<'static>> {
    if tail.trim().is_empty() {
        return vec![Line::styled(" no output yet", theme.dim())];
    }
    draw::output(tail, room.rows.saturating_sub(used), room.columns.saturating_sub(1), theme)
}

fn attention(text: &str, room: Room, theme: Theme) -> Line<'static> {
    Line::styled(end_cut(&format!(" {ATTENTION} {text}"), room.columns.saturating_sub(1)), theme.attention())
}

fn arriving(characters: u64, theme: Theme) -> Line<'static> {
    match characters {
        0 => Line::styled(" waiting for the model's first words", theme.dim()),
        count => Line::raw(format!(" {} characters so far", tokens(count))),
    }
}

/// What the step builds on, and how the one before it went.
fn before(view: &RunView, node: &Node, room: Room, theme: Theme) -> Vec<Line<'static>> {
    let parent = node.parent.and_then(|parent| view.step(parent));
    let last = node.step.checked_sub(1).and_then(|step| view.step(step));
    let mut lines: Vec<Line<'static>> = Vec::new();
    for (label, other) in [("builds on", parent), ("before it", last)] {
        let Some(other) = other.filter(|other| other.is_settled()) else { continue };
        let line = format!(" {label}  {}", brief(view, other));
        lines.push(Line::styled(end_cut(&line, room.columns.saturating_sub(1)), theme.dim()));
        if parent.map(|node| node.step) == last.map(|node| node.step) {
            break;
        }
    }
    lines
}

/// A settled step in one line: `step 27  3.41  ★  fused passes`.
fn brief(view: &RunView, node: &Node) -> String {
    let value = match (node.metric(), &node.state) {
        (Some(metric), _) => view.precision().show(metric),
        (None, State::Failed { .. }) => FAILED.to_owned(),
        (None, _) => BUGGY.to_owned(),
    };
    let best = if view.best().is_some_and(|best| best.step == node.step) { " ★" } else { "" };
    let words = match node.trouble() {
        Some(reason) => reason.to_owned(),
        None if node.step == 0 => "baseline".to_owned(),
        None => one_line(&node.plan),
    };
    format!("step {}  {value}{best}  {words}", node.step)
}

/// How an ended step went: `★ speedup 3.41  +241 %`, `× no metric was found  (exit 1)`.
pub(super) fn verdict_text(view: &RunView, node: &Node) -> String {
    let ending = |node: &Node| node.evaluation().map_or_else(String::new, |evaluation| format!("  ({})", evaluation.exit));
    let name = view.run().map_or("metric", |run| &run.metric);
    match (node.metric(), node.trouble()) {
        (Some(metric), _) => {
            let mark = if view.best().is_some_and(|best| best.step == node.step) { BEST } else { " " };
            let gain = view
                .span()
                .0
                .filter(|_| node.step > 0)
                .map_or_else(String::new, |baseline| format!("  {}", improvement(metric, baseline, view.maximize())));
            format!("{mark} {name} {}{gain}{}", view.precision().show(metric), ending(node))
        }
        (None, Some(reason)) => {
            let mark = if matches!(node.state, State::Failed { .. }) { FAILED } else { BUGGY };
            format!("{mark} {reason}{}", ending(node))
        }
        (None, None) => String::new(),
    }
}

fn verdict(view: &RunView, node: &Node, room: Room, theme: Theme) -> Line<'static> {
    let is_best = view.best().is_some_and(|best| best.step == node.step);
    let style = match node.trouble() {
        Some(_) => theme.attention(),
        None if is_best => theme.best(),
        None => Style::new(),
    };
    Line::styled(end_cut(&format!(" {}", verdict_text(view, node)), room.columns.saturating_sub(1)), style)
}

fn end_lines(view: &RunView, end: &End, room: Room, theme: Theme) -> Vec<Line<'static>> {
    let columns = room.columns.saturating_sub(2);
    let mut lines: Vec<Line<'static>> =
        wrap(&end.reason, columns, 3).into_iter().map(|line| Line::raw(format!(" {line}"))).collect();
    lines.extend(wrap(&end.hint, columns, 3).into_iter().map(|line| Line::styled(format!(" {line}"), theme.dim())));
    if let Some(best) = view.best() {
        let line = Line::from(vec![Span::styled(" best  ", theme.dim()), Span::raw(brief(view, best))]);
        lines.push(line);
    }
    lines
}
