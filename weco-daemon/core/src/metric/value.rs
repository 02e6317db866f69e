//! Reads the value where one is expected.

use std::ops::Range;

use super::line::Quality;
use super::page::{Page, REACH};
use super::token::{Kind, Token};
use super::words;

/// What stands in the value's place.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Reading {
    /// One finite number.
    Value(f64),
    /// No finite number, said so: `nan`, `None`, `1e999`. As printed.
    Blank(String),
    /// Something that could mean several numbers or none. As printed.
    Unclear(String),
}

/// Reads the value from token `at` on, after a separator or a linking word.
pub(super) fn read(page: &Page, at: usize) -> Option<(Reading, Quality)> {
    let mut quality = Quality::Exact;
    let mut next = at;
    while next < at + REACH {
        let token = page.get(next)?;
        match token.kind {
            Kind::Newline => return below(page, next).map(|reading| (reading, quality)),
            Kind::Number(_) | Kind::Overflow | Kind::Figures => return Some((number(page, next), quality)),
            Kind::Symbol('(' | '[') => return list(page, next).map(|reading| (reading, quality)),
            Kind::Symbol('{') => return member(page, next + 1).map(|reading| (reading, Quality::Qualified)),
            Kind::Symbol('<') => return repr(page, next).map(|reading| (reading, quality)),
            Kind::Symbol('∞') => return Some((Reading::Blank("∞".to_owned()), quality)),
            Kind::Symbol('-' | '+') if page.is_glued(next + 1) => {}
            Kind::Symbol(c) if is_passed_over(c) => {}
            Kind::Word => match word(page, next)? {
                Found::Reading(reading) => return Some((reading, quality)),
                Found::Qualifier => quality = Quality::Qualified,
                Found::Filler => {}
            },
            Kind::Symbol(_) => return None,
        }
        next += 1;
    }
    None
}

/// What stands at `at` says that there is no number: `nan`, `-inf`, `None`.
pub(super) fn blank(page: &Page, at: usize) -> Option<Reading> {
    read(page, at).map(|(reading, _)| reading).filter(|reading| matches!(reading, Reading::Blank(_)))
}

/// Symbols that may stand before a value.
fn is_passed_over(c: char) -> bool {
    matches!(
        c,
        ':' | '='
            | '→'
            | '|'
            | '"'
            | '\''
            | '`'
            | '*'
            | '~'
            | '≈'
            | '↑'
            | '↓'
            | '…'
            | '─'
            | '.'
            | '$'
            | '€'
            | '£'
            | '¥'
            | '₹'
    )
}

/// What a word before a value means.
enum Found {
    Reading(Reading),
    Qualifier,
    Filler,
}

fn word(page: &Page, at: usize) -> Option<Found> {
    let word = page.get(at)?.folded.as_str();
    if let Some(end) = blank_end(page, at) {
        let printed = page.printed(at, end).to_owned();
        return Some(Found::Reading(Reading::Blank(printed)));
    }
    if word == "from" {
        return from_to(page, at).map(Found::Reading);
    }
    if words::approximates(word) || word == "to" || (words::is_wrapper(word) && opens_wrapper(page, at)) {
        return Some(Found::Filler);
    }
    words::is_value_key(word).then_some(Found::Qualifier)
}

/// The token after the word at `at`, if it stands for "no number": `nan`, `None`, `n/a`.
fn blank_end(page: &Page, at: usize) -> Option<usize> {
    let word = &page.get(at)?.folded;
    let goes_on = |next: usize| page.is_glued(next) && page.get(next).is_some_and(Token::is_word);
    if words::is_blank(word) && !goes_on(at + 1) && !page.is_symbol(at + 1, '_') {
        return Some(at + 1);
    }
    // `NaN` is two words in camel case.
    let two = format!("{word}{}", page.get(at + 1).map_or("", |token| token.folded.as_str()));
    if two == "nan" && goes_on(at + 1) && !goes_on(at + 2) {
        return Some(at + 2);
    }
    let is_na = word == "n"
        && page.is_symbol(at + 1, '/')
        && page.get(at + 2).is_some_and(|token| token.folded == "a");
    is_na.then_some(at + 3)
}

/// A wrapper's name is followed by its bracket or by the rest of its path: `np.float64(`.
fn opens_wrapper(page: &Page, at: usize) -> bool {
    page.is_glued(at + 1)
        && page
            .get(at + 1)
            .is_some_and(|token| token.is('(') || token.is('.') || token.is('[') || token.is_word())
}

/// The reading of the figures at `at`, by what surrounds them.
pub(super) fn number(page: &Page, at: usize) -> Reading {
    let unclear = |end: usize| Reading::Unclear(page.printed(at, end).to_owned());
    let value = match page.get(at).map(|token| token.kind) {
        Some(Kind::Number(value)) => value,
        Some(Kind::Overflow) => return Reading::Blank(page.printed(at, at + 1).to_owned()),
        _ => return unclear(at + 1),
    };
    if let Some(end) = identifier_end(page, at) {
        return unclear(end);
    }
    let next = page.after_unit(at);
    if page.is_symbol(next, '→') && page.get(next + 1).is_some_and(Token::is_figures) {
        return last_of_chain(page, next + 1);
    }
    if is_expression(page, next) { unclear(next + 2) } else { Reading::Value(value) }
}

