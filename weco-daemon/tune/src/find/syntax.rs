//! Finds literals in a syntax tree.

use std::ops::{ControlFlow, Range};

use tree_sitter::{Language, Node, ParseOptions, ParseState, Parser, Tree};

use super::context::{Frame, judge};
use super::{Found, Kind, Lines, Survey, language, naming};
use crate::number::{self, Style};

/// Progress reports of the parser after which it is stopped: so many,
const LEAST_EFFORT: usize = 500;
/// and one for so many bytes.
const BYTES_PER_REPORT: usize = 30;
/// A file of which more than this share is not understood is left to the lexer.
const MAX_ERROR_SHARE: f64 = 0.3;

/// Finds the literals and comments; `None` if the source hardly follows the grammar.
pub(super) fn survey(grammar: &Language, source: &str, lines: &Lines<'_>) -> Option<Survey> {
    let mut parser = Parser::new();
    parser.set_language(grammar).ok()?;
    let tree = parse(&mut parser, source)?;
    let mut walk =
        Walk { source, lines, path: Vec::new(), survey: Survey::default(), error_bytes: 0, error_end: 0 };
    walk.run(tree.root_node());
    #[expect(clippy::as_conversions, reason = "a share of at most 500 KB")]
    let understood = walk.error_bytes as f64 <= MAX_ERROR_SHARE * source.len() as f64;
    understood.then_some(walk.survey)
}

/// Where a file's comments and its texts of several lines are, in bytes and in order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Spans {
    /// Comments, but for those that document Rust code: they are part of it.
    pub(crate) comments: Vec<Range<usize>>,
    /// Strings that go over several lines.
    pub(crate) texts: Vec<Range<usize>>,
}

/// Finds a file's comments and long texts; `None` without a grammar for it, or if it does not follow it throughout.
pub(crate) fn spans(path: &str, source: &str) -> Option<Spans> {
    let grammar = language::of(path, source).grammar?;
    let mut parser = Parser::new();
    parser.set_language(&grammar).ok()?;
    let tree = parse(&mut parser, source)?;
    let root = tree.root_node();
    if root.has_error() {
        return None;
    }
    let mut spans = Spans::default();
    let mut cursor = root.walk();
    loop {
        if spans.visit(cursor.node(), source) && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return Some(spans);
            }
        }
    }
}

impl Spans {
    /// Looks at a node; says whether to look inside.
    fn visit(&mut self, node: Node<'_>, source: &str) -> bool {
        let range = node.byte_range();
        match node.kind() {
            "comment" | "line_comment" | "block_comment" => {
                if node.child_by_field_name("doc").is_none() {
                    self.comments.push(range);
                }
                false
            }
            // Macros of C hold their comments in one raw text.
            "string" | "string_literal" | "raw_string_literal" | "template_string" | "preproc_arg"
            | "jsx_text" => {
                if source.get(range.clone()).is_some_and(|text| text.contains('\n')) {
                    self.texts.push(range);
                }
                false
            }
            _ => true,
        }
    }
}

/// Parses with bounded effort: sound code needs about one report per hundred bytes, what is no code at
/// all may need thousands of times as many.
fn parse(parser: &mut Parser, source: &str) -> Option<Tree> {
    let mut left = LEAST_EFFORT + source.len() / BYTES_PER_REPORT;
    let mut effort = |_: &ParseState| {
        left = left.saturating_sub(1);
        if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut effort);
    let mut from = |at: usize, _| source.as_bytes().get(at..).unwrap_or_default();
    parser.parse_with_options(&mut from, None, Some(options))
}

struct Walk<'a, 'tree> {
    source: &'a str,
    lines: &'a Lines<'a>,
    path: Vec<Frame<'tree>>,
    survey: Survey,
    error_bytes: usize,
    /// Where the last error counted ends.
    error_end: usize,
}

