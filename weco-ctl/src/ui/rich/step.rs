//! The step that goes on: what it is, how long it has been at it, what it says.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::draw;
use super::header;
use super::theme::{ATTENTION, Theme};
use super::verdict::{brief, verdict};
use crate::ui::RunView;
use crate::ui::format::{clock, end_cut, one_line, tokens, width, wrap};
use crate::ui::view::{End, Node, Outage, State};

/// Milliseconds for which a warning stays in sight; the summary tells of it again.
const WARNING_SHOWN_MS: u64 = 120_000;

/// Draws the panel.
pub(super) fn render(view: &RunView, theme: Theme, now_ms: i64, area: Rect, buffer: &mut Buffer) {
    let (title, content) = match (view.ended(), view.latest()) {
        (Some(end), _) => (header::ending(end).to_owned(), Content::End(end)),
        (None, Some(node)) => {
            (title(view, node, now_ms, usize::from(area.width).saturating_sub(4)), Content::Step(node))
        }
        (None, None) => ("step 0, baseline".to_owned(), Content::Nothing),
    };
    let inner = draw::panel(&title, theme, area, buffer);
    let room = Room { columns: inner.width.into(), rows: inner.height.into() };
    let mut text: Vec<Line<'static>> =
        recent_warning(view, now_ms).map(|message| attention(message, room, theme)).into_iter().collect();
    if matches!(content, Content::Step(_)) {
        text.extend(others(view, now_ms, room, theme));
    }
    let room = Room { rows: room.rows.saturating_sub(text.len()), ..room };
    text.extend(match content {
        Content::End(end) => end_lines(view, end, room, theme),
        Content::Step(node) => step_lines(view, node, now_ms, room, theme),
        Content::Nothing => vec![Line::styled(" about to measure the code as it is", theme.dim())],
    });
    draw::lines(text, inner, buffer);
}

fn recent_warning(view: &RunView, now_ms: i64) -> Option<&str> {
    let warning = view.warnings().last()?;
    // Either way: a clock that was set back must not keep it on screen until it has caught up.
    let age = now_ms.abs_diff(warning.at_ms);
    (age < WARNING_SHOWN_MS).then_some(warning.message.as_str())
}

/// Rows of the panel from which a step that is evaluated has room for why it was chosen.
const LEAST_FOR_WHY: usize = 5;

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

/// The steps under way besides the one that is shown, newest first: in at most half of the room.
fn others(view: &RunView, now_ms: i64, room: Room, theme: Theme) -> Vec<Line<'static>> {
    let shown = view.latest().map(|node| node.step);
    let others: Vec<&Node> = view.under_way().rev().filter(|node| Some(node.step) != shown).collect();
    let rows = room.rows / 2;
    let named = if others.len() > rows { rows.saturating_sub(1) } else { others.len() };
    let line = |node: &&Node| {
        let age = clock(now_ms.saturating_sub(node.since_ms));
        format!(" step {}, {} ── {} {age}", node.step, node.kind(), phase(view, node))
    };
    let mut lines: Vec<String> = others.iter().take(named).map(line).collect();
    if named < others.len() && rows > 0 {
        lines.push(format!(" and {} more steps under way", others.len() - named));
    }
    lines
        .iter()
        .map(|line| Line::styled(end_cut(line, room.columns.saturating_sub(1)), theme.dim()))
        .collect()
}

/// What a step is at.
fn phase(view: &RunView, node: &Node) -> &'static str {
    match &node.state {
        _ if outage(view, node).is_some() => "reconnecting",
        _ if node.waiting.is_some() => "waiting",
        State::Proposing { .. } => "proposing",
        State::Proposed => "about to evaluate",
        State::Pending => "waits for approval",
        State::Evaluating { .. } => "evaluating",
        State::Evaluated(_) if node.rechecking => "measuring again",
        State::Evaluated(_) => "evaluated",
        State::Failed { .. } => "failed",
        State::Rejected { .. } => "rejected",
    }
}

/// `step 31, improve of 27 ── evaluating 0:14`, or as much of it as fits.
fn title(view: &RunView, node: &Node, now_ms: i64, columns: usize) -> String {
    let phase = phase(view, node);
    let again = if node.attempt > 1 { format!(", attempt {}", node.attempt) } else { String::new() };
    let age = clock(now_ms.saturating_sub(node.since_ms));
    let (step, kind) = (node.step, node.kind());
    let forms = [
        format!("step {step}, {kind}{again} ── {phase} {age}"),
        format!("step {step}, {kind} ── {phase} {age}"),
        format!("step {step} ── {phase} {age}"),
        format!("step {step} ── {age}"),
    ];
    forms.into_iter().find(|form| width(form) <= columns).unwrap_or_else(|| format!("step {step}"))
}

