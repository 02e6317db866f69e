//! The page's beginning: which run it is and what came of it.

use std::fmt::{self, Display, Formatter};
use std::path::Path;

use weco_core::event::{EndStatus, Timestamp};
use weco_core::run::Goal;
use weco_core::state::RunStatus;
use weco_core::tree::Node;
use weco_view::format;

use crate::Report;
use crate::numbers::Numbers;
use crate::text::{Line, Text};

pub(crate) struct Header<'a> {
    pub(crate) report: &'a Report<'a>,
    pub(crate) numbers: Numbers,
}

impl Header<'_> {
    fn result(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let state = self.report.state;
        let Some(best) = state.tree().best() else {
            return write!(
                f,
                "<p class=\"result\"><span class=\"big\">–</span> <span>No version has worked yet.</span></p>"
            );
        };
        let metric = best.metric().unwrap_or_default();
        write!(f, "<p class=\"result\"><span class=\"big\">{}</span>", self.numbers.metric(metric))?;
        let spread = format::spread(best.deviation(), best.count());
        if !spread.is_empty() {
            write!(f, " <span>{spread}</span>")?;
        }
        if best.parent.is_none() {
            let first =
                if state.spec().derived.is_some() { "the version it began from" } else { "the baseline" };
            return write!(f, " <span>Nothing beat {first}.</span></p>");
        }
        let gain = self.numbers.gain(metric);
        if !gain.is_empty() {
            write!(f, " <span class=\"pill\">{gain}</span>")?;
        }
        write!(f, " <span>at step <a href=\"#step-{0}\">{0}</a>", best.id)?;
        if let Some(baseline) = self.numbers.measured(state.baseline()) {
            write!(f, ", from {baseline}")?;
        }
        write!(f, "</span></p>")
    }

    fn facts(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (state, spec) = (self.report.state, self.report.state.spec());
        let goal = if spec.goal == Goal::Maximize { "maximize" } else { "minimize" };
        let directory = Path::new(&spec.directory).file_name().unwrap_or_default().to_string_lossy();
        let usage = state.usage();
        let sources: Vec<&str> = spec.sources.iter().map(|source| source.path.as_str()).collect();
        write!(f, "<dl class=\"about\">")?;
        fact(f, "Metric", &format!("{} <small>{goal}</small>", Line(&spec.metric)))?;
        fact(f, "Steps", &format!("{} <small>of {}</small>", state.steps_done(), state.steps()))?;
        fact(
            f,
            if spec.models.is_empty() { "Model" } else { "Models" },
            &Line(&spec.models().join(", ")).to_string(),
        )?;
        fact(f, "Search", &format!("{} <small>{}</small>", spec.search.name(), spec.search.parameters()))?;
        if usage.input_tokens > 0 || usage.output_tokens > 0 {
            let (input, output) = (format::tokens(usage.input_tokens), format::tokens(usage.output_tokens));
            fact(f, "Tokens", &format!("{input} <small>in</small> {output} <small>out</small>"))?;
            if let Some(cost) = state.ledger().cost() {
                fact(f, "Cost", &format::dollars(cost))?;
            }
        }
        if spec.backend.is_some() {
            fact(f, "Evaluation", &Line(&spec.eval_command).to_string())?;
        }
        fact(f, "Sources", &Line(&sources.join(", ")).to_string())?;
        fact(f, "Directory", &Line(&directory).to_string())?;
        fact(f, "Started", &date(state.created_at()))?;
        fact(f, "Took", &format::words(self.report.elapsed))?;
        if let Some(derived) = &spec.derived {
            fact(
                f,
                "Derived from",
                &format!("{} <small>step {}</small>", derived.run.short(), derived.node),
            )?;
        }
        write!(f, "</dl>")
    }

    fn notes(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let state = self.report.state;
        if let RunStatus::Ended { status: EndStatus::Error | EndStatus::Interrupted, reason, .. } =
            state.status()
        {
            write!(f, "<p class=\"reason\">{}</p>", Text(reason))?;
        }
        match state.instructions() {
            Some(text) => write!(
                f,
                "<details class=\"instructions\"><summary>Instructions</summary><p class=\"prose\">{}</p></details>",
                Text(text.trim())
            ),
            None => Ok(()),
        }
    }
}

impl Display for Header<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let spec = self.report.state.spec();
        let word = status_word(self.report.state.status());
        write!(f, "<header><p class=\"brand\">weco <span>run report</span></p><h1>{}", Line(&spec.name))?;
        write!(f, " <span class=\"status {word}\">{word}</span></h1><p class=\"id\">{}</p>", spec.id)?;
        self.result(f)?;
        self.notes(f)?;
        self.facts(f)?;
        write!(f, "</header>")
    }
}

/// One fact; `value` is markup.
fn fact(f: &mut Formatter<'_>, name: &str, value: &str) -> fmt::Result {
    write!(f, "<div><dt>{name}</dt><dd>{value}</dd></div>")
}

pub(crate) fn status_word(status: &RunStatus) -> &'static str {
    match status {
        RunStatus::Running => "running",
        RunStatus::Stopping => "stopping",
        RunStatus::Ended { status, .. } => match status {
            EndStatus::Completed => "completed",
            EndStatus::Terminated => "terminated",
            EndStatus::Error => "error",
            EndStatus::Interrupted => "interrupted",
        },
    }
}

/// A time in UTC: whoever reads the page may be anywhere.
pub(crate) fn date(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.strftime("%-d %b %Y, %H:%M UTC").to_string()
}

/// The page's title.
pub(crate) fn title(report: &Report<'_>, numbers: Numbers) -> String {
    let spec = report.state.spec();
    let best = report.state.tree().best().and_then(Node::metric).map(|metric| numbers.metric(metric));
    let best = best.map(|best| format!(": {} {best}", Line(&spec.metric))).unwrap_or_default();
    format!("{}{best} – weco", Line(&spec.name))
}
