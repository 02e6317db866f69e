//! Lines that stand for code a model did not write out: `# ... rest of the code unchanged`.
//!
//! Evaluating such a file measures nothing, and it is the commonest way in which whole files go
//! wrong. A comment must be clearly one of these, since a false alarm costs a question.

use super::language;
use super::parent::Source;

/// What comments begin with.
const LEADERS: [&str; 11] = ["<!--", "{/*", "/*", "//", "--", "(*", "#", ";", "%", "*", "\"\"\""];

/// Longer comments say something of their own, in words and in bytes.
const MAX_WORDS: usize = 12;
const MAX_LENGTH: usize = 200;

/// Code, in the words for parts of it.
const PARTS: &[&str] = &[
    "class",
    "classes",
    "code",
    "definitions",
    "else",
    "file",
    "function",
    "functions",
    "helpers",
    "implementation",
    "implementations",
    "imports",
    "logic",
    "method",
    "methods",
    "module",
    "program",
    "rest",
    "script",
    "setup",
];

/// Words for code as it was.
const OLD: &[&str] = &["existing", "original", "other", "previous", "remaining", "unchanged"];

/// Words for staying so.
const STAYS: &[&str] = &[
    "as",
    "before",
    "follows",
    "goes",
    "here",
    "identical",
    "intact",
    "is",
    "omitted",
    "remain",
    "remains",
    "same",
    "stay",
    "stays",
    "unchanged",
    "unmodified",
];

/// Words that turn a comment which begins with an ellipsis into an elision.
const AFTER_ELLIPSIS: &[&str] =
    &["above", "elided", "keep", "omitted", "remainder", "same", "skipped", "snip", "truncated"];

/// The first of these lines that stands for code left out, unless the parent has it as well.
pub(super) fn find<'l>(lines: &[&'l str], source: &Source<'_>) -> Option<&'l str> {
    let prose = language::is_prose(source.path);
    let mut before = "";
    for line in lines {
        let text = line.trim();
        if text.is_empty() {
            continue;
        }
        let elides = if text == "..." { !prose && !is_stub(before, source) } else { is_elision(text) };
        if elides && !source.has_line(text) {
            return Some(line);
        }
        before = text;
    }
    None
}

/// Whether `...` after this line is Python's empty body, and not instead of a body that the parent has.
fn is_stub(before: &str, source: &Source<'_>) -> bool {
    let opens_body = before.ends_with(':') || before.ends_with("\"\"\"") || before.starts_with('@');
    opens_body && !source.has_line(before)
}

fn is_elision(text: &str) -> bool {
    let (comment, bracketed) = strip_comment(text);
    let body = comment.trim_start_matches(['[', '(', '{', '<', ' ']);
    let bracketed = bracketed || body.len() < comment.len();
    if text.len() > MAX_LENGTH || !(bracketed || body.starts_with(['.', '…'])) {
        return false;
    }
    let after_dots = body.strip_prefix("...").or_else(|| body.strip_prefix('…'));
    let words: Vec<String> = body
        .split(|c: char| !(c.is_alphanumeric() || c == '\''))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if words.len() > MAX_WORDS {
        return false;
    }
    match after_dots {
        // `...rest` is a spread, `..., None` an index.
        Some(rest) if !bracketed && !rest.is_empty() && !rest.starts_with([' ', '(']) => false,
        Some(rest) if words.is_empty() => rest.trim_end_matches(['.', ']', ')', '}', '>', ' ']).is_empty(),
        Some(_) => {
            let lists = [PARTS, OLD, STAYS, AFTER_ELLIPSIS];
            words.iter().any(|word| word.len() > 2 && lists.iter().any(|list| list.contains(word)))
        }
        None => says_left_out(&words),
    }
}