/// The outage that a step waits for.
fn outage<'a>(view: &'a RunView, node: &Node) -> Option<&'a Outage> {
    view.outage().filter(|outage| outage.step == node.step)
}

fn step_lines(view: &RunView, node: &Node, now_ms: i64, room: Room, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    if let Some(outage) = outage(view, node) {
        lines.push(attention(&outage.reason, room, theme));
        lines.push(Line::raw(asked_again(outage, now_ms)));
        lines.extend(before(view, node, room.rows.saturating_sub(lines.len()), room.columns, theme));
        return lines;
    }
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
            lines.extend(why(node, room, theme));
            lines.extend(before(view, node, room.rows.saturating_sub(lines.len()), room.columns, theme));
        }
        State::Proposed => lines.extend(plan(node, room, theme)),
        State::Pending => {
            lines.extend(plan(node, room, theme));
            lines.push(Line::styled(" v shows what it changes   a approves it", theme.attention()));
        }
        State::Evaluating { tail } => {
            lines.extend(plan(node, room, theme));
            // The output is what changes: it has the room first.
            if room.rows > LEAST_FOR_WHY {
                lines.extend(why(node, room, theme));
            }
            lines.extend(output(tail, room, lines.len(), theme));
        }
        State::Evaluated(evaluation) => {
            lines.extend(plan(node, room, theme));
            lines.push(verdict(view, node, room.columns, theme));
            lines.extend(output(&evaluation.tail, room, lines.len(), theme));
        }
        State::Failed { .. } | State::Rejected { .. } => lines.push(verdict(view, node, room.columns, theme)),
    }
    lines
}

/// When a provider is asked again, and how often that was done already.
fn asked_again(outage: &Outage, now_ms: i64) -> String {
    let left = outage.until_ms.saturating_sub(now_ms);
    let when = if left > 0 { format!("asked again in {}", clock(left)) } else { "asking again".to_owned() };
    format!(" {when}   attempt {} of {}", outage.attempt, outage.attempts)
}

/// The plan in half of the room at most, one row at least.
fn plan(node: &Node, room: Room, theme: Theme) -> Vec<Line<'static>> {
    if node.step == 0 {
        return vec![Line::styled(" the code as it is", theme.dim())];
    }
    wrap(&one_line(&node.plan), room.columns.saturating_sub(2), (room.rows / 2).max(1))
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

/// Why the search chose the step, if that is known.
fn why(node: &Node, room: Room, theme: Theme) -> Option<Line<'static>> {
    let line = || format!(" {:<9}  {}", "because", node.why);
    (!node.why.is_empty())
        .then(|| Line::styled(end_cut(&line(), room.columns.saturating_sub(1)), theme.dim()))
}

/// What the step builds on, and how those before it went, newest first: in at most `rows` rows.
fn before(view: &RunView, node: &Node, rows: usize, columns: usize, theme: Theme) -> Vec<Line<'static>> {
    let parent = node.parent.and_then(|parent| view.step(parent));
    let earlier = view.nodes().range(..node.step).rev().map(|(_, node)| node);
    let earlier =
        earlier.filter(|node| node.is_settled() && Some(node.step) != parent.map(|parent| parent.step));
    let mut label = "before it";
    let builds_on = parent.map(|parent| ("builds on", parent));
    let told = builds_on.into_iter().chain(earlier.map(|node| (std::mem::take(&mut label), node)));
    told.take(rows)
        .map(|(label, node)| {
            let line = format!(" {label:<9}  {}", brief(view, node));
            Line::styled(end_cut(&line, columns.saturating_sub(1)), theme.dim())
        })
        .collect()
}

fn end_lines(view: &RunView, end: &End, room: Room, theme: Theme) -> Vec<Line<'static>> {
    let columns = room.columns.saturating_sub(2);
    let mut lines: Vec<Line<'static>> =
        wrap(&end.reason, columns, 3).into_iter().map(|line| Line::raw(format!(" {line}"))).collect();
    lines.extend(
        wrap(&end.hint, columns, 3).into_iter().map(|line| Line::styled(format!(" {line}"), theme.dim())),
    );
    if let Some(best) = view.best() {
        let line = Line::from(vec![Span::styled(" best  ", theme.dim()), Span::raw(brief(view, best))]);
        lines.push(line);
    }
    lines
}
