//! The first three rows: what runs, how far it is, how good it is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use weco_proto::v1::RunStatus;

use super::draw;
use super::theme::{BEST, Theme};
use crate::ui::RunView;
use crate::ui::format::{about, clock, dollars, improvement, middle_cut, short_id, tokens, width};
use crate::ui::view::{End, Node, Run};

/// Columns a name gets when space is short.
const NAME: usize = 24;
/// A progress bar shorter than this says nothing.
const SHORTEST_BAR: usize = 8;
/// A model's name cut shorter than this names no model.
const SHORTEST_MODEL: usize = 12;
/// Columns between the parts of a row.
const GAP: usize = 3;

/// Draws as many of the three rows as there is room for.
pub(super) fn render(view: &RunView, theme: Theme, now_ms: i64, area: Rect, buffer: &mut Buffer) {
    let columns = usize::from(area.width);
    let rows = vec![
        title(view, theme, columns),
        progress(view, theme, now_ms, columns),
        results(view, theme, columns),
    ];
    draw::lines(rows, area, buffer);
}

/// A piece of a row, never cut: shown whole or not at all.
struct Part {
    text: String,
    style: Style,
}

impl Part {
    fn new(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style }
    }
}

/// Parts from the left and parts up to the right edge; those that do not fit are left out, the left ones last.
fn row(left: Vec<Part>, right: Vec<Part>, columns: usize) -> Line<'static> {
    let mut free = columns.saturating_sub(2);
    let mut fit = |parts: Vec<Part>| {
        let mut first = true;
        parts.into_iter().fold(Vec::new(), |mut fitting: Vec<Span<'static>>, part| {
            let gap = if first { 0 } else { GAP };
            let needed = width(&part.text) + gap;
            if needed <= free {
                free -= needed;
                fitting.push(Span::raw(" ".repeat(gap)));
                fitting.push(Span::styled(part.text, part.style));
                first = false;
            }
            fitting
        })
    };
    let mut spans = vec![Span::raw(" ")];
    spans.extend(fit(left));
    // Between left and right there is a gap too; without room for it nothing is on the right.
    let taken: usize = spans.iter().map(Span::width).sum();
    let right = if columns > taken + GAP { fit(right) } else { Vec::new() };
    let right_width: usize = right.iter().map(Span::width).sum();
    spans.push(Span::raw(" ".repeat(columns.saturating_sub(taken + right_width + 1))));
    spans.extend(right);
    Line::from(spans)
}

/// ` swift-heron  0002e071      speedup ↑ max      gemini-3-flash-preview`
fn title(view: &RunView, theme: Theme, columns: usize) -> Line<'static> {
    let Some(run) = view.run() else {
        return Line::styled(" waiting for the daemon", theme.dim());
    };
    let short_id = short_id(&run.id);
    let name = middle_cut(&run.name, NAME.min(columns.saturating_sub(2)));
    let goal = goal(run);
    let spare = columns.saturating_sub(width(&name) + width(short_id) + width(&goal) + 3 * GAP + 2);
    let model = match width(&run.model) {
        whole if whole > spare && spare < SHORTEST_MODEL => String::new(),
        _ => middle_cut(&run.model, spare),
    };
    // The goal in the middle of what is between the names.
    let left = width(&name) + 2 + width(short_id);
    let free = columns.saturating_sub(left + width(&goal) + width(&model) + 2);
    if model.is_empty() || free < 2 * GAP {
        return row(
            vec![Part::new(name, theme.strong()), Part::new(goal, Style::new())],
            vec![Part::new(short_id, theme.dim())],
            columns,
        );
    }
    Line::from(vec![
        Span::raw(" "),
        Span::styled(name, theme.strong()),
        Span::styled(format!("  {short_id}"), theme.dim()),
        Span::raw(" ".repeat(free / 2)),
        Span::raw(goal),
        Span::raw(" ".repeat(free - free / 2)),
        Span::styled(model, theme.dim()),
    ])
}

fn goal(run: &Run) -> String {
    let arrow = if run.maximize { "↑ max" } else { "↓ min" };
    format!("{} {arrow}", middle_cut(&run.metric, NAME))
}

