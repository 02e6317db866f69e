//! The user message, and both together.

use std::fmt::Write;

use super::bounds::{MAX_COMMAND_CHARS, MAX_INSTRUCTIONS_CHARS, MAX_OUTPUT_CHARS, MAX_REASON_CHARS};
use super::brief::{Brief, Prompt, Texts};
use super::text::{fence_for, fenced, fenced_in, head, one_line, tail};
use super::{approaches, form, history, report};
use crate::event::Stage;
use crate::run::{Files, Goal};

/// Writes the prompt.
pub fn render(brief: &Brief, texts: &Texts<'_>) -> Prompt {
    let Texts { files, second, output } = *texts;
    let fence =
        fence_for(files.values().chain(second.into_iter().flat_map(Files::values)).map(String::as_str));
    let sections = [
        goal(brief),
        instructions(brief),
        version(brief, files, &fence),
        result(brief, output),
        other(brief, texts, &fence),
        history::section(brief),
        approaches::section(brief),
        request(brief),
        retry(brief),
    ];
    Prompt {
        system: form::system(files, &brief.forms, &fence),
        user: sections.concat().trim_end().to_owned() + "\n",
    }
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
    let how = if brief.is_backend {
        "It is measured over a dataset; the target, which the version below is or is used by, is called with the \
         input of each example, and evaluators score what it answers"
    } else {
        "It is printed by this command"
    };
    let _ = writeln!(text, " {how}:\n\n{command}");
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
        Stage::Cross => "build on",
        Stage::Leap => "beat",
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
    text.push_str(&report::section(brief.parent_report.as_deref()));
    let output = tail(output, MAX_OUTPUT_CHARS);
    if !output.trim().is_empty() {
        let _ = writeln!(text, "The end of its output:\n\n{}", fenced(&output));
    }
    text
}

/// The second version of a cross: the files in which it differs.
fn other(brief: &Brief, texts: &Texts<'_>, fence: &str) -> String {
    let (Some(second), Some(files)) = (&brief.second, texts.second) else { return String::new() };
    let name = history::node(second.node);
    let mut text = format!("# The other version, to take from: {name}\n\n");
    let plan = one_line(&second.plan, MAX_REASON_CHARS);
    if !plan.is_empty() {
        let _ = writeln!(text, "Its plan was: {plan}\n");
    }
    if let Some(value) = second.metric {
        let _ = writeln!(text, "Its `{}` is {value:?}.\n", metric(brief));
    }
    for (path, content) in files.iter().filter(|(path, content)| texts.files.get(*path) != Some(content)) {
        let _ = writeln!(text, "{path} in {name}\n{}", fenced_in(fence, content));
    }
    let same = files.iter().filter(|(path, content)| texts.files.get(*path) == Some(content));
    let same: Vec<&str> = same.map(|(path, _)| path.as_str()).collect();
    if !same.is_empty() {
        let _ = writeln!(text, "The same in both: {}.\n", same.join(", "));
    }
    text
}

/// What is wanted.
fn request(brief: &Brief) -> String {
    let task = match brief.stage {
        Stage::Baseline | Stage::Draft if brief.tried.is_empty() => DRAFT_FIRST,
        Stage::Baseline | Stage::Draft => DRAFT,
        Stage::Cross if brief.second.is_some() => CROSS,
        Stage::Improve | Stage::Cross => IMPROVE,
        Stage::Leap => LEAP,
        Stage::Debug => DEBUG,
    };
    let idle = match brief.idle_steps {
        0 => String::new(),
        1 if brief.stage == Stage::Leap => "The last step brought nothing better. ".to_owned(),
        steps if brief.stage == Stage::Leap => format!("The last {steps} steps brought nothing better. "),
        _ => String::new(),
    };
    let left = match brief.steps_left {
        0 | 1 => "This is the last step.".to_owned(),
        left => format!("{left} steps are left, this one included."),
    };
    format!("# What to do now\n\n{idle}{task} {left}\n\n")
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

const CROSS: &str = "\
Join what is good in both versions: find what makes each of them good and bring what the other one does better into \
the version to build on. The other version is only to be read: your answer changes the files of the version to build \
on, and SEARCH lines are copied from those. Leave out what the two cannot share.";

const LEAP: &str = "\
Small changes no longer help. Beat this version with an approach that is different in kind from it and from all the \
approaches listed: another algorithm, data structure, model or way to see the problem. Ask what they all take for \
granted, and give that up. Do not refine what is there; your version may be a new program from the ground up. Keep \
it simple enough to work at once; details are refined in later steps.";

const DEBUG: &str = "\
Repair this version: find the cause of the failure in its output and fix it with as little change as possible. Keep \
the idea of its plan; do not go back to the code before it unless the idea itself cannot work, and do not repeat a \
repair that failed.";

fn retry(brief: &Brief) -> String {
    let Some(reason) = &brief.unusable else { return String::new() };
    format!(
        "# Your previous answer could not be used\n\n{}\n\nAnswer again, completely, in one of the two forms.\n",
        one_line(reason, MAX_REASON_CHARS)
    )
}
