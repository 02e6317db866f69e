//! The version that a reply changes, prepared for many questions.

use std::collections::HashSet;

use super::fence;
use super::marker;
use super::path::Paths;
use super::style::Style;
use crate::run::Files;

/// Longest fence that a file's own fences are told apart from by counting.
const MAX_FENCE: usize = 5;

/// One file of the parent.
pub(super) struct Source<'a> {
    pub(super) path: &'a str,
    pub(super) style: Style,
    /// Its lines, without the line endings.
    pub(super) lines: Vec<&'a str>,
    /// Its lines, trimmed.
    known: HashSet<&'a str>,
    /// Whether it contains lines that look like the start of a SEARCH/REPLACE block.
    pub(super) has_markers: bool,
    /// For fences of three backticks and more: how many of its lines would close such a block.
    closing_lines: Vec<usize>,
}

impl<'a> Source<'a> {
    fn new(path: &'a str, text: &'a str) -> Self {
        let style = Style::of(text);
        let lines = style.lines_of(text);
        Self {
            path,
            style,
            known: lines.iter().map(|line| line.trim()).collect(),
            has_markers: lines.iter().any(|line| marker::search(line).is_some()),
            closing_lines: (3..=MAX_FENCE).map(|length| fence::closing_lines(&lines, length)).collect(),
            lines,
        }
    }

    /// Whether the file has this line, whatever its indentation.
    pub(super) fn has_line(&self, line: &str) -> bool {
        self.known.contains(line.trim())
    }

    /// How many of its lines would close a block around it that a fence of this length opened.
    pub(super) fn closing_lines(&self, fence_length: usize) -> usize {
        fence_length.checked_sub(3).and_then(|i| self.closing_lines.get(i)).copied().unwrap_or(0)
    }

    /// How many of these trimmed lines the file has.
    pub(super) fn shared(&self, lines: &HashSet<&str>) -> usize {
        lines.iter().filter(|line| self.known.contains(*line)).count()
    }

    /// Its first line that is not blank.
    pub(super) fn first_line(&self) -> Option<&'a str> {
        self.lines.iter().copied().find(|line| !line.trim().is_empty())
    }

    /// Its last line that is not blank.
    pub(super) fn last_line(&self) -> Option<&'a str> {
        self.lines.iter().copied().rfind(|line| !line.trim().is_empty())
    }
}

/// The parent's files.
pub(super) struct Parent<'a> {
    pub(super) sources: Vec<Source<'a>>,
    pub(super) paths: Paths<'a>,
}

impl<'a> Parent<'a> {
    pub(super) fn new(files: &'a Files) -> Self {
        Self {
            sources: files.iter().map(|(path, text)| Source::new(path, text)).collect(),
            paths: Paths::new(files.keys().map(String::as_str).collect()),
        }
    }

    /// The file at this path.
    pub(super) fn source(&self, path: &str) -> Option<&Source<'a>> {
        self.sources.iter().find(|source| source.path == path)
    }

    /// The only file, if there is one only.
    pub(super) fn only(&self) -> Option<&Source<'a>> {
        match self.sources.as_slice() {
            [source] => Some(source),
            _ => None,
        }
    }

    /// Whether any file has this line, whatever its indentation.
    pub(super) fn has_line(&self, line: &str) -> bool {
        self.sources.iter().any(|source| source.has_line(line))
    }

    /// Whether any file contains lines that look like the start of a SEARCH/REPLACE block.
    pub(super) fn has_markers(&self) -> bool {
        self.sources.iter().any(|source| source.has_markers)
    }
}
