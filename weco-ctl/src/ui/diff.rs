//! How two versions of the code differ: a patch for programs, the same in colour for people.
//!
//! A line ends at its newline and nowhere else, as patch and git see it: a carriage return belongs to the line.

use std::fmt::Write as _;
use std::ops::Range;
use std::time::Duration;

use similar::{ChangeTag, DiffOp, TextDiff};
use weco_proto::v1::SourceText;

use super::format::visible;

/// Lines around a change that do not change.
const CONTEXT: usize = 3;

/// How long the smallest difference is looked for; then a larger one will do.
const DEADLINE: Duration = Duration::from_secs(1);

/// What is written where a file's last line has no newline.
const NO_NEWLINE: &str = "\\ No newline at end of file";

/// One version, as it is called in a patch.
#[derive(Clone, PartialEq, Debug)]
pub struct Version<'a> {
    /// Such as `step 7`.
    pub label: String,
    /// Its files.
    pub files: &'a [SourceText],
}

/// A line of a difference, without its newline.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// What kind of line.
    pub kind: Kind,
    /// Its text, with the mark in front.
    pub text: String,
}

/// What a line of a difference is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Which file, before or after.
    File,
    /// Where in the file.
    Place,
    /// A line that is in both.
    Same,
    /// A line of the second version alone.
    Added,
    /// A line of the first version alone.
    Removed,
    /// That the line before has no newline.
    Note,
}

/// The lines by which `to` differs from `from`, file by file; none if it does not.
pub fn compare(from: &Version<'_>, to: &Version<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    for path in paths(from.files, to.files) {
        let (old, new) = (text(from.files, path), text(to.files, path));
        if old == new {
            continue;
        }
        lines.push(heading("---", "a", path, old, &from.label));
        lines.push(heading("+++", "b", path, new, &to.label));
        file(old.unwrap_or_default(), new.unwrap_or_default(), &mut lines);
    }
    lines
}

/// The difference as `patch -p1` and `git apply` take it.
pub fn patch(lines: &[Line]) -> String {
    lines.iter().fold(String::new(), |mut patch, line| {
        patch.push_str(&line.text);
        patch.push('\n');
        patch
    })
}

/// The difference for a terminal: nothing in it steers that, and nothing of the code is hidden.
pub fn screen(lines: &[Line], color: bool) -> String {
    lines.iter().fold(String::new(), |mut screen, Line { kind, text }| {
        let text = visible(text);
        let style = if color { style(*kind) } else { "" };
        let reset = if style.is_empty() { "" } else { "\u{1b}[0m" };
        let _ = writeln!(screen, "{style}{text}{reset}");
        screen
    })
}

/// As terminals are told (ECMA-48 §8.3.117).
fn style(kind: Kind) -> &'static str {
    match kind {
        Kind::File => "\u{1b}[1m",
        Kind::Place => "\u{1b}[36m",
        Kind::Added => "\u{1b}[32m",
        Kind::Removed => "\u{1b}[31m",
        Kind::Note => "\u{1b}[2m",
        Kind::Same => "",
    }
}

/// All paths, in the second version's order, then those that only the first one has.
fn paths<'a>(from: &'a [SourceText], to: &'a [SourceText]) -> impl Iterator<Item = &'a str> {
    let gone = from.iter().filter(|file| text(to, &file.path).is_none());
    to.iter().chain(gone).map(|file| file.path.as_str())
}

fn text<'a>(files: &'a [SourceText], path: &str) -> Option<&'a str> {
    files.iter().find(|file| file.path == path).map(|file| file.text.as_str())
}

/// `--- a/path<TAB>label`: the tab ends a name with spaces.
fn heading(mark: &str, root: &str, path: &str, text: Option<&str>, label: &str) -> Line {
    let name = if text.is_some() { quoted(&format!("{root}/{path}")) } else { "/dev/null".to_owned() };
    Line { kind: Kind::File, text: format!("{mark} {name}\t{label}") }
}

/// A name as in a C string if it holds what would end it, which both programs read.
fn quoted(name: &str) -> String {
    if !name.contains(|char: char| char.is_ascii_control() || matches!(char, '"' | '\\')) {
        return name.to_owned();
    }
    let mut text = String::from("\"");
    for char in name.chars() {
        match char {
            '"' | '\\' => text.extend(['\\', char]),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            _ if char.is_ascii_control() => {
                let _ = write!(text, "\\{:03o}", u32::from(char));
            }
            _ => text.push(char),
        }
    }
    text + "\""
}

/// The hunks of one file.
fn file(old: &str, new: &str, lines: &mut Vec<Line>) {
    let old: Vec<&str> = old.split_inclusive('\n').collect();
    let new: Vec<&str> = new.split_inclusive('\n').collect();
    let diff = TextDiff::configure().timeout(DEADLINE).diff_slices(&old, &new);
    for hunk in diff.grouped_ops(CONTEXT) {
        let Some(place) = place(&hunk) else { continue };
        lines.push(Line { kind: Kind::Place, text: place });
        for change in hunk.iter().flat_map(|op| diff.iter_changes(op)) {
            let (kind, mark) = match change.tag() {
                ChangeTag::Equal => (Kind::Same, ' '),
                ChangeTag::Insert => (Kind::Added, '+'),
                ChangeTag::Delete => (Kind::Removed, '-'),
            };
            let whole = change.value().strip_suffix('\n');
            lines.push(Line { kind, text: format!("{mark}{}", whole.unwrap_or(change.value())) });
            if whole.is_none() {
                lines.push(Line { kind: Kind::Note, text: NO_NEWLINE.to_owned() });
            }
        }
    }
}

/// `@@ -1,4 +1,5 @@`
fn place(hunk: &[DiffOp]) -> Option<String> {
    let (first, last) = (hunk.first()?, hunk.last()?);
    let old = first.old_range().start..last.old_range().end;
    let new = first.new_range().start..last.new_range().end;
    Some(format!("@@ -{} +{} @@", range(&old), range(&new)))
}

/// Lines from 1, and how many unless it is one. Where there are none: the line before.
fn range(lines: &Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => (lines.start + 1).to_string(),
        count => format!("{},{count}", lines.start + 1),
    }
}

#[cfg(test)]
mod tests;
