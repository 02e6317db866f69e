//! The curve: every step's metric over the steps, the best so far, and the baseline.
//!
//! An SVG that is stretched would stretch its letters, too. So there are several side by side, none of them
//! stretched: places are percentages, and only the line of the best so far, which has no letters, is scaled.

use std::fmt::{self, Display, Formatter};

use weco_core::run::{Goal, NodeId};
use weco_core::state::RunState;
use weco_core::tree::Node;

use crate::numbers::{Numbers, typographic};
use crate::scale::Scale;
use crate::standing::{Standing, reason};
use crate::text::Line;
use weco_view::format;

/// Marks on the axes, at most.
const Y_TICKS: u32 = 6;
const X_TICKS: u32 = 10;

/// Units of the line that is scaled.
const UNITS: f64 = 1000.0;

/// Steps from which marks are drawn smaller.
const MANY: usize = 150;

pub(crate) struct Curve<'a> {
    state: &'a RunState,
    numbers: Numbers,
    x: Scale,
    y: Scale,
    /// Whether any step has a metric.
    has_values: bool,
}

impl<'a> Curve<'a> {
    pub(crate) fn new(state: &'a RunState, numbers: Numbers) -> Self {
        let values: Vec<f64> = state.tree().nodes().iter().filter_map(Node::metric).collect();
        let best = state.tree().best().and_then(Node::metric);
        let kept: Vec<f64> = state.baseline().metric().into_iter().chain(best).collect();
        let last = f64::from(state.steps().max(state.tree().steps_asked()));
        let y = Scale::around(&values, &kept);
        Self { state, numbers, x: Scale::new(0.0, last), y, has_values: !values.is_empty() }
    }

    /// A step's place from the left, in percent.
    fn left(&self, step: NodeId) -> f64 {
        100.0 * self.x.place(f64::from(step.0)).0
    }

    /// A value's place from the top, in percent, and whether it lies beyond the axis.
    fn top(&self, value: f64) -> (f64, bool) {
        let (place, beyond) = self.y.place(value);
        (100.0 * (1.0 - place), beyond)
    }

    /// Values that are marked; none before there is one.
    fn y_ticks(&self) -> Vec<f64> {
        if self.has_values { self.y.ticks(Y_TICKS, false) } else { Vec::new() }
    }

