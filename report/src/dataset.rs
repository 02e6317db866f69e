//! What an evaluation backend told of a step: scores, the experiment, the examples to learn from.

use std::fmt::{self, Formatter};

use weco_core::report::{Example, Report, Score};
use weco_view::format;

use crate::text::{Line, Text};

/// Writes what was told, if anything was.
pub(crate) fn told(report: Option<&Report>, f: &mut Formatter<'_>) -> fmt::Result {
    let Some(report) = report else { return Ok(()) };
    let scores: Vec<String> = report.scores.iter().map(score).collect();
    let failed = match report.failed {
        0 => String::new(),
        failed => format!(", {failed} failed"),
    };
    write!(f, "<p class=\"facts\">{} · {} examples{failed}</p>", scores.join(" · "), report.examples)?;
    experiment(report, f)?;
    for note in &report.notes {
        write!(f, "<p class=\"note\">{}</p>", Text(note))?;
    }
    if report.worst.is_empty() {
        return Ok(());
    }
    write!(f, "<details class=\"examples\"><summary>{} worst examples</summary>", report.worst.len())?;
    report.worst.iter().try_for_each(|one| example(one, f))?;
    write!(f, "</details>")
}

fn score(score: &Score) -> String {
    let value = score.value.map_or_else(|| "none".to_owned(), format::exact);
    let missing = if score.missing == 0 { String::new() } else { format!(", {} missing", score.missing) };
    format!("{} {value} ({}{missing})", Line(&score.name), Line(&score.summary))
}

fn experiment(report: &Report, f: &mut Formatter<'_>) -> fmt::Result {
    let name = Line(&report.experiment.name);
    match report.experiment.url.as_deref().filter(|url| is_web(url)) {
        Some(url) => {
            write!(
                f,
                "<p class=\"note\">Experiment <a href=\"{}\" rel=\"noreferrer\">{name}</a></p>",
                Line(url)
            )
        }
        None if report.experiment.name.is_empty() => Ok(()),
        None => write!(f, "<p class=\"note\">Experiment {name}</p>"),
    }
}

/// Whether an address leads to a page and to nothing else.
fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

fn example(example: &Example, f: &mut Formatter<'_>) -> fmt::Result {
    let texts = [
        ("input", Some(&example.input)),
        ("expected", example.expected.as_ref()),
        ("output", example.output.as_ref()),
        ("error", example.error.as_ref()),
    ];
    write!(f, "<pre class=\"output\" tabindex=\"0\" aria-label=\"example\">")?;
    for (what, text) in texts {
        if let Some(text) = text {
            writeln!(f, "{what}: {}", Text(text.trim_end()))?;
        }
    }
    for score in &example.scores {
        let value = score.value.map_or_else(|| "none".to_owned(), format::exact);
        let comment = score.comment.as_deref().map(|comment| format!(" ({})", Line(comment)));
        writeln!(f, "{}: {value}{}", Line(&score.name), comment.unwrap_or_default())?;
    }
    write!(f, "</pre>")
}
