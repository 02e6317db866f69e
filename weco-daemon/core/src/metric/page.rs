//! The output as a terminal would show it, cut into tokens and lines.

use std::ops::Range;

use super::token::{Gap, Kind, Token, tokenize};
use super::{screen, words};

/// How many tokens a rule looks ahead or back at most. It bounds the work per token, and no sensible label, list
/// or object that still means one number is longer.
pub(super) const REACH: usize = 64;

/// The text and its parts.
pub(super) struct Page {
    pub(super) text: String,
    pub(super) tokens: Vec<Token>,
}

impl Page {
    pub(super) fn new(output: &str) -> Self {
        let text = screen::plain(output);
        let tokens = tokenize(&text);
        Self { text, tokens }
    }

    pub(super) fn get(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at)
    }

    /// The token before `at`, unless `at` starts a line.
    pub(super) fn previous(&self, at: usize) -> Option<&Token> {
        let token = self.tokens.get(at.checked_sub(1)?)?;
        (token.kind != Kind::Newline).then_some(token)
    }

    pub(super) fn is_symbol(&self, at: usize, symbol: char) -> bool {
        self.get(at).is_some_and(|token| token.is(symbol))
    }

    pub(super) fn is_glued(&self, at: usize) -> bool {
        self.get(at).is_some_and(Token::is_glued)
    }

    /// No more tokens on this line.
    pub(super) fn ends_line(&self, at: usize) -> bool {
        self.get(at).is_none_or(|token| token.kind == Kind::Newline)
    }

    /// What was printed from token `from` up to, not including, token `to`.
    pub(super) fn printed(&self, from: usize, to: usize) -> &str {
        let start = self.tokens.get(from).map_or(self.text.len(), |token| token.start);
        let end = to.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(start, |token| token.end);
        self.text.get(start..end.max(start)).unwrap_or_default()
    }

    /// The figures at `at` are part of a word: `top-5`, `v1.2`, `acc@1`.
    pub(super) fn is_attached(&self, at: usize) -> bool {
        let Some(joiner) = self.previous(at).filter(|_| self.is_glued(at)) else { return false };
        let joins = ['.', '-', '/', '@', '#', '_', '&', '\\', '^'].iter().any(|symbol| joiner.is(*symbol));
        joins
            && self.is_glued(at - 1)
            && self.previous(at - 1).is_some_and(|token| token.is_word() || token.is_figures())
    }

    /// The token after the number at `at` and its unit, if it has one.
    pub(super) fn after_unit(&self, at: usize) -> usize {
        let start = at + 1;
        if self.is_symbol(start, '%') || self.is_symbol(start, '€') {
            return start + 1;
        }
        let (unit, mut next) = self.identifier(start);
        let is_rate =
            |next: usize| self.is_symbol(next, '/') && self.is_glued(next) && self.is_glued(next + 1);
        if unit.is_empty() || !(self.is_glued(start) || words::is_unit(&unit) || is_rate(next)) {
            return start;
        }
        if is_rate(next) {
            next = self.identifier(next + 1).1;
        }
        next
    }

    /// The word at `at` with those glued to it (`GiB` is two), folded, and the token after it; empty if there is none.
    fn identifier(&self, at: usize) -> (String, usize) {
        let belongs =
            |i: usize| self.get(i).is_some_and(|token| token.is_word() && (i == at || token.is_glued()));
        let end = (at..at + REACH).find(|i| !belongs(*i)).unwrap_or(at);
        (
            self.tokens.get(at..end).unwrap_or_default().iter().map(|token| token.folded.as_str()).collect(),
            end,
        )
    }

    /// Token ranges of the lines, without their newlines.
    pub(super) fn lines(&self) -> impl Iterator<Item = Range<usize>> {
        let mut start = 0;
        self.tokens.split(|token| token.kind == Kind::Newline).map(move |line| {
            let range = start..start + line.len();
            start = range.end + 1;
            range
        })
    }

    /// Whether numbers precede their names in this line: `1.2s user 0.1s system`, `5 passed 2 failed`.
    pub(super) fn leads_with_values(&self, line: &Range<usize>) -> bool {
        let tokens = self.tokens.get(line.clone()).unwrap_or_default();
        let first = tokens.iter().find(|token| token.is_word() || token.is_figures());
        let last = tokens.iter().rfind(|token| token.is_word() || token.is_figures());
        first.is_some_and(Token::is_figures)
            && last.is_some_and(|token| {
                token.is_word() && token.gap != Gap::None && !words::is_unit(&token.folded)
            })
            && !tokens.iter().any(|token| token.is(':') || token.is('=') || token.is('|') || token.is('→'))
    }
}