    fn y_axis(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "<svg class=\"y-axis\" aria-hidden=\"true\">")?;
        for (tick, label) in labelled(&self.y_ticks()) {
            write!(f, "<text x=\"100%\" y=\"{:.2}%\" dy=\"0.32em\">{label}</text>", self.top(tick).0)?;
        }
        write!(f, "</svg>")
    }

    fn x_axis(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "<svg class=\"x-axis\" aria-hidden=\"true\">")?;
        for tick in self.x.ticks(X_TICKS, true) {
            write!(f, "<text x=\"{:.2}%\" y=\"1.1em\">{tick}</text>", 100.0 * self.x.place(tick).0)?;
        }
        write!(f, "</svg>")
    }

    fn plot(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let many = if self.state.tree().nodes().len() > MANY { " many" } else { "" };
        write!(
            f,
            "<svg class=\"plot{many}\" role=\"img\" aria-labelledby=\"curve-title\"><title id=\"curve-title\">"
        )?;
        write!(f, "{} by step</title>", Line(&self.state.spec().metric))?;
        for tick in self.y_ticks() {
            let top = self.top(tick).0;
            write!(f, "<line class=\"grid\" x1=\"0\" x2=\"100%\" y1=\"{top:.2}%\" y2=\"{top:.2}%\"/>")?;
        }
        if let Some(baseline) = self.state.baseline().metric() {
            let top = self.top(baseline).0;
            write!(f, "<line class=\"baseline\" x1=\"0\" x2=\"100%\" y1=\"{top:.2}%\" y2=\"{top:.2}%\"/>")?;
        }
        self.best_so_far(f)?;
        // The best last, so that nothing covers it.
        let is_best = |node: &&Node| Standing::of(self.state, node) == Standing::Best;
        let nodes = self.state.tree().nodes();
        nodes.iter().filter(|node| !is_best(node)).try_for_each(|node| self.point(node, f))?;
        nodes.iter().filter(is_best).try_for_each(|node| self.point(node, f))?;
        write!(f, "</svg>")
    }

    fn best_so_far(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let goal = self.state.spec().goal;
        let mut best: Option<f64> = None;
        let mut path = String::new();
        let unit = UNITS / 100.0;
        for node in self.state.tree().nodes() {
            let Some(metric) = node.metric() else { continue };
            if best.is_some_and(|best| !goal.is_better(metric, best)) {
                continue;
            }
            let (x, y) = (self.left(node.id) * unit, self.top(metric).0 * unit);
            path += &if best.is_some() { format!("H{x:.1}V{y:.1}") } else { format!("M{x:.1} {y:.1}") };
            best = Some(metric);
        }
        if best.is_none() {
            return Ok(());
        }
        let last = self.left(NodeId(self.state.tree().steps_asked())) * unit;
        write!(f, "<svg viewBox=\"0 0 {UNITS} {UNITS}\" preserveAspectRatio=\"none\">")?;
        write!(
            f,
            "<path class=\"so-far\" vector-effect=\"non-scaling-stroke\" d=\"{path}H{last:.1}\"/></svg>"
        )
    }

    fn point(&self, node: &Node, f: &mut Formatter<'_>) -> fmt::Result {
        let standing = Standing::of(self.state, node);
        let (step, left, word) = (node.id, self.left(node.id), standing.word());
        // What has no value stands at the foot.
        let (top, beyond) = node.metric().map_or((100.0, false), |metric| self.top(metric));
        write!(f, "<a href=\"#step-{step}\" class=\"point {word}\"><title>Step {step}, {word}")?;
        match node.metric() {
            Some(metric) => write!(f, ": {} ({})", self.numbers.metric(metric), self.numbers.gain(metric))?,
            None if reason(node).is_empty() => {}
            None => write!(f, ": {}", Line(&format::one_line_cut(reason(node), 200)))?,
        }
        write!(f, "</title>")?;
        let (sign, rise) = match (node.metric(), beyond, top < 50.0) {
            (Some(_), false, _) if standing != Standing::Best => {
                return write!(f, "<circle cx=\"{left:.2}%\" cy=\"{top:.2}%\" r=\"4\"/></a>");
            }
            (Some(_), true, true) => ('▲', "0.8em"),
            (Some(_), true, false) => ('▼', "-0.2em"),
            (Some(_), false, _) => (standing.sign(), "0.34em"),
            (None, ..) => (standing.sign(), "-0.35em"),
        };
        write!(f, "<text x=\"{left:.2}%\" y=\"{top:.2}%\" dy=\"{rise}\">{sign}</text></a>")
    }

    fn legend(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "<ul class=\"legend\"><li class=\"line\">best so far</li><li class=\"dashed\">baseline</li>"
        )?;
        for standing in Standing::ALL {
            let count = self
                .state
                .tree()
                .nodes()
                .iter()
                .filter(|node| Standing::of(self.state, node) == standing)
                .count();
            if count > 0 {
                let word = standing.word();
                write!(
                    f,
                    "<li class=\"{word}\"><i>{}</i> {word} <small>{count}</small></li>",
                    standing.sign()
                )?;
            }
        }
        write!(f, "</ul>")
    }
}

/// Values with what they are called: all with as many decimals as the one that needs most.
fn labelled(ticks: &[f64]) -> Vec<(f64, String)> {
    let plain: Vec<String> = ticks.iter().map(|tick| format::significant(*tick, 4)).collect();
    let decimals = |label: &String| label.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let most = plain.iter().map(decimals).max().unwrap_or(0);
    let is_plain = !plain.iter().any(|label| label.contains('e'));
    let label = |(tick, plain): (&f64, String)| {
        let label = if is_plain { format!("{tick:.most$}") } else { plain };
        (*tick, typographic(&label))
    };
    ticks.iter().zip(plain).map(label).collect()
}

impl Display for Curve<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let spec = self.state.spec();
        let better = if spec.goal == Goal::Maximize { "higher is better" } else { "lower is better" };
        write!(f, "<figure class=\"curve\"><figcaption><b>{}</b> {better}</figcaption>", Line(&spec.metric))?;
        write!(f, "<div class=\"axes\">")?;
        self.y_axis(f)?;
        self.plot(f)?;
        self.x_axis(f)?;
        write!(f, "</div><p class=\"x-name\">step</p>")?;
        self.legend(f)?;
        write!(f, "</figure>")
    }
}