/// Whether a comment without an ellipsis says that code is left out.
fn says_left_out(words: &[&str]) -> bool {
    let words = words.strip_prefix(&["the"]).or_else(|| words.strip_prefix(&["keep"])).unwrap_or(words);
    let words = words.strip_prefix(&["the"]).unwrap_or(words);
    let last = words.last().copied().unwrap_or("");
    let is = |list: &[&str], i: usize| words.get(i).is_some_and(|word| list.contains(word));
    match words {
        ["unchanged"] | ["omitted"] | ["same" | "as", "before"] | ["same", "as", "before" | "original"] => {
            true
        }
        ["rest" | "remainder", "of", ..] => {
            let part = words.iter().rposition(|word| PARTS.contains(word) && *word != "rest");
            part.is_some_and(|part| part + 1 == words.len() || is(STAYS, part + 1))
        }
        ["everything", "else", ..] => is(STAYS, 2),
        [.., "for", "brevity"] => true,
        [_, _] if is(OLD, 0) && is(PARTS, 1) => true,
        [_, _, ..] if is(OLD, 0) && is(PARTS, 1) => is(STAYS, 2),
        ["your", .., "here"] => words.contains(&"code"),
        [_, ..] if is(PARTS, 0) => {
            words.len() <= 5 && matches!(last, "unchanged" | "before" | "omitted") && is(STAYS, 1)
        }
        _ => false,
    }
}

/// A comment's text, and whether the line is one.
fn strip_comment(text: &str) -> (&str, bool) {
    let Some(inside) = LEADERS.iter().find_map(|leader| text.strip_prefix(leader)) else {
        return (text, false);
    };
    let inside = inside.trim_start_matches(['#', '/', '*', '-', ';', '%', '!']).trim();
    let ends = ["-->", "*/}", "*/", "*)", "\"\"\""];
    (ends.iter().find_map(|end| inside.strip_suffix(end)).unwrap_or(inside).trim(), true)
}

#[cfg(test)]
mod tests {
    use super::{find, is_elision};
    use crate::reply::parent::Parent;
    use crate::run::Files;

    #[test]
    fn elisions() {
        for line in [
            "# ...",
            "// ...",
            "/* ... */",
            "# … (unchanged)",
            "# ... existing code ...",
            "// ... rest of the code remains unchanged ...",
            "# ... (rest of the functions stay the same)",
            "# rest of the code unchanged",
            "# Rest of your code here",
            "# The rest of the file remains the same",
            "# Rest of the implementation",
            "// existing code",
            "// Existing code here",
            "# (existing imports)",
            "# other methods remain unchanged",
            "# ... other methods ...",
            "# [rest of code unchanged]",
            "<!-- rest of the file -->",
            "{/* existing code */}",
            "-- unchanged",
            "# same as before",
            "# Code omitted for brevity",
            "# remaining code is unchanged",
            "# imports unchanged",
            "# Keep the existing code",
            "# everything else stays the same",
            "[... rest of code ...]",
            "... (rest unchanged)",
            "<rest of the code>",
            "# your existing code here",
        ] {
            assert!(is_elision(line), "{line}");
        }
    }

    #[test]
    fn comments_and_code_that_are_not() {
        for line in [
            "# compute the rest of the distances",
            "# the remaining budget is split evenly",
            "# Process the remaining items...",
            "# weights remain unchanged by this",
            "# existing entries win",
            "# same as above, but for y",
            "# rest of the code below runs on one core only if it has to be so",
            "# other code paths call this",
            "# loading...",
            "# ...and then the second half is summed",
            "...rest,",
            "...existing.slice(1),",
            "..., None]",
            "x = rest",
            "return unchanged",
            "unchanged",
            "#[derive(Debug)]",
            "# methods",
            "# imports",
            "// file",
            "# The original method by Welford",
            "#include <file>",
            "",
        ] {
            assert!(!is_elision(line), "{line}");
        }
    }

    #[test]
    fn an_ellipsis_may_be_an_empty_body() {
        let files = Files::from([("m.py".to_owned(), "def f(x):\n    return x\n# ...\n".to_owned())]);
        let parent = Parent::new(&files);
        let source = parent.only().unwrap();
        assert_eq!(find(&["class P(Protocol):", "    def g(self) -> int:", "        ..."], source), None);
        assert_eq!(find(&["def f(x):", "    ..."], source), Some("    ..."));
        assert_eq!(find(&["import os", "...", "x = 1"], source), Some("..."));
        assert_eq!(find(&["# ...", "x = 1"], source), None, "the parent has it");
        assert_eq!(find(&["x = 1", "  # ... existing code ..."], source), Some("  # ... existing code ..."));
    }
}
