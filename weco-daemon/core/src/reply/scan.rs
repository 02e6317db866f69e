//! Takes a reply apart into prose, fenced blocks and SEARCH/REPLACE blocks.

use super::extent::{self, Extent};
use super::fence::Fence;
use super::label::{self, Label};
use super::marker::{self, RawEdit};
use super::parent::{Parent, Source};
use super::{language, think};

/// A piece of a reply, in its order.
#[derive(Debug)]
pub(super) enum Part<'a> {
    /// A line of prose.
    Prose(&'a str),
    /// A fenced block.
    Block(Block<'a>),
    /// A SEARCH/REPLACE block, in a fence or not.
    Edit(Edit<'a>),
    /// A SEARCH/REPLACE block that does not end.
    Unfinished,
}

impl<'a> Part<'a> {
    /// The line, if it is prose.
    pub(super) fn prose(&self) -> Option<&'a str> {
        if let Self::Prose(line) = self { Some(line) } else { None }
    }

    /// The block, if it is one.
    pub(super) fn block(&self) -> Option<&Block<'a>> {
        if let Self::Block(block) = self { Some(block) } else { None }
    }

    /// The edit, if it is one.
    pub(super) fn edit(&self) -> Option<&Edit<'a>> {
        if let Self::Edit(edit) = self { Some(edit) } else { None }
    }
}

/// A fenced block.
#[derive(Debug)]
pub(super) struct Block<'a> {
    /// As the info string gives it; empty if it does not.
    pub(super) language: &'a str,
    pub(super) label: Option<Label<'a>>,
    pub(super) lines: Vec<&'a str>,
    /// Whether it has a closing fence. Without one the reply was cut off in it.
    pub(super) closed: bool,
}

impl Block<'_> {
    /// Whether there is nothing in it.
    pub(super) fn is_blank(&self) -> bool {
        self.lines.iter().all(|line| line.trim().is_empty())
    }
}

/// A SEARCH/REPLACE block.
#[derive(Debug)]
pub(super) struct Edit<'a> {
    /// The file, if it is said.
    pub(super) label: Option<Label<'a>>,
    pub(super) raw: RawEdit<'a>,
}

/// A reply taken apart.
#[derive(Debug, Default)]
pub(super) struct Scan<'a> {
    pub(super) parts: Vec<Part<'a>>,
    /// Whether the reply ended within a thought.
    pub(super) unfinished_thought: bool,
}

/// Takes a reply apart. Each line is looked at a bounded number of times.
pub(super) fn scan<'a>(lines: &[&'a str], parent: &Parent<'a>) -> Scan<'a> {
    let mut scanner = Scanner {
        lines: lines.to_vec(),
        at: 0,
        above: Vec::new(),
        short: false,
        scan: Scan::default(),
        parent,
    };
    while scanner.at < scanner.lines.len() {
        scanner.step();
    }
    scanner.scan
}

struct Scanner<'s, 'a> {
    /// What follows a thought on its last line takes that line's place.
    lines: Vec<&'a str>,
    at: usize,
    /// Prose since the last block of code: where a label may be.
    above: Vec<&'a str>,
    /// Whether a block had fewer fences of its own than the parent's file. No others are then
    /// expected, or each block would be sought to the end of the reply.
    short: bool,
    scan: Scan<'a>,
    parent: &'s Parent<'a>,
}

