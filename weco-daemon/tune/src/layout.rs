//! A file's text without what does not change what it does.

use std::borrow::Cow;
use std::ops::Range;

use crate::find::{self, Spans};

/// What makes a comment more than a remark: interpreters, compilers and bundlers read these.
const DIRECTIVES: [&str; 8] = ["#!", "coding", "cython:", "distutils:", "pragma", "__PURE__", "@", "jsx"];

/// Longer files are not parsed, in bytes, and keep their comments: a step has no time for more.
const MAX_PARSED_BYTES: usize = 64 << 10;

/// The text without differences in layout: line endings and blank lines at the end; where the language is known by the
/// path and the text follows its grammar also comments, blank lines and spaces at the ends of lines. What stands in
/// strings is left as it is, and so is indentation. In prose several blank lines count as one.
///
/// The result is for comparison; it is no version of the file.
pub fn without_layout(path: &str, source: &str) -> String {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let source: Cow<'_, str> =
        if source.contains('\r') { source.replace("\r\n", "\n").into() } else { source.into() };
    let spans = if source.len() > MAX_PARSED_BYTES { None } else { find::spans(path, &source) };
    match spans {
        Some(spans) => code(&source, &spans),
        None => plain(&source, find::has_paragraphs(path, &source)),
    }
}

/// A text whose language is known.
fn code(source: &str, spans: &Spans) -> String {
    let mut kept = Kept { text: String::with_capacity(source.len()), verbatim: 0 };
    let comments = spans.comments.iter().map(|range| (range, Sort::Comment));
    let texts = spans.texts.iter().map(|range| (range, Sort::Text));
    let mut all: Vec<(&Range<usize>, Sort)> = comments.chain(texts).collect();
    all.sort_unstable_by_key(|(range, _)| range.start);
    let mut at = 0;
    for (range, sort) in all {
        let (Some(before), Some(text)) = (source.get(at..range.start), source.get(range.clone())) else {
            continue;
        };
        kept.code(before);
        match sort {
            // One over several lines ends a line where the language ends statements so.
            Sort::Comment if is_remark(text) => kept.code(if text.contains('\n') { "\n" } else { " " }),
            Sort::Comment => kept.code(text),
            Sort::Text => kept.verbatim(text),
        }
        at = range.end;
    }
    kept.code(source.get(at..).unwrap_or_default());
    kept.end_line();
    kept.text
}

#[derive(Clone, Copy)]
enum Sort {
    Comment,
    Text,
}

fn is_remark(comment: &str) -> bool {
    !DIRECTIVES.iter().any(|directive| comment.contains(directive))
}

/// Lines so far, none of them blank, the last one still open.
struct Kept {
    text: String,
    /// Up to here nothing is taken away any more.
    verbatim: usize,
}

impl Kept {
    fn code(&mut self, code: &str) {
        let mut lines = code.split('\n');
        self.text.push_str(lines.next().unwrap_or_default());
        for line in lines {
            self.end_line();
            self.text.push_str(line);
        }
    }

    fn verbatim(&mut self, text: &str) {
        self.text.push_str(text);
        self.verbatim = self.text.len();
    }

    /// Ends the line; without one, if it is blank.
    fn end_line(&mut self) {
        let end = self.text.trim_end_matches([' ', '\t']).len().max(self.verbatim);
        self.text.truncate(end);
        let is_blank = self.text.is_empty() || (self.text.ends_with('\n') && self.verbatim < end);
        if !is_blank {
            self.text.push('\n');
        }
    }
}

