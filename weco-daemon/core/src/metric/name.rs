//! The metric's name, however it is spelled.

use super::page::{Page, REACH};
use super::token::{Gap, Kind, Token, fold, tokenize};

/// A name to look for.
pub(super) struct Name {
    /// Its letters and digits, folded; of a name without any, its symbols.
    key: String,
    /// All its symbols: these may also stand between its words in the text.
    symbols: Vec<char>,
    /// Its symbols after the last word, such as the `%` of `acc%`.
    trailing: Vec<char>,
    /// It is a rate, such as `tokens/s`, whose value often precedes it.
    pub(super) is_rate: bool,
}

/// How many symbols may stand between two words of a name.
const MAX_JOINERS: usize = 3;

impl Name {
    pub(super) fn new(name: &str) -> Self {
        let tokens = tokenize(name);
        let symbol = |token: &Token| match token.kind {
            Kind::Symbol(c) => Some(c),
            _ => None,
        };
        let symbols: Vec<char> = tokens.iter().filter_map(symbol).collect();
        let mut trailing: Vec<char> = tokens.iter().rev().map_while(symbol).collect();
        trailing.reverse();
        let words = fold(name);
        let is_rate = symbols.contains(&'/') && !words.is_empty();
        let key = if words.is_empty() { symbols.iter().collect() } else { words };
        Self { key, symbols, trailing, is_rate }
    }

    /// The name's letters and digits, in the form in which tokens have theirs.
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// The token after the name, if the name stands at token `at`.
    pub(super) fn end_at(&self, page: &Page, at: usize) -> Option<usize> {
        let mut rest = self.key.as_str();
        let mut next = at;
        let mut joiners = 0;
        let mut bracket = None;
        while !rest.is_empty() {
            let token = page.get(next)?;
            if next > at + REACH || (next > at && token.gap == Gap::Wide) {
                return None;
            }
            if let Some(after) = self.consume(rest, token) {
                rest = after;
                joiners = 0;
            } else {
                joiners += 1;
                let c = self.joiner(token).filter(|_| next > at && joiners <= MAX_JOINERS)?;
                bracket = if bracket == Some(c) { None } else { closer(c).or(bracket) };
            }
            next += 1;
        }
        if let Some(close) = bracket {
            return page.is_symbol(next, close).then_some(next + 1);
        }
        Some(self.skip_trailing(page, next))
    }

    fn consume<'k>(&self, rest: &'k str, token: &Token) -> Option<&'k str> {
        match token.kind {
            Kind::Newline => None,
            Kind::Symbol(c) => rest.strip_prefix(c).filter(|_| self.is_symbolic()),
            _ => rest.strip_prefix(token.folded.as_str()).filter(|_| !token.folded.is_empty()),
        }
    }

    fn is_symbolic(&self) -> bool {
        self.key.chars().all(|c| !c.is_alphanumeric())
    }

    fn joiner(&self, token: &Token) -> Option<char> {
        let Kind::Symbol(c) = token.kind else { return None };
        (matches!(c, '_' | '-' | '/' | '.' | '@' | '^' | '(' | '[') || self.symbols.contains(&c)).then_some(c)
    }

    fn skip_trailing(&self, page: &Page, mut next: usize) -> usize {
        for symbol in &self.trailing {
            if page.is_symbol(next, *symbol) && !matches!(symbol, ':' | '=') {
                next += 1;
            }
        }
        next
    }
}

fn closer(opener: char) -> Option<char> {
    match opener {
        '(' => Some(')'),
        '[' => Some(']'),
        _ => None,
    }
}
