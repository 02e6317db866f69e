//! The solution tree: one row per version, parents above their children.

use std::collections::BTreeMap;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::draw;
use super::theme::{BEST, BUGGY, FAILED, OPEN, PENDING, REJECTED, Theme};
use crate::ui::RunView;
use crate::ui::format::{Precision, end_cut, one_line, width};
use crate::ui::view::{Node, State};

/// Columns of one level; narrower where a deep tree would leave no room for its words.
const LEVEL: usize = 3;
const NARROW_LEVEL: usize = 2;

/// Hundredths of the panel that a row's words should have.
const WORDS: usize = 40;
/// What marks the chosen row, and a row whose upper levels are out of sight.
const CHOSEN: &str = "▸";
const CLIPPED: &str = "‹";

/// A version's place in the drawn tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Row {
    /// The version's step.
    pub(super) step: u32,
    /// The row of its parent.
    parent: Option<usize>,
    /// Whether no sibling follows.
    last: bool,
    /// Ancestors above it.
    depth: usize,
}

/// The tree in drawing order, children by step.
pub(super) fn rows(view: &RunView) -> Vec<Row> {
    let nodes = view.nodes();
    let mut children: BTreeMap<Option<u32>, Vec<u32>> = BTreeMap::new();
    for node in nodes.values() {
        // A parent comes before its children; one that does not, or is not known, leaves a root.
        let parent = node.parent.filter(|parent| *parent < node.step && nodes.contains_key(parent));
        children.entry(parent).or_default().push(node.step);
    }
    let mut rows: Vec<Row> = Vec::with_capacity(nodes.len());
    let mut waiting: Vec<Row> = Vec::new();
    let siblings = |key: Option<u32>, parent: Option<usize>, depth: usize, waiting: &mut Vec<Row>| {
        let steps = children.get(&key).map_or(&[][..], Vec::as_slice);
        waiting.extend(steps.iter().enumerate().rev().map(|(index, &step)| Row {
            step,
            parent,
            last: index + 1 == steps.len(),
            depth,
        }));
    };
    siblings(None, None, 0, &mut waiting);
    while let Some(row) = waiting.pop() {
        rows.push(row);
        siblings(Some(row.step), Some(rows.len() - 1), row.depth + 1, &mut waiting);
    }
    rows
}

/// The lines before a row's step, `level` columns for each ancestor.
fn guides(rows: &[Row], at: usize, level: usize) -> String {
    let mut parts = Vec::new();
    let mut row = rows[at];
    let mut own = true;
    while row.depth > 0 {
        let (arm, fill) = match (own, row.last) {
            (true, true) => ("╰", "─"),
            (true, false) => ("├", "─"),
            (false, true) => (" ", " "),
            (false, false) => ("│", " "),
        };
        parts.push(format!("{arm}{} ", fill.repeat(level - 2)));
        own = false;
        let Some(parent) = row.parent else { break };
        row = rows[parent];
    }
    parts.into_iter().rev().collect()
}

/// Draws the tree, scrolled so that `focus` is in sight.
pub(super) fn render(
    view: &RunView,
    focus: Option<u32>,
    selected: Option<u32>,
    theme: Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let inner = draw::panel("tree", theme, area, buffer);
    let rows = rows(view);
    let room = usize::from(inner.height);
    let at = rows.iter().position(|row| Some(row.step) == focus).unwrap_or(0);
    // The focus a little below the middle: what led to it matters more than what follows.
    let first = at.saturating_sub(room * 3 / 5).min(rows.len().saturating_sub(room));
    let visible = first..rows.len().min(first + room);
    let columns = usize::from(inner.width).saturating_sub(1);
    let deepest = rows.iter().map(|row| row.depth).max().unwrap_or(0);
    let level = if deepest * LEVEL > columns / 3 { NARROW_LEVEL } else { LEVEL };
    let precision = view.precision();
    let numbers = view.best().and_then(Node::metric).map_or(0, |metric| width(&precision.show(metric))) + 8;
    // Of a tree too deep for the panel, the levels far above the focus are out of sight.
    let depth = rows.get(at).map_or(0, |row| row.depth);
    let skipped = (depth * level + numbers + columns * WORDS / 100).saturating_sub(columns).div_ceil(level);
    for (y, index) in (inner.y..inner.bottom()).zip(visible) {
        let row = rows[index];
        let Some(node) = view.step(row.step) else { continue };
        let margin = match (selected == Some(row.step), row.depth > 0 && row.depth <= skipped) {
            (true, _) => CHOSEN,
            (false, true) => CLIPPED,
            (false, false) => " ",
        };
        let guides: String = guides(&rows, index, level).chars().skip(skipped * level).collect();
        let is_best = view.is_best(row.step);
        let mut line = entry(node, is_best, precision, theme, &guides, columns);
        line.spans.insert(0, Span::styled(margin, theme.dim()));
        if selected == Some(row.step) {
            line = line.style(theme.selected());
        }
        line.render(Rect { x: inner.x, y, width: inner.width, height: 1 }, buffer);
    }
}

