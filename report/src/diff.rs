//! What the best version changes, file by file.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use similar::{ChangeTag, DiffOp, TextDiff};
use weco_core::run::Files;

use crate::text::{Line, Text};

/// Lines around a change.
const CONTEXT: usize = 3;

/// Longest search for the smallest difference of a file; then a larger one is good enough.
const PATIENCE: Duration = Duration::from_millis(500);

pub(crate) struct Diff<'a> {
    pub(crate) old: &'a Files,
    pub(crate) new: &'a Files,
}

impl Display for Diff<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut same = 0;
        for (path, new) in self.new {
            let old = self.old.get(path).map_or("", String::as_str);
            if old == new { same += 1 } else { file(path, old, new, f)? }
        }
        match (same, self.new.len()) {
            (0, _) => Ok(()),
            (same, all) if same == all => {
                write!(f, "<p class=\"note\">Nothing: the baseline is the best version.</p>")
            }
            (1, _) => write!(f, "<p class=\"note\">1 file is unchanged.</p>"),
            (same, _) => write!(f, "<p class=\"note\">{same} files are unchanged.</p>"),
        }
    }
}

fn file(path: &str, old: &str, new: &str, f: &mut Formatter<'_>) -> fmt::Result {
    let diff = TextDiff::configure().timeout(PATIENCE).diff_lines(old, new);
    let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
    let (added, removed) = (count(ChangeTag::Insert), count(ChangeTag::Delete));
    write!(f, "<details class=\"file\" open><summary><code>{}</code>", Line(path))?;
    write!(f, " <span class=\"lines\"><ins>+{added}</ins> <del>−{removed}</del></span></summary>")?;
    write!(f, "<div class=\"scroll\"><table class=\"diff\"><tbody>")?;
    for (index, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if index > 0 {
            write!(f, "<tr class=\"gap\"><td colspan=\"4\">⋯</td></tr>")?;
        }
        group.iter().try_for_each(|op| rows(&diff, op, f))?;
    }
    write!(f, "</tbody></table></div></details>")
}

fn rows(diff: &TextDiff<'_, '_, str>, op: &DiffOp, f: &mut Formatter<'_>) -> fmt::Result {
    for change in diff.iter_inline_changes(op) {
        let (class, sign, mark) = match change.tag() {
            ChangeTag::Equal => ("same", ' ', ""),
            ChangeTag::Delete => ("del", '−', "del"),
            ChangeTag::Insert => ("ins", '+', "ins"),
        };
        let number = |index: Option<usize>| index.map(|index| (index + 1).to_string()).unwrap_or_default();
        let (old, new) = (number(change.old_index()), number(change.new_index()));
        write!(f, "<tr class=\"{class}\"><td class=\"no\">{old}</td><td class=\"no\">{new}</td>")?;
        write!(f, "<td class=\"sign\">{sign}</td><td class=\"code\">")?;
        for (emphasised, part) in change.iter_strings_lossy() {
            let part = part.trim_end_matches(['\n', '\r']);
            if emphasised && !part.is_empty() && !mark.is_empty() {
                write!(f, "<{mark}>{}</{mark}>", Text(part))?;
            } else {
                write!(f, "{}", Text(part))?;
            }
        }
        write!(f, "</td></tr>")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(texts: &[(&str, &str)]) -> Files {
        texts.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn lines_are_numbered_on_both_sides_and_changes_marked() {
        let old = files(&[("a<b>.py", "one\ntwo = 1\nthree\n"), ("same.py", "x\n")]);
        let new = files(&[("a<b>.py", "one\ntwo = 2\nthree\nfour <b>\n"), ("same.py", "x\n")]);
        let html = Diff { old: &old, new: &new }.to_string();
        assert!(
            html.contains(
                "<code>a&lt;b&gt;.py</code> <span class=\"lines\"><ins>+2</ins> <del>−1</del></span>"
            )
        );
        assert!(
            html.contains("<td class=\"no\">2</td><td class=\"no\"></td><td class=\"sign\">−</td>"),
            "{html}"
        );
        assert!(
            html.contains("<td class=\"no\"></td><td class=\"no\">4</td><td class=\"sign\">+</td>"),
            "{html}"
        );
        assert!(html.contains("four &lt;b&gt;") && !html.contains("four <b>"));
        assert!(html.ends_with("1 file is unchanged.</p>"));
    }

    #[test]
    fn no_change_is_told() {
        let files = files(&[("a", "x")]);
        assert!(Diff { old: &files, new: &files }.to_string().contains("the baseline is the best version"));
    }
}
