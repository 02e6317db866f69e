//! What the figures in a value's place mean, by what surrounds them.

use super::page::{Page, REACH};
use super::token::{Gap, Kind, Token};
use super::value::Reading;

/// The reading of the figures at `at`.
pub(super) fn read(page: &Page, at: usize) -> Reading {
    let unclear = |end: usize| Reading::Unclear(page.printed(at, end).to_owned());
    let value = match page.get(at).map(|token| token.kind) {
        Some(Kind::Number(value)) => value,
        Some(Kind::Overflow) => return Reading::Blank(page.printed(at, at + 1).to_owned()),
        _ => return unclear(at + 1),
    };
    let end = identifier_end(page, at).or_else(|| enumeration_end(page, at)).or_else(|| group_end(page, at));
    if let Some(end) = end {
        return unclear(end);
    }
    let next = page.after_unit(at);
    if is_arrow(page, next) {
        return last_of_chain(page, next + 1);
    }
    if is_expression(page, next) { unclear(next + 2) } else { Reading::Value(value) }
}

/// An arrow at `at` leads to more figures.
fn is_arrow(page: &Page, at: usize) -> bool {
    page.is_symbol(at, '→') && page.get(at + 1).is_some_and(Token::is_figures)
}

/// The last number of `0.5 -> 0.4 -> 0.3`; unclear if the chain is too long to be one value.
fn last_of_chain(page: &Page, start: usize) -> Reading {
    let mut at = start;
    while at < start + REACH {
        let next = page.after_unit(at);
        if !is_arrow(page, next) {
            return read(page, at);
        }
        at = next + 1;
    }
    Reading::Unclear(page.printed(start, at).to_owned())
}

/// The end of the line if it holds nothing but more numbers after commas: `scores: 0.8, 0.9, 0.7`.
fn enumeration_end(page: &Page, at: usize) -> Option<usize> {
    let mut end = at + 1;
    while end < at + REACH && page.is_symbol(end, ',') && page.get(end + 1).is_some_and(Token::is_figures) {
        end += 2;
    }
    (end > at + 1 && page.ends_line(end)).then_some(end)
}

/// The end of `12 345`, which is one number to some and two to others.
fn group_end(page: &Page, at: usize) -> Option<usize> {
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let next = page.get(at + 1).filter(|token| token.is_figures() && token.gap == Gap::One)?;
    let (first, group) = (page.printed(at, at + 1), page.printed(at + 1, at + 2));
    let whole = group.split('.').next().unwrap_or_default();
    let is_group = is_digits(first) && first.len() <= 3 && whole.len() == 3 && is_digits(whole);
    (is_group && next.folded.len() >= 3).then_some(at + 2)
}

/// The end of the word that starts with the number at `at`: `3rd`, `1a2b3c`, `7b-instruct`.
fn identifier_end(page: &Page, at: usize) -> Option<usize> {
    let word = page.get(at + 1).filter(|token| token.is_word() && token.is_glued())?;
    let is_ordinal = matches!(word.folded.as_str(), "st" | "nd" | "rd" | "th");
    let has_digits = word.folded.chars().any(|c| c.is_ascii_digit());
    if is_ordinal || has_digits {
        return Some(at + 2);
    }
    let joined = page.get(at + 2).is_some_and(|token| token.is_glued() && (token.is('-') || token.is('_')))
        && page.is_glued(at + 3)
        && page.get(at + 3).is_some_and(|token| token.is_word() || token.is_figures());
    joined.then_some(at + 4)
}

/// The number before `next` is an operand, as in a line of source code in a traceback: `loss = 0.5 * total`.
fn is_expression(page: &Page, next: usize) -> bool {
    let Some(operator) = page.get(next).filter(|token| !token.is_glued()) else { return false };
    let is_operand = |token: &&Token| !token.is_glued() && (token.is_word() || token.is_figures());
    let Some(operand) = page.get(next + 1).filter(is_operand) else { return false };
    operator.is('*') || operator.is('+') || (operator.is('/') && operand.is_word())
}

/// `from 0.5 to 0.3`, with `from` at `at`: the latter.
pub(super) fn from_to(page: &Page, at: usize) -> Option<Reading> {
    page.get(at + 1).filter(|token| token.is_figures())?;
    let to = page.after_unit(at + 1);
    page.get(to).filter(|token| token.folded == "to")?;
    page.get(to + 1).filter(|token| token.is_figures())?;
    Some(read(page, to + 1))
}
