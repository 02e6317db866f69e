//! What a backend told of a version: its scores and the examples to learn from.

use std::fmt::Write;

use super::bounds::{MAX_EXAMPLES_CHARS, MAX_REASON_CHARS, MAX_TRIED_CHARS};
use super::text::{fenced, head, one_line};
use crate::report::{Example, ExampleScore, MAX_TEXT, Report, Score};

/// The section's text; empty if there is no report.
pub(super) fn section(report: Option<&Report>) -> String {
    let Some(report) = report else { return String::new() };
    let mut text = scores(report);
    for note in &report.notes {
        let _ = writeln!(text, "Note: {}\n", one_line(note, MAX_REASON_CHARS));
    }
    let examples = examples(report);
    if !examples.is_empty() {
        let _ = write!(text, "The examples of the dataset that it did worst on:\n\n{examples}");
    }
    text
}

fn scores(report: &Report) -> String {
    let scores: Vec<String> = report.scores.iter().map(score).collect();
    let over = match report.examples {
        1 => "1 example".to_owned(),
        examples => format!("{examples} examples"),
    };
    let failed = match report.failed {
        0 => String::new(),
        failed => format!(" It failed on {failed}."),
    };
    match scores.as_slice() {
        [] => format!("It was evaluated on {over}.{failed}\n\n"),
        scores => format!("Its scores over {over}: {}.{failed}\n\n", scores.join(", ")),
    }
}

fn score(score: &Score) -> String {
    let name = one_line(&score.name, MAX_TRIED_CHARS);
    let missing = match score.missing {
        0 => String::new(),
        missing => format!(", none for {missing}"),
    };
    match score.value {
        Some(value) => format!("`{name}` {value:?} ({}{missing})", one_line(&score.summary, MAX_TRIED_CHARS)),
        None => format!("`{name}` none"),
    }
}

/// As many whole examples as there is room for.
fn examples(report: &Report) -> String {
    let mut text = String::new();
    let mut left = MAX_EXAMPLES_CHARS;
    for example in &report.worst {
        let example = fenced(&in_full(example));
        let Some(rest) = left.checked_sub(example.chars().count()) else { break };
        left = rest;
        text.push_str(&example);
        text.push('\n');
    }
    text
}

fn in_full(example: &Example) -> String {
    let texts = [
        ("input", Some(&example.input)),
        ("expected", example.expected.as_ref()),
        ("output", example.output.as_ref()),
        ("error", example.error.as_ref()),
    ];
    let mut full = String::new();
    for (what, text) in texts {
        if let Some(text) = text {
            let _ = writeln!(full, "{what}: {}", head(text.trim_end(), MAX_TEXT));
        }
    }
    for ExampleScore { name, value, comment } in &example.scores {
        let value = value.map_or_else(|| "none".to_owned(), |value| format!("{value:?}"));
        let comment = comment.as_deref().map(|comment| format!(" ({})", one_line(comment, MAX_TEXT)));
        let _ = writeln!(full, "{}: {value}{}", one_line(name, MAX_TRIED_CHARS), comment.unwrap_or_default());
    }
    full
}
