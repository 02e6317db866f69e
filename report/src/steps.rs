//! Every step: what was planned, what came of it, and what it printed.

use std::fmt::{self, Display, Formatter};

use weco_core::event::{Exit, Stage};
use weco_core::run::RunSpec;
use weco_core::tree::Node;
use weco_view::format;

use crate::Report;
use crate::dataset;
use crate::numbers::Numbers;
use crate::standing::{Standing, reason};
use crate::text::{Line, Text};

/// Characters of a plan in a step's line.
const PLAN: usize = 200;

pub(crate) struct Steps<'a> {
    pub(crate) report: &'a Report<'a>,
    pub(crate) numbers: Numbers,
}

impl Steps<'_> {
    /// What step 0 is.
    fn beginning(&self) -> String {
        match &self.report.state.spec().derived {
            Some(derived) => format!("the code of step {} of run {}", derived.node, derived.run.short()),
            None => "the code as it was".to_owned(),
        }
    }

    fn step(&self, node: &Node, f: &mut Formatter<'_>) -> fmt::Result {
        let standing = Standing::of(self.report.state, node);
        let (step, word, sign) = (node.id, standing.word(), standing.sign());
        write!(f, "<details class=\"step {word}\"><summary><span class=\"number\">{step}</span>")?;
        write!(f, "<span class=\"standing\"><i>{sign}</i> {word}</span>")?;
        match node.metric() {
            Some(metric) => {
                let class = match self.numbers.is_better(metric) {
                    Some(true) => "gain better",
                    Some(false) => "gain worse",
                    None => "gain",
                };
                let spread = format::spread(node.deviation(), node.count());
                let (value, gain) = (self.numbers.metric(metric) + &spread, self.numbers.gain(metric));
                write!(f, "<span class=\"value\">{value}</span><span class=\"{class}\">{gain}</span>")?;
            }
            None => write!(f, "<span class=\"value\">–</span><span class=\"gain\"></span>")?,
        }
        let duration = node.evaluation.map(|evaluation| words(evaluation.duration_ms)).unwrap_or_default();
        write!(f, "<span class=\"duration\">{duration}</span>")?;
        let plan = format::one_line_cut(&node.plan, PLAN);
        let plan = if node.stage == Stage::Baseline && plan.is_empty() { self.beginning() } else { plan };
        write!(f, "<span class=\"plan\">{}</span></summary>", Line(&plan))?;
        write!(f, "<div class=\"body\" id=\"step-{step}\">")?;
        self.body(node, f)?;
        write!(f, "</div></details>")
    }

    fn body(&self, node: &Node, f: &mut Formatter<'_>) -> fmt::Result {
        facts(self.report.state.spec(), node, f)?;
        if !node.grounds.why.is_empty() {
            write!(f, "<p class=\"note\">Chosen by the search: {}</p>", Line(&node.grounds.why))?;
        }
        if !node.plan.is_empty() {
            write!(f, "<p class=\"prose\">{}</p>", Text(node.plan.trim()))?;
        }
        if !reason(node).is_empty() {
            write!(f, "<p class=\"reason\">{}</p>", Text(reason(node)))?;
        }
        dataset::told(node.report.as_deref(), f)?;
        match self.report.tails.get(&node.id).map(|tail| tail.trim_end()) {
            None => Ok(()),
            Some("") => write!(f, "<p class=\"note\">It printed nothing.</p>"),
            Some(tail) => {
                write!(f, "<pre class=\"output\" tabindex=\"0\" aria-label=\"output\">{}</pre>", Text(tail))
            }
        }
    }
}

/// What else is known of a step, on one line.
fn facts(spec: &RunSpec, node: &Node, f: &mut Formatter<'_>) -> fmt::Result {
    let mut facts = Vec::new();
    let stage = match node.stage {
        Stage::Baseline => "baseline",
        Stage::Draft => "draft",
        Stage::Improve => "improvement",
        Stage::Debug => "repair",
        Stage::Cross => "cross",
        Stage::Leap => "change of paradigm",
    };
    facts.push(match node.parent {
        Some(parent) => {
            let with = node
                .grounds
                .with
                .map_or_else(String::new, |with| format!(" and step <a href=\"#step-{with}\">{with}</a>"));
            format!("{stage} of step <a href=\"#step-{parent}\">{parent}</a>{with}")
        }
        None => stage.to_owned(),
    });
    if node.lines != (0, 0) {
        let (added, removed) = node.lines;
        facts.push(format!("<ins>+{added}</ins> <del>−{removed}</del> lines against the baseline"));
    }
    match node.evaluation.map(|evaluation| evaluation.exit) {
        Some(Exit::Code { code }) if code != 0 => facts.push(format!("exit code {code}")),
        Some(Exit::Signal { signal }) => facts.push(format!("ended by signal {signal}")),
        Some(Exit::TimedOut { limit_seconds }) => facts.push(format!("longer than {limit_seconds} s")),
        _ => {}
    }
    if node.evaluation.is_some_and(|evaluation| evaluation.inherited) {
        facts.push("not evaluated again".to_owned());
    }
    let tokens = node.usage.input_tokens.saturating_add(node.usage.output_tokens);
    if tokens > 0 {
        facts.push(format!("{} tokens", format::tokens(tokens)));
    }
    if let Some(model) = spec.models.get(node.grounds.model as usize).filter(|_| node.parent.is_some()) {
        facts.push(format!("by {}", Line(model)));
    }
    if let Some(approval) = &node.approval {
        facts.push(format!("approved by {}", Line(&approval.by)));
    }
    write!(f, "<p class=\"facts\">{}</p>", facts.join(" · "))
}

/// A time in milliseconds, in words.
pub(crate) fn words(ms: u64) -> String {
    format::words(i64::try_from(ms).unwrap_or(i64::MAX))
}

impl Display for Steps<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "<div class=\"steps\"><div class=\"heads\" aria-hidden=\"true\"><span>step</span><span>status</span>"
        )?;
        write!(f, "<span class=\"value\">{}</span>", Line(&self.report.state.spec().metric))?;
        write!(
            f,
            "<span class=\"gain\">gain</span><span class=\"duration\">took</span><span>plan</span></div>"
        )?;
        self.report.state.tree().nodes().iter().try_for_each(|node| self.step(node, f))?;
        write!(f, "</div>")
    }
}