/// ` ━━━━╸────  31/50   12:04 elapsed   about 7 min left`
fn progress(view: &RunView, theme: Theme, now_ms: i64, columns: usize) -> Line<'static> {
    let count = format!("{}/{}", view.begun(), view.budget());
    let mut parts = vec![
        Part::new(count, theme.strong()),
        Part::new(format!("{} elapsed", clock(view.elapsed_ms(now_ms))), Style::new()),
    ];
    parts.extend(outlook(view, theme, now_ms));
    parts.extend(view.limits_used(now_ms).into_iter().map(|used| Part::new(used, theme.dim())));
    // What is said last gives way first, the bar before the first.
    let room = columns.saturating_sub(2);
    let needed = |parts: &[Part]| parts.iter().map(|part| width(&part.text) + GAP).sum::<usize>();
    while parts.len() > 1 && needed(&parts) + SHORTEST_BAR > room {
        parts.pop();
    }
    let Some(bar) = room.checked_sub(needed(&parts)).filter(|bar| *bar >= SHORTEST_BAR) else {
        return row(parts, Vec::new(), columns);
    };
    let mut spans = vec![Span::raw(" ")];
    spans.extend(self::bar(view.done(), view.budget(), bar, theme));
    for part in parts {
        spans.push(Span::raw(" ".repeat(GAP)));
        spans.push(Span::styled(part.text, part.style));
    }
    Line::from(spans)
}

/// What comes: how long it will take, or that it ends or has ended.
fn outlook(view: &RunView, theme: Theme, now_ms: i64) -> Option<Part> {
    if let Some(end) = view.ended() {
        return Some(Part::new(ending(end), theme.strong()));
    }
    if view.stopping() {
        return Some(Part::new("stopping…", theme.attention()));
    }
    if view.pending().is_some() {
        return Some(Part::new("waits for approval", theme.attention()));
    }
    view.left_ms(now_ms).map(|left| Part::new(format!("{} left", about(left)), Style::new()))
}

/// How the run ended, in a word.
pub(super) fn ending(end: &End) -> &'static str {
    match end.status {
        RunStatus::Completed => "finished",
        RunStatus::Error => "failed",
        RunStatus::Interrupted => "interrupted",
        _ => "stopped",
    }
}

fn bar(done: u32, all: u32, columns: usize, theme: Theme) -> [Span<'static>; 2] {
    let halves = if all == 0 { 0 } else { 2 * columns as u64 * u64::from(done.min(all)) / u64::from(all) };
    let halves = usize::try_from(halves).unwrap_or(0);
    let mut full = "━".repeat(halves / 2);
    if halves % 2 == 1 {
        full.push('╸');
    }
    let rest = "─".repeat(columns - halves.div_ceil(2));
    [Span::styled(full, theme.best()), Span::styled(rest, theme.dim())]
}

/// ` best 3.41 at step 27   baseline 1.00   +241 %      412k tokens in   88k out`
fn results(view: &RunView, theme: Theme, columns: usize) -> Line<'static> {
    let precision = view.precision();
    let (baseline, best) = view.span();
    let mut left = Vec::new();
    if let (Some(metric), Some(node)) = (best, view.best().filter(|node| node.step > 0)) {
        left.push(Part::new(
            format!("{BEST} best {}{} at step {}", precision.show(metric), node.spread(), node.step),
            theme.best(),
        ));
    }
    if let Some(baseline) = baseline {
        let spread = view.baseline().map_or_else(String::new, Node::spread);
        left.push(Part::new(format!("baseline {}{spread}", precision.show(baseline)), Style::new()));
        if let Some(best) = best.filter(|_| left.len() > 1) {
            left.push(Part::new(improvement(best, baseline, view.maximize()), theme.best()));
        }
    }
    if left.is_empty() {
        left.push(Part::new("no measurement yet", theme.dim()));
    }
    let usage = view.usage();
    let right = if usage.input_tokens + usage.output_tokens == 0 {
        Vec::new()
    } else {
        let text = format!("{} tokens in   {} out", tokens(usage.input_tokens), tokens(usage.output_tokens));
        let cost = view.cost().map(|cost| Part::new(dollars(cost), theme.dim()));
        std::iter::once(Part::new(text, theme.dim())).chain(cost).collect()
    };
    row(left, right, columns)
}
