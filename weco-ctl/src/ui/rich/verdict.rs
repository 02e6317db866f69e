//! How a step went, in one line.

use ratatui::style::Style;
use ratatui::text::Line;

use super::theme::{BEST, BUGGY, FAILED, REJECTED, Theme};
use crate::ui::RunView;
use crate::ui::format::{end_cut, improvement, metric, middle_cut, one_line, width};
use crate::ui::view::{Node, State};

/// Columns below which a metric's name says nothing.
const SHORTEST_NAME: usize = 6;

/// An ended step: `★ speedup 3.41  +241 %  (exit 0)`, `× no metric was found  (exit 1)`. Words are cut, numbers not.
pub(super) fn verdict(view: &RunView, node: &Node, columns: usize, theme: Theme) -> Line<'static> {
    let columns = columns.saturating_sub(2);
    let exit = node.evaluation().map_or_else(String::new, |evaluation| format!("  ({})", evaluation.exit));
    let Some(value) = node.metric() else {
        let mark = mark_of(node);
        let room = columns.saturating_sub(width(&exit) + 2);
        let reason = end_cut(node.trouble().unwrap_or_default(), room);
        return Line::styled(format!(" {mark} {reason}{exit}"), theme.attention());
    };
    let (mark, style) = if view.is_best(node.step) {
        (format!("{BEST} "), theme.best())
    } else {
        (String::new(), Style::new())
    };
    let baseline = view.span().0.filter(|_| node.step > 0);
    let gain =
        baseline.map_or_else(String::new, |from| format!("  {}", improvement(value, from, view.maximize())));
    let again = if node.rechecking { "  measuring again" } else { "" };
    let numbers = format!("{}{}{gain}{exit}{again}", metric(value), node.spread());
    let room = columns.saturating_sub(width(&mark) + width(&numbers) + 1);
    let name = view
        .run()
        .filter(|_| room >= SHORTEST_NAME)
        .map_or_else(String::new, |run| format!("{} ", middle_cut(&run.metric, room)));
    Line::styled(format!(" {mark}{name}{numbers}"), style)
}

/// A settled step among others, its parts in columns: `step 27  3.41 ★ fused passes`.
pub(super) fn brief(view: &RunView, node: &Node) -> String {
    let precision = view.precision();
    let value = match node.metric() {
        Some(metric) => precision.show(metric) + &node.spread(),
        None => mark_of(node).to_owned(),
    };
    let shown = |node: &Node| node.metric().map(|metric| precision.show(metric) + &node.spread());
    let best = view.best().and_then(shown).map_or(0, |text| width(&text));
    let mark = if view.is_best(node.step) { BEST } else { " " };
    let words = match node.trouble() {
        Some(reason) => reason.to_owned(),
        None if node.step == 0 => "baseline".to_owned(),
        None => one_line(&node.plan),
    };
    format!("step {:<2}  {value:<best$} {mark} {words}", node.step)
}

/// What stands for the metric of a step that has none.
fn mark_of(node: &Node) -> &'static str {
    match node.state {
        State::Failed { .. } => FAILED,
        State::Rejected { .. } => REJECTED,
        _ => BUGGY,
    }
}
