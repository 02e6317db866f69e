//! Lines about what an evaluation backend told of a step.

use std::io;

use weco_proto::v1::{EvalExample, EvalReport, EvalScore, StepEvaluated};

use crate::format::{exact, one_line, one_line_cut};

/// Columns of each of an example's texts.
const EXAMPLE_COLUMNS: usize = 160;

/// The scores, the experiment and the worst examples; nothing of a step that a command evaluated.
pub(super) fn told(out: &mut impl io::Write, evaluated: &StepEvaluated) -> io::Result<()> {
    let (step, Some(report)) = (evaluated.step, &evaluated.report) else { return Ok(()) };
    writeln!(out, "[SCORES] Step {step}: {}", scores(report))?;
    for note in &report.notes {
        writeln!(out, "[NOTE] Step {step}: {}", one_line(note))?;
    }
    for example in &report.worst {
        writeln!(out, "[EXAMPLE] Step {step}: {}", in_short(example))?;
    }
    let page = match report.experiment_url.as_str() {
        "" => String::new(),
        url => format!(" ({})", one_line(url)),
    };
    writeln!(out, "[EXPERIMENT] Step {step}: {}{page}", one_line(&report.experiment))
}

/// `exact 0.81 (mean of 48, 2 missing), tone none; the target failed on 2 of 50 examples`
fn scores(report: &EvalReport) -> String {
    let scores: Vec<String> = report.scores.iter().map(score).collect();
    let scores = if scores.is_empty() { "none".to_owned() } else { scores.join(", ") };
    let EvalReport { examples, failed, .. } = report;
    match failed {
        0 => format!("{scores}; {examples} examples"),
        failed => format!("{scores}; the target failed on {failed} of {examples} examples"),
    }
}

fn score(score: &EvalScore) -> String {
    let name = one_line(&score.name);
    let missing = match score.missing {
        0 => String::new(),
        missing => format!(", {missing} missing"),
    };
    match score.value {
        Some(value) => format!("{name} {} ({}{missing})", exact(value), one_line(&score.summary)),
        None => format!("{name} none"),
    }
}

fn in_short(example: &EvalExample) -> String {
    let texts = [
        ("input", Some(&example.input)),
        ("expected", example.expected.as_ref()),
        ("output", example.output.as_ref()),
        ("error", example.error.as_ref()),
    ];
    let texts = texts
        .into_iter()
        .filter_map(|(what, text)| Some(format!("{what}: {}", one_line_cut(text?, EXAMPLE_COLUMNS))));
    let scores = example.scores.iter().map(|score| {
        let value = score.value.map_or_else(|| "none".to_owned(), exact);
        format!("{}: {value}", one_line(&score.name))
    });
    texts.chain(scores).collect::<Vec<_>>().join(" | ")
}
