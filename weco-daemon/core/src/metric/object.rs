//! Values inside brackets and braces.

use std::ops::Range;

use super::page::{Page, REACH};
use super::token::{Kind, Token};
use super::value::{self, Found, Reading};
use super::{figures, words};

/// The one number in the brackets that open at `at`; nested brackets and what follows a keyword (`dtype=…`) aside.
pub(super) fn only(page: &Page, at: usize) -> Option<Reading> {
    let mut numbers = Vec::new();
    let mut depth = 0_usize;
    let mut end = at;
    while end < at + REACH {
        let token = page.get(end)?;
        match token.kind {
            Kind::Symbol('(' | '[') => depth += 1,
            Kind::Symbol(')' | ']') => depth -= 1,
            Kind::Word if page.is_symbol(end + 1, '=') || page.is_symbol(end + 1, ':') => break,
            Kind::Word if numbers.is_empty() => {
                if let Some(after) = value::blank_end(page, end) {
                    return Some(Reading::Blank(page.printed(end, after).to_owned()));
                }
            }
            _ if token.is_figures() && !page.is_attached(end) => numbers.push(end),
            _ => {}
        }
        end += 1;
        if depth == 0 {
            break;
        }
    }
    match numbers.as_slice() {
        [] => None,
        [one] if !page.printed(*one, one + 1).contains(',') => Some(figures::read(page, *one)),
        [low, estimate, high] if is_criterion(page, *low..*high) => Some(figures::read(page, *estimate)),
        _ => Some(Reading::Unclear(page.printed(at, end).to_owned())),
    }
}

/// Criterion prints `[low estimate high]`, each with its unit and nothing between them.
fn is_criterion(page: &Page, numbers: Range<usize>) -> bool {
    let mut at = numbers.start;
    for _ in 0..2 {
        let next = page.after_unit(at);
        if next == at + 1 || !page.get(next).is_some_and(Token::is_figures) {
            return false;
        }
        at = next;
    }
    at == numbers.end && page.after_unit(at) > at + 1
}

/// The number under the surest key among the members of an object, from token `at` inside its braces on.
pub(super) fn member(page: &Page, at: usize) -> Option<Reading> {
    let mut depth = 0_usize;
    let mut members = Vec::new();
    for key in at..at + REACH {
        let Some(token) = page.get(key) else { break };
        match token.kind {
            Kind::Symbol('{' | '[' | '(') => depth += 1,
            Kind::Symbol('}' | ']' | ')') if depth == 0 => break,
            Kind::Symbol('}' | ']' | ')') => depth -= 1,
            Kind::Word if depth == 0 && starts_key(page, key) => {
                members.extend(words::value_key(&token.folded).zip(member_value(page, key + 1)));
            }
            _ => {}
        }
    }
    members.into_iter().min_by_key(|(rank, _)| *rank).map(|(_, reading)| reading)
}

/// Nothing of the key precedes the word at `at`.
fn starts_key(page: &Page, at: usize) -> bool {
    page.previous(at).is_none_or(|token| ['"', '\'', '{', ','].iter().any(|c| token.is(*c)))
}

/// The number after a key that ends before token `at`.
pub(super) fn member_value(page: &Page, at: usize) -> Option<Reading> {
    let colon = at + usize::from(page.is_symbol(at, '"') || page.is_symbol(at, '\''));
    if !(page.is_symbol(colon, ':') || page.is_symbol(colon, '=')) {
        return None;
    }
    match page.get(colon + 1)?.kind {
        Kind::Number(_) | Kind::Overflow => Some(figures::read(page, colon + 1)),
        Kind::Word => match value::word(page, colon + 1)? {
            Found::Reading(reading) => Some(reading),
            Found::Filler => value::read(page, colon + 1).map(|(reading, _)| reading),
            Found::Qualifier => None,
        },
        _ => None,
    }
}