impl<'tree> Walk<'_, 'tree> {
    /// Visits every node in order, without recursion: sources may be nested as deeply as they like.
    fn run(&mut self, root: Node<'tree>) {
        let mut cursor = root.walk();
        loop {
            let frame = Frame { node: cursor.node(), field: cursor.field_name() };
            self.path.push(frame);
            if self.visit(frame.node) && cursor.goto_first_child() {
                continue;
            }
            self.path.pop();
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
                self.path.pop();
            }
        }
    }

    /// Looks at a node; says whether to look inside.
    fn visit(&mut self, node: Node<'tree>) -> bool {
        // An error within an error is counted with it.
        if node.is_error() && node.start_byte() >= self.error_end {
            self.error_bytes += node.end_byte() - node.start_byte();
            self.error_end = node.end_byte();
        }
        if !node.is_named() {
            return true;
        }
        match node.kind() {
            "comment" | "line_comment" | "block_comment" => {
                self.survey.comments.push(self.lines.comment(&node.byte_range()));
                false
            }
            "integer" | "float" | "integer_literal" | "float_literal" | "number_literal" | "number" => {
                self.number(node);
                false
            }
            "true" | "false" | "boolean_literal" => {
                self.push(node.byte_range(), Kind::Bool, Style::default(), self.path.len());
                false
            }
            "string" | "string_literal" => {
                self.string(node);
                false
            }
            "template_string" | "raw_string_literal" | "concatenated_string" => false,
            "preproc_arg" => {
                self.define(node);
                false
            }
            _ => true,
        }
    }

    fn number(&mut self, node: Node<'tree>) {
        let mut range = node.byte_range();
        let mut depth = self.path.len();
        let parent = depth.checked_sub(2).map(|at| self.path[at].node);
        if let Some(parent) = parent.filter(|parent| {
            matches!(parent.kind(), "unary_operator" | "unary_expression" | "negative_literal")
        }) && self.source[parent.start_byte()..range.start].trim() == "-"
        {
            range.start = parent.start_byte();
            depth -= 1;
        }
        self.number_at(range, depth);
    }

    fn number_at(&mut self, range: Range<usize>, depth: usize) {
        if !stands_apart(self.source, &range) {
            return;
        }
        if let Some((number, mut style)) = self.source.get(range.clone()).and_then(number::parse) {
            style.behind_sign =
                self.source[..range.start].trim_end_matches([' ', '\t']).ends_with(['-', '+']);
            self.push(range, Kind::Number(number), style, depth);
        }
    }

    fn string(&mut self, node: Node<'tree>) {
        let text = &self.source[node.byte_range()];
        let prefix = text.find(['"', '\'']).map_or("", |at| &text[..at]);
        let triple = text[prefix.len()..].starts_with("\"\"\"") || text[prefix.len()..].starts_with("'''");
        if !text.contains('\n') && !triple && !prefix.contains(['f', 'F', 't', 'T']) {
            self.push(node.byte_range(), Kind::Text, Style::default(), self.path.len());
        }
    }

    /// What follows the name in a `#define`: raw text to the grammar, comment included.
    fn define(&mut self, node: Node<'tree>) {
        let text = &self.source[node.byte_range()];
        let (value, comment) =
            text.split_once("//").map_or((text, None), |(value, comment)| (value, Some(comment)));
        if let Some(comment) = comment {
            let start = node.end_byte() - comment.len() - 2;
            self.survey.comments.push(self.lines.comment(&(start..node.end_byte())));
        }
        let open = value.len() - value.trim_start_matches(['(', ' ', '\t']).len();
        let token = value[open..].trim_end_matches([')', ' ', '\t', '\r']);
        let start = node.start_byte() + open;
        self.number_at(start..start + token.len(), self.path.len());
    }

    fn push(&mut self, range: Range<usize>, kind: Kind, style: Style, depth: usize) {
        let verdict = judge(&self.path[..depth], self.source);
        let tier = verdict.place.and_then(|place| naming::tier(kind, style.has_radix(), place));
        let text = self.source[range.clone()].to_owned();
        self.survey.found.push(Found {
            line: self.lines.line(range.start),
            range,
            kind,
            name: verdict.name,
            text,
            style,
            tier,
        });
    }
}

/// Whether no letter or digit touches a number: in broken code, two tokens may have been one.
fn stands_apart(source: &str, range: &Range<usize>) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let before = source.get(..range.start).and_then(|text| text.chars().next_back());
    let after = source.get(range.end..).and_then(|text| text.chars().next());
    !before.is_some_and(word) && !after.is_some_and(word)
}