/// `│  ╰─ 27  3.41  ★ fused passes`: the words are cut, the numbers never.
fn entry(
    node: &Node,
    is_best: bool,
    precision: Precision,
    theme: Theme,
    guides: &str,
    columns: usize,
) -> Line<'static> {
    let (value, words, style) = match &node.state {
        _ if node.metric().is_some() => {
            let value =
                node.metric().map(|metric| precision.show(metric) + &node.spread()).unwrap_or_default();
            let style = if is_best { theme.best() } else { Style::new() };
            (value, plan(node), style)
        }
        State::Failed { reason } => (FAILED.to_owned(), reason.clone(), theme.attention()),
        State::Rejected { reason, .. } => (REJECTED.to_owned(), reason.clone(), theme.dim()),
        State::Pending => (PENDING.to_owned(), plan(node), theme.attention()),
        State::Evaluated(_) => {
            (BUGGY.to_owned(), node.trouble().unwrap_or_default().to_owned(), theme.attention())
        }
        State::Proposing { .. } => (OPEN.to_owned(), "proposing".to_owned(), theme.strong()),
        State::Proposed | State::Evaluating { .. } => (OPEN.to_owned(), plan(node), theme.strong()),
    };
    let mark = if is_best { format!("{BEST} ") } else { String::new() };
    let numbers = format!("{}  {value}  {mark}", node.step);
    let room = columns.saturating_sub(width(&numbers));
    let guides = end_cut(guides, room);
    let words = end_cut(&words, room.saturating_sub(width(&guides)));
    let words_style = if node.is_settled() && node.trouble().is_none() { style } else { theme.dim() };
    Line::from(vec![
        Span::styled(guides, theme.dim()),
        Span::styled(numbers, style),
        Span::styled(words, words_style),
    ])
}

fn plan(node: &Node) -> String {
    if node.step == 0 { "baseline".to_owned() } else { one_line(&node.plan) }
}

#[cfg(test)]
mod tests {
    use weco_proto::v1::Stage;

    use super::*;
    use weco_view::fixture::Story;

    fn drawn(view: &RunView, level: usize) -> Vec<String> {
        let rows = rows(view);
        (0..rows.len()).map(|at| format!("{}{}", guides(&rows, at, level), rows[at].step)).collect()
    }

    #[test]
    fn parents_come_before_children_and_siblings_are_joined() {
        let mut story = Story::baselined(9);
        for (step, parent) in [(1, 0), (2, 0), (3, 1), (4, 3), (5, 1)] {
            story = story.asked(step, parent, Stage::Improve);
        }
        let view = story.view();
        assert_eq!(drawn(&view, 3), ["0", "├─ 1", "│  ├─ 3", "│  │  ╰─ 4", "│  ╰─ 5", "╰─ 2"]);
        assert_eq!(drawn(&view, 2)[3], "│ │ ╰ 4");
    }

    #[test]
    fn unknown_and_circular_parents_leave_roots() {
        let view = Story::default()
            .asked(4, 9, Stage::Improve)
            .asked(5, 5, Stage::Improve)
            .asked(9, 4, Stage::Debug)
            .view();
        assert_eq!(drawn(&view, 3), ["4", "╰─ 9", "5"]);
    }

    #[test]
    fn a_deep_chain_is_no_recursion() {
        let mut story = Story::baselined(20_000);
        for step in 1..20_000 {
            story = story.asked(step, step - 1, Stage::Improve);
        }
        let rows = rows(&story.view());
        assert_eq!(rows.last().map(|row| (row.step, row.depth)), Some((19_999, 19_999)));
    }
}
