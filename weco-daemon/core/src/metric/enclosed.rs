//! Brackets and quotes around and after a name.

use super::label::Step;
use super::line::Quality;
use super::page::{Page, REACH};
use super::token::{Kind, Token};
use super::{figures, object, value, words};

/// Brackets after the name: a remark on it (`loss (ms): 0.3`), or its value if nothing else follows (`loss (0.3)`).
pub(super) fn brackets(page: &Page, at: usize) -> Option<Step> {
    let end = close(page, at, REACH / 2)?;
    let first = page.get(at + 1)?;
    if (first.is_figures() || value::blank(page, at + 1).is_some()) && !has_value_after(page, end + 1) {
        return value::read(page, at).map(|(reading, _)| Step::Found(reading));
    }
    let is_comparison = words::compares(&first.folded) || page.is_symbol(at + 2, '/');
    let is_other = |token: &Token| words::makes_other(&token.folded);
    let spread = page.tokens.get(at + 1..end)?.iter().any(|token| token.is('±'));
    if !is_comparison && !spread && page.tokens.get(at + 1..end)?.iter().any(is_other) {
        return None;
    }
    let is_unit = first.is('%') || words::is_unit(&first.folded) || spread;
    Some(Step::Past(end + 1, if is_unit { Quality::Exact } else { Quality::Qualified }))
}

/// A separator or a number stands at `at`.
fn has_value_after(page: &Page, at: usize) -> bool {
    page.get(at).is_some_and(|token| {
        token.is_figures()
            || matches!(token.kind, Kind::Symbol(':' | '=' | '→' | '|' | '[' | '(' | '_' | '.'))
    })
}

/// The bracket that closes the one at `at`, in the same line and within `reach` tokens.
pub(super) fn close(page: &Page, at: usize, reach: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for end in at..at + reach {
        match page.get(end)?.kind {
            Kind::Newline => return None,
            Kind::Symbol('(' | '[' | '{') => depth += 1,
            Kind::Symbol(')' | ']' | '}') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(end);
        }
    }
    None
}

/// Decoration after the name. A quoted name that is followed by a comma is itself a value, and the number is the next
/// one, `("loss", 0.3)`, or another member of the object, `{"name": "loss", "value": 0.3}`.
pub(super) fn quoted(page: &Page, at: usize, start: usize) -> Step {
    let is_quote = |token: &Token| token.is('"') || token.is('\'');
    let is_quoted = page.get(at).is_some_and(is_quote) && page.previous(start).is_some_and(is_quote);
    if !is_quoted || !page.is_symbol(at + 1, ',') {
        return Step::Past(at + 1, Quality::Exact);
    }
    let next = page.get(at + 2).filter(|token| token.is_figures()).map(|_| figures::read(page, at + 2));
    next.or_else(|| object::member(page, at + 2)).map_or(Step::Past(at + 1, Quality::Exact), Step::Found)
}

/// The bracket at `at` closes one that opens right before the name: `[loss] 0.3`.
pub(super) fn encloses(page: &Page, start: usize, at: usize) -> bool {
    let opener = match page.get(at).map(|token| token.kind) {
        Some(Kind::Symbol(')')) => '(',
        Some(Kind::Symbol(']')) => '[',
        _ => '<',
    };
    let quoted = page.previous(start).is_some_and(|token| token.is('"') || token.is('\''));
    page.previous(start - usize::from(quoted)).is_some_and(|token| token.is(opener))
}
