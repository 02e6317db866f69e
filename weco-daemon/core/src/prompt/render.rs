//! The user message, and both together.

use std::fmt::Write;

use super::bounds::{MAX_COMMAND_CHARS, MAX_INSTRUCTIONS_CHARS, MAX_OUTPUT_CHARS, MAX_REASON_CHARS};
use super::brief::{Brief, Prompt};
use super::text::{fence_for, fenced, fenced_in, head, one_line, tail};
use super::{form, history};
use crate::event::Stage;
use crate::run::{Files, Goal};

/// Writes the prompt. `files` are the texts of [`Brief::files`], `output` that of [`Brief::parent_output`].
pub fn render(brief: &Brief, files: &Files, output: &str) -> Prompt {
    let fence = fence_for(files.values().map(String::as_str));
    let sections = [
        goal(brief),
        instructions(brief),
        version(brief, files, &fence),
        result(brief, output),
        history::section(brief),
        request(brief),
        retry(brief),
    ];
    Prompt { system: form::system(files, &fence), user: sections.concat().trim_end().to_owned() + "\n" }
}

fn goal(brief: &Brief) -> String {
    let (verb, better) = match brief.goal {
        Goal::Maximize => ("Maximize", "larger"),
        Goal::Minimize => ("Minimize", "smaller"),
    };
    let mut text = format!("# Goal\n\n{verb} `{}`: {better} is better.", metric(brief));
    if let Some(baseline) = brief.baseline_metric {
        let _ = write!(text, " The baseline, the code as the user gave it, has {baseline:?}.");
    }
    if let Some(best) = brief.best_metric {
        let _ = write!(text, " The best so far is {best:?}.");
    }
    let command = fenced(&head(&brief.eval_command, MAX_COMMAND_CHARS));
    let _ = writeln!(text, " It is printed by this command:\n\n{command}");
    text
}

/// The metric's name.
fn metric(brief: &Brief) -> String {
    one_line(&brief.metric, MAX_REASON_CHARS)
}

fn instructions(brief: &Brief) -> String {
    let Some(text) = brief.instructions.as_deref().map(str::trim).filter(|text| !text.is_empty()) else {
        return String::new();
    };
    let text = head(text, MAX_INSTRUCTIONS_CHARS);
    format!("# The user's instructions\n\n<instructions>\n{text}\n</instructions>\n\n")
}

fn version(brief: &Brief, files: &Files, fence: &str) -> String {
    let what = match brief.stage {
        Stage::Baseline | Stage::Draft => "start from",
        Stage::Improve => "improve",
        Stage::Debug => "repair",
    };
    let mut text = format!("# The version to {what}: {}\n\n", history::node(brief.parent));
    let plan = one_line(&brief.parent_plan, MAX_REASON_CHARS);
    if !plan.is_empty() {
        let then = if brief.parent_revised { " (the user then changed its code)" } else { "" };
        let _ = writeln!(text, "Its plan was: {plan}{then}\n");
    }
    for (path, content) in files {
        let _ = writeln!(text, "{path}\n{}", fenced_in(fence, content));
    }
    text
}

fn result(brief: &Brief, output: &str) -> String {
    let mut text = String::new();
    match (&brief.parent_bug, brief.parent_metric) {
        (Some(bug), _) => {
            let _ = writeln!(text, "# Its result\n\nIt does not work: {}\n", one_line(bug, MAX_REASON_CHARS));
        }
        (None, Some(value)) => {
            let _ = writeln!(text, "# Its result\n\n`{}` is {value:?}.\n", metric(brief));
        }
        (None, None) => {}
    }
    let output = tail(output, MAX_OUTPUT_CHARS);
    if !output.trim().is_empty() {
        let _ = writeln!(text, "The end of its output:\n\n{}", fenced(&output));
    }
    text
}

/// What is wanted.
fn request(brief: &Brief) -> String {
    let task = match brief.stage {
        Stage::Baseline | Stage::Draft if brief.tried.is_empty() => DRAFT_FIRST,
        Stage::Baseline | Stage::Draft => DRAFT,
        Stage::Improve => IMPROVE,
        Stage::Debug => DEBUG,
    };
    let left = match brief.steps_left {
        0 | 1 => "This is the last step.".to_owned(),
        left => format!("{left} steps are left, this one included."),
    };
    format!("# What to do now\n\n{task} {left}\n\n")
}

const DRAFT_FIRST: &str = "\
Take a fresh approach: find what holds the metric back most, and solve it with another algorithm, data structure, \
model or method than the version above. Keep it simple enough to work at once; details are refined in later steps.";

const DRAFT: &str = "\
Take a fresh approach, different in kind from the version above and from everything tried: another algorithm, data \
structure, model or method, not other parameters. Keep it simple enough to work at once; details are refined in \
later steps.";

const IMPROVE: &str = "\
Improve this version by one focused change whose effect the metric can show. Learn from its output and from what was \
tried: do not repeat what failed or made it worse, build on what helped. Leave everything else as it is.";

const DEBUG: &str = "\
Repair this version: find the cause of the failure in its output and fix it with as little change as possible. Keep \
the idea of its plan; do not go back to the code before it unless the idea itself cannot work.";

fn retry(brief: &Brief) -> String {
    let Some(reason) = &brief.unusable else { return String::new() };
    format!(
        "# Your previous answer could not be used\n\n{}\n\nAnswer again, completely, in one of the two forms.\n",
        one_line(reason, MAX_REASON_CHARS)
    )
}
