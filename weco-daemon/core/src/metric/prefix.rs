//! Judges the words before a name: harmless, or part of another metric's name.

use super::line::Quality;
use super::page::Page;
use super::token::{Gap, Token};
use super::words;

/// How many words before a name are looked at. A longer run of harmless words is no label.
const MAX_WORDS: usize = 12;

/// How surely the name at token `start` is the metric's own, by what precedes it in its line; `None` if that makes
/// it another metric's.
pub(super) fn judge(page: &Page, start: usize) -> Option<Quality> {
    let mut quality = Quality::Exact;
    let mut at = start;
    for _ in 0..MAX_WORDS {
        let Some(step) = look_back(page, at) else { return Some(quality) };
        match step {
            Step::Past(new, limit) => {
                at = new;
                quality = quality.min(limit);
            }
            Step::Stop => return Some(quality),
            Step::Other => return None,
        }
    }
    None
}

/// What the token before a word means for it.
enum Step {
    /// Look past it, to the token given, at no more than the quality given.
    Past(usize, Quality),
    /// The name's phrase starts here.
    Stop,
    /// It makes another metric.
    Other,
}

/// Judges the token before token `at`; `None` at the line's start.
fn look_back(page: &Page, at: usize) -> Option<Step> {
    let previous = page.previous(at)?;
    let gap = page.get(at)?.gap;
    Some(if gap == Gap::Wide {
        Step::Stop
    } else if previous.is_word() && gap == Gap::None {
        compound(previous, at - 1)
    } else if previous.is_word() {
        separate(page, previous, at - 1)
    } else if previous.is_figures() {
        counted(page, at - 1)
    } else if gap == Gap::None {
        joined(page, at)
    } else {
        Step::Stop
    })
}

/// `word` at token `at` and the next are one identifier.
fn compound(word: &Token, at: usize) -> Step {
    match word.folded.as_str() {
        w if words::is_transparent(w) => Step::Past(at, Quality::Exact),
        w if words::is_harmless(w) => Step::Past(at, Quality::Qualified),
        _ => Step::Other,
    }
}

/// `word` at token `at` stands before the name's phrase.
fn separate(page: &Page, word: &Token, at: usize) -> Step {
    match word.folded.as_str() {
        w if words::is_transparent(w) => Step::Past(at, Quality::Exact),
        w if words::is_harmless(w) => Step::Past(at, Quality::Qualified),
        w if words::is_setting(w) => Step::Past(at, Quality::Loose),
        w if words::joins(w) => Step::Past(at, Quality::Qualified),
        "the" | "a" | "our"
            if page.previous(at).is_some_and(|token| token.is_word() && words::joins(&token.folded)) =>
        {
            Step::Past(at, Quality::Qualified)
        }
        w if words::is_log_prefix(w) || words::starts_phrase(w) || words::is_blank(w) => Step::Stop,
        _ if is_logger(page, at) => Step::Stop,
        _ => Step::Other,
    }
}

/// The word at token `at` ends a dotted module name after a log level: `INFO app.train loss: 0.3`.
fn is_logger(page: &Page, at: usize) -> bool {
    let mut first = at;
    while first > 1
        && page.is_glued(first)
        && at - first < MAX_WORDS
        && page.previous(first).is_some_and(|token| token.is('.') || token.is('_') || token.is_word())
    {
        first -= 1;
    }
    let is_dotted = (first..at).any(|i| page.is_symbol(i, '.'));
    is_dotted
        && page.previous(first).is_some_and(|token| token.is_word() && words::is_log_prefix(&token.folded))
}

/// The figures at token `at` stand before the name: a value or a counter, unless they are its qualifier, as in
/// `top 5 accuracy`.
fn counted(page: &Page, at: usize) -> Step {
    let qualifies = page.get(at).is_some_and(|figures| figures.folded.chars().all(|c| c.is_ascii_digit()))
        && !page.printed(at, at + 1).contains('.');
    let before =
        if page.previous(at).is_some_and(|token| token.is('-') || token.is('@')) { at - 1 } else { at };
    let taker = page.previous(before).filter(|token| token.is_word() && words::takes_number(&token.folded));
    if page.is_attached(at) && taker.is_none() && !page.previous(at).is_some_and(|token| token.is('/')) {
        return Step::Other;
    }
    if qualifies && taker.is_some() { Step::Other } else { Step::Stop }
}

/// A symbol is glued to the front of the word at `at`.
fn joined(page: &Page, at: usize) -> Step {
    let symbol = at - 1;
    let Some(token) = page.get(symbol) else { return Step::Stop };
    let joins = ['_', '-', '.', '/', '@', '#', '+'].iter().any(|c| token.is(*c));
    let word = page.previous(symbol).filter(|_| page.is_glued(symbol));
    match word {
        Some(word) if joins && word.is_word() => compound(word, symbol - 1),
        Some(word) if joins && word.is_figures() => Step::Other,
        None if token.is('-') || page.printed(symbol, at) == "--" => Step::Other,
        Some(word) if token.is('\'') && word.is_word() => Step::Other,
        _ => Step::Stop,
    }
}