/// The last number of `0.5 -> 0.4 -> 0.3`; unclear if the chain is too long to be one value.
fn last_of_chain(page: &Page, start: usize) -> Reading {
    let mut at = start;
    while at < start + REACH {
        let next = page.after_unit(at);
        if !(page.is_symbol(next, '→') && page.get(next + 1).is_some_and(Token::is_figures)) {
            return number(page, at);
        }
        at = next + 1;
    }
    Reading::Unclear(page.printed(start, at).to_owned())
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
    let is_operand = |token: &Token| !token.is_glued() && (token.is_word() || token.is_figures());
    let Some(operand) = page.get(next + 1).filter(|token| is_operand(token)) else { return false };
    operator.is('*') || operator.is('+') || (operator.is('/') && operand.is_word())
}

/// `from 0.5 to 0.3`, with `from` at `at`: the latter.
fn from_to(page: &Page, at: usize) -> Option<Reading> {
    page.get(at + 1).filter(|token| token.is_figures())?;
    let to = page.after_unit(at + 1);
    page.get(to).filter(|token| token.folded == "to")?;
    page.get(to + 1).filter(|token| token.is_figures())?;
    Some(number(page, to + 1))
}

/// The one number in the brackets that open at `at`; nested brackets and what follows a keyword (`dtype=…`) aside.
fn list(page: &Page, at: usize) -> Option<Reading> {
    let mut numbers = Vec::new();
    let mut depth = 0_usize;
    let mut end = at;
    while end < at + REACH {
        let token = page.get(end)?;
        match token.kind {
            Kind::Symbol('(' | '[') => depth += 1,
            Kind::Symbol(')' | ']') => depth -= 1,
            Kind::Word if page.is_symbol(end + 1, '=') || page.is_symbol(end + 1, ':') => break,
            Kind::Word => {
                if let Some(after) = blank_end(page, end).filter(|_| numbers.is_empty()) {
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
        [one] if !page.printed(*one, one + 1).contains(',') => Some(number(page, *one)),
        [low, estimate, high] if is_criterion(page, *low..*high) => Some(number(page, *estimate)),
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

/// The number under a key such as `value` or `mean` among the members of an object, from token `at` on.
pub(super) fn member(page: &Page, at: usize) -> Option<Reading> {
    let mut depth = 0_usize;
    for key in at..at + REACH {
        let token = page.get(key)?;
        match token.kind {
            Kind::Symbol('{' | '[' | '(') => depth += 1,
            Kind::Symbol('}' | ']' | ')') => depth = depth.checked_sub(1)?,
            Kind::Word if depth == 0 && words::is_value_key(&token.folded) && starts_key(page, key) => {
                if let Some(reading) = member_value(page, key + 1) {
                    return Some(reading);
                }
            }
            _ => {}
        }
    }
    None
}

/// Nothing of the key precedes the word at `at`.
fn starts_key(page: &Page, at: usize) -> bool {
    page.previous(at).is_none_or(|token| ['"', '\'', '{', ','].iter().any(|c| token.is(*c)))
}

/// The number after a key that ends before token `at`.
fn member_value(page: &Page, at: usize) -> Option<Reading> {
    let colon = at + usize::from(page.is_symbol(at, '"') || page.is_symbol(at, '\''));
    if !(page.is_symbol(colon, ':') || page.is_symbol(colon, '=')) {
        return None;
    }
    match page.get(colon + 1)?.kind {
        Kind::Number(_) | Kind::Overflow => Some(number(page, colon + 1)),
        Kind::Word => match word(page, colon + 1)? {
            Found::Reading(reading) => Some(reading),
            Found::Filler => read(page, colon + 1).map(|(reading, _)| reading),
            Found::Qualifier => None,
        },
        _ => None,
    }
}

/// After `<`: the number of `<tf.Tensor: shape=(), dtype=float32, numpy=0.3>`, or a bound such as `<0.001`.
fn repr(page: &Page, at: usize) -> Option<Reading> {
    if page.get(at + 1).is_some_and(Token::is_figures) {
        return Some(Reading::Unclear(page.printed(at, at + 2).to_owned()));
    }
    let numpy = (at..at + REACH).find(|i| page.get(*i).is_some_and(|token| token.folded == "numpy"))?;
    (page.is_symbol(numpy + 1, '=') && page.get(numpy + 2).is_some_and(Token::is_figures))
        .then(|| number(page, numpy + 2))
}

/// The value on the lines below a label that ends its line at token `newline`: alone, or indented under a key such
/// as `value` (YAML).
fn below(page: &Page, newline: usize) -> Option<Reading> {
    let first = (newline..newline + 3).find(|at| !page.ends_line(*at))?;
    let token = page.get(first)?;
    if token.is_figures() {
        return page.ends_line(page.after_unit(first)).then(|| number(page, first));
    }
    let start = page.get(first.checked_sub(1)?)?.end;
    let is_indented = token.start > start;
    (token.is_word() && is_indented && words::is_value_key(&token.folded))
        .then(|| member_value(page, first + 1))
        .flatten()
}