impl<'a> Scanner<'_, 'a> {
    fn step(&mut self) {
        let line = self.lines[self.at];
        if let Some(tag) = think::opening(line) {
            self.skip_thought(tag);
        } else if let Some(rest) = think::after_lone_closing(line) {
            // Whatever came before was a thought.
            self.scan.parts.clear();
            self.above.clear();
            self.lines[self.at] = rest;
        } else if marker::search(line).is_some() {
            self.edit();
        } else if let Some(fence) = Fence::of(line) {
            self.block(fence);
        } else {
            self.at += 1;
            self.prose(line);
        }
    }

    fn prose(&mut self, line: &'a str) {
        self.above.push(line);
        self.scan.parts.push(Part::Prose(line));
    }

    fn skip_thought(&mut self, tag: &str) {
        let mut following = self.lines.iter().enumerate().skip(self.at);
        let end = following.find_map(|(i, line)| Some((i, think::after_closing(line, tag)?)));
        if let Some((end, rest)) = end {
            self.at = end;
            self.lines[end] = rest;
        } else {
            self.scan.unfinished_thought = true;
            self.at = self.lines.len();
        }
    }

    fn edit(&mut self) {
        let label = label::of_lines_above(&self.above, &self.parent.paths);
        self.above.clear();
        let part = match marker::read(&self.lines, self.at) {
            Some((raw, end)) => {
                self.at = end + 1;
                let label = label::of_marker(raw.heading, &self.parent.paths).or(label);
                Part::Edit(Edit { label, raw })
            }
            None => {
                self.at += 1;
                Part::Unfinished
            }
        };
        self.scan.parts.push(part);
    }

    fn block(&mut self, fence: Fence<'a>) {
        let (language, label) = label::of_info(fence.info, &self.parent.paths);
        let label = label.or_else(|| label::of_lines_above(&self.above, &self.parent.paths));
        let source = extent::target(label.as_ref(), self.parent);
        // Commands are no version of a file, and may stand between a label and its block.
        let aside = source.is_some_and(|source| language::is_aside(language, source.path));
        let own =
            source.filter(|_| !aside && !self.short).map_or(0, |source| source.closing_lines(fence.length));
        let start = self.at + 1;
        let end = match extent::of_block(&self.lines, start, fence, own, source, self.parent) {
            Extent::Closed(end) => end,
            Extent::Short(end) => {
                self.short = true;
                end
            }
            Extent::Open => self.lines.len(),
            Extent::Thought(end) => {
                // The block is part of a thought that ends here: step over the rest of it.
                self.at = end;
                return;
            }
        };
        let lines: Vec<_> = self.lines[start..end].iter().map(|line| fence.dedent(line)).collect();
        self.at = end + 1;
        if !aside {
            self.above.clear();
        }
        let closed = end < self.lines.len();
        self.take(Block { language, label, lines, closed }, source);
    }

    /// Keeps a block, or the edits in it.
    fn take(&mut self, block: Block<'a>, source: Option<&Source<'a>>) {
        if !holds_edits(&block.lines, source, self.parent) {
            self.scan.parts.push(Part::Block(block));
            return;
        }
        let mut above = Vec::new();
        let mut at = 0;
        while at < block.lines.len() {
            let line = block.lines[at];
            at += 1;
            if marker::search(line).is_none() {
                above.push(line);
                continue;
            }
            let Some((raw, end)) = marker::read(&block.lines, at - 1) else {
                self.scan.parts.push(Part::Unfinished);
                continue;
            };
            let label = label::of_marker(raw.heading, &self.parent.paths)
                .or_else(|| label::of_lines_within(&above, self.parent))
                .or_else(|| block.label.clone());
            self.scan.parts.push(Part::Edit(Edit { label, raw }));
            above.clear();
            at = end + 1;
        }
    }
}

/// Whether a block holds SEARCH/REPLACE blocks and is not a file in which such lines occur.
fn holds_edits(lines: &[&str], source: Option<&Source<'_>>, parent: &Parent<'_>) -> bool {
    let is_marker = |line: &str| marker::search(line).is_some();
    if !lines.iter().any(|line| is_marker(line)) {
        return false;
    }
    let files_have_markers = source.map_or_else(|| parent.has_markers(), |source| source.has_markers);
    if !files_have_markers {
        return true;
    }
    let is_label = |line: &str| label::of_first_line(line, parent).is_some();
    let first = lines.iter().find(|line| !line.trim().is_empty() && !is_label(line));
    first.is_some_and(|line| is_marker(line)) && !source.and_then(Source::first_line).is_some_and(is_marker)
}
