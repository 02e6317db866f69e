//! Reads the value where one is expected.

use super::line::Quality;
use super::page::{Page, REACH};
use super::token::{Kind, Token};
use super::{figures, object, words};

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
    for next in at..at + REACH {
        let reading = match page.get(next)?.kind {
            Kind::Newline => below(page, next)?,
            Kind::Number(_) | Kind::Overflow | Kind::Figures => figures::read(page, next),
            Kind::Symbol('(' | '[') => object::only(page, next)?,
            Kind::Symbol('{') => {
                return object::member(page, next + 1).map(|reading| (reading, Quality::Qualified));
            }
            Kind::Symbol('<') => repr(page, next)?,
            Kind::Symbol('∞') => Reading::Blank("∞".to_owned()),
            Kind::Symbol('-' | '+') if page.is_glued(next + 1) => continue,
            Kind::Symbol(c) if is_passed_over(c) => continue,
            Kind::Symbol(_) => return None,
            Kind::Word => match word(page, next)? {
                Found::Reading(reading) => reading,
                Found::Qualifier => {
                    quality = Quality::Qualified;
                    continue;
                }
                Found::Filler => continue,
            },
        };
        return Some((reading, quality));
    }
    None
}

/// What stands at `at` says that there is no number: `nan`, `-inf`, `None`.
pub(super) fn blank(page: &Page, at: usize) -> Option<Reading> {
    read(page, at).map(|(reading, _)| reading).filter(|reading| matches!(reading, Reading::Blank(_)))
}

/// Symbols that may stand before a value.
fn is_passed_over(c: char) -> bool {
    ":=→|\"'`*~≈↑↓…─._×$€£¥₹".contains(c) || is_pictograph(c)
}

/// Decoration such as an emoji.
pub(super) fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{2600}'..='\u{27bf}' | '\u{1f000}'..='\u{1faff}')
}

/// What a word before a value means.
pub(super) enum Found {
    Reading(Reading),
    Qualifier,
    Filler,
}

/// What the word at `at` means where a value is expected; `None` if it says that there is none.
pub(super) fn word(page: &Page, at: usize) -> Option<Found> {
    let word = page.get(at)?.folded.as_str();
    if let Some(end) = blank_end(page, at) {
        return Some(Found::Reading(Reading::Blank(page.printed(at, end).to_owned())));
    }
    if word == "from" {
        return figures::from_to(page, at).map(Found::Reading);
    }
    if words::approximates(word) || word == "to" || (words::is_wrapper(word) && opens_wrapper(page, at)) {
        return Some(Found::Filler);
    }
    words::value_key(word).map(|_| Found::Qualifier)
}

/// The token after the word at `at`, if it stands for "no number": `nan`, `None`, `n/a`.
pub(super) fn blank_end(page: &Page, at: usize) -> Option<usize> {
    let word = &page.get(at)?.folded;
    let goes_on = |next: usize| page.is_glued(next) && page.get(next).is_some_and(Token::is_word);
    if words::is_blank(word) && !goes_on(at + 1) && !page.is_symbol(at + 1, '_') {
        return Some(at + 1);
    }
    let is = |next: usize, part: &str| page.get(next).is_some_and(|token| token.folded == part);
    // In camel case `NaN` is two words.
    if word == "na" && is(at + 1, "n") && goes_on(at + 1) && !goes_on(at + 2) {
        return Some(at + 2);
    }
    (word == "n" && page.is_symbol(at + 1, '/') && is(at + 2, "a")).then_some(at + 3)
}

/// A wrapper's name is followed by its bracket or by the rest of its path: `np.float64(`.
fn opens_wrapper(page: &Page, at: usize) -> bool {
    page.is_glued(at + 1)
        && page
            .get(at + 1)
            .is_some_and(|token| token.is('(') || token.is('.') || token.is('[') || token.is_word())
}

/// After `<`: the number of `<tf.Tensor: shape=(), dtype=float32, numpy=0.3>`, or a bound such as `<0.001`.
fn repr(page: &Page, at: usize) -> Option<Reading> {
    if page.get(at + 1).is_some_and(Token::is_figures) {
        return Some(Reading::Unclear(page.printed(at, at + 2).to_owned()));
    }
    let numpy = (at..at + REACH).find(|i| page.get(*i).is_some_and(|token| token.folded == "numpy"))?;
    (page.is_symbol(numpy + 1, '=') && page.get(numpy + 2).is_some_and(Token::is_figures))
        .then(|| figures::read(page, numpy + 2))
}

/// The value on the lines below a label that ends its line at token `newline`: alone, or indented under a key such
/// as `value` (YAML).
fn below(page: &Page, newline: usize) -> Option<Reading> {
    let first = (newline..newline + 3).find(|at| !page.ends_line(*at))?;
    let token = page.get(first)?;
    if token.is_figures() {
        return page.ends_line(page.after_unit(first)).then(|| figures::read(page, first));
    }
    let is_indented = page.get(first.checked_sub(1)?)?.end < token.start;
    let is_key = token.is_word() && words::value_key(&token.folded).is_some();
    if is_indented && is_key { object::member_value(page, first + 1) } else { None }
}