/// A text whose syntax is unknown. Lines and spaces may stand in strings there and are left as they are, but in prose
/// (`paragraphs`), where several blank lines count as one and spaces at the ends of lines for nothing.
fn plain(source: &str, paragraphs: bool) -> String {
    if !paragraphs {
        return format!("{}\n", source.trim_end());
    }
    let mut text = String::with_capacity(source.len());
    let mut blank = false;
    for line in source.lines().map(str::trim_end) {
        if line.is_empty() {
            blank = !text.is_empty();
            continue;
        }
        if std::mem::take(&mut blank) {
            text.push('\n');
        }
        text.push_str(line);
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::without_layout;

    #[track_caller]
    fn alike(path: &str, one: &str, other: &str) {
        assert_eq!(without_layout(path, one), without_layout(path, other), "{one:?} {other:?}");
    }

    #[track_caller]
    fn differ(path: &str, one: &str, other: &str) {
        assert_ne!(without_layout(path, one), without_layout(path, other), "{one:?} {other:?}");
    }

    #[test]
    fn layout_does_not_count() {
        alike("a.py", "x = 1\ny = 2\n", "\u{feff}x = 1   \r\n\r\n\r\ny = 2");
        alike("a.py", "def f():\n    return 1\n", "def f():\n\n    \n    return 1\n\n\n");
        alike("a.txt", "one\n\ntwo\n", "\none  \n\n\n\ntwo\n\n");
        differ("a.txt", "one\n\ntwo\n", "one\ntwo\n");
        // It may be a string over several lines: a here-document, say.
        differ("a.sh", "one\n\ntwo\n", "one\ntwo\n");
        differ("a.go", "x := `a  \n`\n", "x := `a\n`\n");
        alike("a.sh", "one\r\ntwo\r\n\r\n", "one\ntwo");
        differ("a.py", "if x:\n    a()\nb()\n", "if x:\n    a()\n    b()\n");
    }

    #[test]
    fn comments_do_not_count_where_the_language_is_known() {
        alike("a.py", "x = 1  # one\n# two\ny = '#'\n", "x = 1\ny = '#'\n");
        alike("a.rs", "fn f() { /* a */ g() } // c\n", "fn f() {   g() }\n");
        differ("a.js", "function f() { return /*\n*/ 1 }\n", "function f() { return 1 }\n");
        alike("a.js", "let a = 1; // one\nlet b = `//`;\n", "let a = 1;\nlet b = `//`;\n");
        alike("a.cpp", "int a = 1; /* one */\n", "int a = 1;\n");
        differ("a.unknown", "x # 1\n", "x # 2\n");
        // What does not follow the grammar is left as it is, and so is what takes long to read.
        differ("a.py", "x = = 1  # one\n", "x = = 1\n");
        let long = "x = 1\n".repeat(20_000);
        differ("a.py", &format!("{long}# one\n"), &long);
    }

    #[test]
    fn strings_count_to_the_last_space() {
        differ("a.py", "x = '# 1'\n", "x = '# 2'\n");
        differ("a.py", "x = \"\"\"a  \n\n# b\"\"\"\n", "x = \"\"\"a\n\n# b\"\"\"\n");
        differ("a.py", "x = \"\"\"a\n\n\"\"\"\n", "x = \"\"\"a\n\"\"\"\n");
        alike("a.py", "x = \"\"\"a\n\n\"\"\"\n\n# b\ny = 1\n", "x = \"\"\"a\n\n\"\"\"\ny = 1\n");
        differ("a.js", "let a = `x \n\n// y`;\n", "let a = `x\n// y`;\n");
        differ("a.py", "x = f'{y[\"#1\"]}'\n", "x = f'{y[\"#2\"]}'\n");
    }

    #[test]
    fn comments_that_tools_read_count() {
        differ("a.py", "#!/usr/bin/python2\nx = 1\n", "#!/usr/bin/python3\nx = 1\n");
        differ("a.py", "# cython: boundscheck=False\nx = 1\n", "x = 1\n");
        differ("a.rs", "/// One.\nstruct A;\n", "/// Two.\nstruct A;\n");
        differ("a.js", "/* @__PURE__ */ f();\n", "f();\n");
        alike("a.rs", "// One.\nstruct A;\n", "struct A;\n");
    }

    #[test]
    fn tokens_are_not_joined() {
        differ("a.c", "int a = b-/* x */-c;\n", "int a = b--c;\n");
    }

    proptest! {
        #[test]
        fn any_text_is_taken(path in "a\\.(py|rs|js|ts|cpp|txt|sh)", text in "[ -~\\n\\r\t\"#'/*`é]{0,200}") {
            let once = without_layout(&path, &text);
            prop_assert!(once.len() <= text.len() + 1, "{once:?}");
        }

        #[test]
        fn blank_lines_and_spaces_never_count(lines in proptest::collection::vec("v[a-z]{1,5} = [0-9]{1,3}", 1..20), spaces in 0..5usize) {
            let one = lines.join("\n");
            let other = lines.join(&format!("{}\n\n# note\n", " ".repeat(spaces)));
            prop_assert_eq!(without_layout("a.py", &one), without_layout("a.py", &other));
        }
    }
}
