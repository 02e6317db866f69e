//! One step in full: its numbers, its plan, the end of its output.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::draw;
use super::theme::{ATTENTION, Theme};
use super::verdict::verdict;
use crate::ui::RunView;
use crate::ui::format::{dollars, end_cut, improvement, metric, tokens, words, wrap};
use crate::ui::view::{Node, State};

/// Lines of a plan that are shown at most: room enough for any sensible one.
const PLAN_LINES: usize = 200;

/// Draws a step over the panels. `scroll` is brought within bounds.
pub(super) fn render(
    view: &RunView,
    node: &Node,
    scroll: &mut usize,
    theme: Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let title = format!("step {}, {}", node.step, node.kind());
    let inner = draw::panel(&title, theme, area, buffer);
    let content = content(view, node, usize::from(inner.width).saturating_sub(1), theme);
    *scroll = (*scroll).min(content.len().saturating_sub(inner.height.into()));
    draw::lines(content.into_iter().skip(*scroll).collect(), inner, buffer);
}

fn content(view: &RunView, node: &Node, columns: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = vec![result(view, node, columns, theme)];
    lines.extend(
        facts(view, node)
            .into_iter()
            .map(|fact| Line::styled(end_cut(&format!(" {fact}"), columns), theme.dim())),
    );
    if let Some(reason) = node.unusable.as_deref() {
        let text = format!(" {ATTENTION} a reply could not be used: {reason}");
        lines.push(Line::styled(end_cut(&text, columns), theme.attention()));
    }
    lines.push(Line::default());
    let plan = if node.step == 0 { "The code as it is." } else { &node.plan };
    lines.extend(
        wrap(plan, columns.saturating_sub(1), PLAN_LINES)
            .into_iter()
            .map(|line| Line::raw(format!(" {line}"))),
    );
    let tail = match &node.state {
        State::Evaluating { tail } => tail,
        State::Evaluated(evaluation) => &evaluation.tail,
        _ => return lines,
    };
    lines.push(Line::default());
    lines.push(Line::styled(" output ends:", theme.dim()));
    lines.extend(draw::output(tail, usize::MAX, columns, theme));
    lines
}

fn result(view: &RunView, node: &Node, columns: usize, theme: Theme) -> Line<'static> {
    let text = match &node.state {
        State::Proposing { .. } => " … proposing",
        State::Proposed => " … about to be evaluated",
        State::Pending => " ? waits for approval",
        State::Evaluating { .. } => " … evaluating",
        State::Evaluated(_) | State::Failed { .. } | State::Rejected { .. } => {
            return verdict(view, node, columns, theme);
        }
    };
    Line::styled(text, theme.strong())
}

/// What it starts from and why, what it changed, what it took.
fn facts(view: &RunView, node: &Node) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(parent) = node.parent.and_then(|parent| view.step(parent)) {
        let at = |from| format!("from step {} at {}{}", parent.step, metric(from), parent.spread());
        facts.push(match (parent.metric(), node.metric()) {
            (Some(from), Some(to)) => {
                format!("{}   {}", at(from), improvement(to, from, view.maximize()))
            }
            (Some(from), None) => at(from),
            (None, _) => {
                format!("from step {}: {}", parent.step, parent.trouble().unwrap_or("no result yet"))
            }
        });
    }
    if !node.why.is_empty() {
        facts.push(format!("because {}", node.why));
    }
    if !node.changed.is_empty() {
        let (added, removed) = node.lines;
        facts.push(format!("+{added} −{removed} lines against the baseline, in {}", node.changed.join(", ")));
    }
    let mut cost = Vec::new();
    if let Some(evaluation) = node.evaluation() {
        cost.push(format!("evaluated in {}", words(evaluation.duration_ms)));
    }
    if node.usage.input_tokens + node.usage.output_tokens > 0 {
        let usage = node.usage;
        let price = view.cost_of(node).map_or_else(String::new, |cost| format!(", {}", dollars(cost)));
        cost.push(format!(
            "{} tokens in, {} out{price}",
            tokens(usage.input_tokens),
            tokens(usage.output_tokens)
        ));
    }
    if view.run().is_some_and(|run| run.has_several_models) && !node.model.is_empty() {
        cost.push(format!("by {}", node.model));
    }
    if !cost.is_empty() {
        facts.push(cost.join("   "));
    }
    facts
}
