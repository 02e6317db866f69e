//! The plan: what a reply says beside its code.

use super::bounds::MAX_PLAN_CHARS;
use super::label;
use super::path::Paths;
use super::scan::Part;

/// What stands for a plan when there is none.
const NO_PLAN: &str = "(no plan given)";

/// The prose before the first code as one paragraph, or else the prose after it.
pub(super) fn of(parts: &[Part<'_>], paths: &Paths<'_>) -> String {
    let first = parts.iter().position(|part| part.prose().is_none()).unwrap_or(parts.len());
    let before = paragraph(&parts[..first], paths);
    let plan = if before.is_empty() { paragraph(&parts[first..], paths) } else { before };
    if plan.is_empty() { NO_PLAN.to_owned() } else { cut(&plan) }
}

fn paragraph(parts: &[Part<'_>], paths: &Paths<'_>) -> String {
    let lines = parts.iter().filter_map(Part::prose).filter_map(|line| sentence(line, paths));
    let mut paragraph = String::new();
    for line in lines {
        for word in line.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty())
        {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(word);
        }
        // What is longer is cut anyway.
        if paragraph.len() > 8 * MAX_PLAN_CHARS {
            break;
        }
    }
    paragraph
}

/// What a line of prose says, without markup; None if it is part of the answer's frame.
fn sentence(line: &str, paths: &Paths<'_>) -> Option<String> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') || label::of_line(line, paths).is_some() || is_lead_in(line) {
        return None;
    }
    let line = ["- ", "* ", "+ ", "> "].iter().find_map(|bullet| line.strip_prefix(bullet)).unwrap_or(line);
    let mut text = line.replace("**", "").replace("__", "");
    for tag in ["<plan>", "</plan>", "<answer>", "</answer>"] {
        text = text.replace(tag, "");
    }
    let text = text.trim();
    let text = strip_heading(text).trim();
    text.chars().any(char::is_alphanumeric).then(|| text.to_owned())
}

/// Without `Plan:` and its like in front.
fn strip_heading(text: &str) -> &str {
    let Some((heading, rest)) = text.split_once(':') else {
        return if is_heading(text) { "" } else { text };
    };
    if is_heading(heading) { rest } else { text }
}

fn is_heading(text: &str) -> bool {
    let headings = [
        "plan",
        "the plan",
        "short plan",
        "my plan",
        "approach",
        "idea",
        "changes",
        "solution",
        "code",
        "answer",
    ];
    headings.iter().any(|heading| heading.eq_ignore_ascii_case(text.trim()))
}

/// Whether the line only leads to the code: `Here is the new version:`.
fn is_lead_in(line: &str) -> bool {
    let lower = line.to_lowercase();
    let presents = ["here is", "here's", "here are", "below is", "updated code", "new version", "sure"];
    line.ends_with(':') && line.len() < 120 && presents.iter().any(|start| lower.contains(start))
}

/// At most [`MAX_PLAN_CHARS`], at the end of a sentence if there is one in the second half.
fn cut(plan: &str) -> String {
    let Some((end, _)) = plan.char_indices().nth(MAX_PLAN_CHARS) else { return plan.to_owned() };
    // Room for the ellipsis.
    let kept = plan[..end].char_indices().next_back().map_or("", |(last, _)| &plan[..last]);
    match kept.rfind(". ") {
        Some(stop) if stop > end / 2 => kept[..=stop].to_owned(),
        _ => format!("{}…", kept.trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_PLAN_CHARS, of};
    use crate::reply::path::Paths;
    use crate::reply::scan::Part;

    fn plan(prose: &str) -> String {
        of(&prose.lines().map(Part::Prose).collect::<Vec<_>>(), &Paths::new(vec!["model.py"]))
    }

    #[test]
    fn markup_and_frame_are_left_out() {
        for (prose, expected) in [
            ("Cache the table.", "Cache the table."),
            ("## Plan\n\nCache the\ttable.\n\n### `model.py`", "Cache the table."),
            ("**Plan:** Cache the table.\n\nHere is the updated code:", "Cache the table."),
            ("Plan: cache.", "cache."),
            ("Plan\n- cache\n- unroll\n---", "cache unroll"),
            ("<plan>Cache.</plan>", "Cache."),
            ("Note: it is slow.", "Note: it is slow."),
            ("**model.py**:", "(no plan given)"),
            ("Sure! Here's the improved code:", "(no plan given)"),
            ("", "(no plan given)"),
        ] {
            assert_eq!(plan(prose), expected, "{prose}");
        }
    }

    #[test]
    fn a_long_plan_is_cut() {
        let long = plan(&"Ein längerer Satz. ".repeat(200));
        assert!(
            long.ends_with("Satz.") && long.chars().count() <= MAX_PLAN_CHARS && long.chars().count() > 900
        );
        let endless = plan(&"ä".repeat(5_000));
        assert_eq!(endless.chars().count(), MAX_PLAN_CHARS);
        assert!(endless.ends_with('…'));
    }
}
