//! Finds literals and comments: by syntax tree where there is a grammar, by a careful lexer elsewhere.

mod context;
mod language;
mod lexer;
mod naming;
mod select;
mod syntax;

pub(crate) use select::literals;
pub(crate) use syntax::{Spans, spans};

use std::ops::Range;

use crate::literal::Tier;
use crate::number::{Number, Style};

/// What kind of literal a token is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Kind {
    /// A number, with its value.
    Number(Number),
    /// A truth value.
    Bool,
    /// A string on one line, without interpolation.
    Text,
}

/// A literal as it was found, tunable or not.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Found {
    /// Where, in bytes.
    pub(crate) range: Range<usize>,
    /// Its line, from 1.
    pub(crate) line: u32,
    /// What it is.
    pub(crate) kind: Kind,
    /// What the code calls it, or its surroundings.
    pub(crate) name: String,
    /// Its text.
    pub(crate) text: String,
    /// How it is written, if it is a number.
    pub(crate) style: Style,
    /// How promising it is; `None` if it belongs to the code's structure, so that only a comment
    /// makes it tunable.
    pub(crate) tier: Option<Tier>,
}

/// A comment, without its signs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Comment {
    /// The line it begins on, from 1.
    pub(crate) line: u32,
    /// The line it ends on.
    pub(crate) end_line: u32,
    /// Whether it has its lines for itself.
    pub(crate) alone: bool,
    /// What it says.
    pub(crate) text: String,
}

/// Everything found in a file, in order.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Survey {
    /// Literals.
    pub(crate) found: Vec<Found>,
    /// Comments.
    pub(crate) comments: Vec<Comment>,
}

/// Finds the literals and comments of a file.
pub(crate) fn survey(path: &str, source: &str) -> Survey {
    let lines = Lines::new(source);
    let language = language::of(path, source);
    language
        .grammar
        .and_then(|grammar| syntax::survey(&grammar, source, &lines))
        .unwrap_or_else(|| lexer::survey(&language.rules, source, &lines))
}

/// Whether blank lines may mean something in a file: in prose they end a paragraph, and so they may in configuration.
pub(crate) fn has_paragraphs(path: &str, source: &str) -> bool {
    language::of(path, source).rules.sort != language::Sort::Code
}

/// How much of a line around a literal is looked at, in bytes: all of it in code that people write, a
/// bounded part where a whole file is one line.
const NEAR: usize = 400;

/// Byte offsets of a text's lines.
pub(crate) struct Lines<'a> {
    source: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn new(source: &'a str) -> Self {
        let after_breaks =
            source.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self { source, starts: std::iter::once(0).chain(after_breaks).collect() }
    }

    /// The line of an offset, from 1.
    fn line(&self, at: usize) -> u32 {
        u32::try_from(self.starts.partition_point(|start| *start <= at)).unwrap_or(u32::MAX)
    }

    /// The offset at which the line of an offset begins.
    fn start(&self, at: usize) -> usize {
        self.starts[self.starts.partition_point(|start| *start <= at).saturating_sub(1)]
    }

    /// The part of an offset's line before it, as far as it is near.
    fn before(&self, at: usize) -> &'a str {
        let start = self.start(at).max(self.boundary(at.saturating_sub(NEAR)));
        &self.source[start..at]
    }

    /// The part of an offset's line from it on, as far as it is near.
    fn after(&self, at: usize) -> &'a str {
        let end = self.boundary(self.source.len().min(at + NEAR));
        self.source[at..end].lines().next().unwrap_or_default()
    }

    /// The last offset up to this one at which a character begins.
    fn boundary(&self, at: usize) -> usize {
        (0..=at).rev().find(|at| self.source.is_char_boundary(*at)).unwrap_or(0)
    }

    /// Makes a comment of a range of the source.
    fn comment(&self, range: &Range<usize>) -> Comment {
        let text = &self.source[range.clone()];
        let blank_before = self.before(range.start).trim().is_empty();
        let blank_after = text.ends_with('\n') || self.after(range.end).trim().is_empty();
        let last = range.start.max(range.end.saturating_sub(1));
        Comment {
            line: self.line(range.start),
            end_line: self.line(last),
            alone: blank_before && blank_after,
            text: strip_signs(text).to_owned(),
        }
    }
}

fn strip_signs(comment: &str) -> &str {
    let body = comment.trim();
    let body = body
        .strip_suffix("*/")
        .or_else(|| body.strip_suffix("-->"))
        .or_else(|| body.strip_suffix("]]"))
        .unwrap_or(body);
    body.trim_start_matches("<!--").trim_start_matches(['#', '/', '*', '!', '-', ';', '%', '[']).trim()
}
