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
            Step::Stop(limit) => return Some(quality.min(limit)),
            Step::Other => return None,
        }
    }
    None
}

/// What the token before a word means for it.
enum Step {
    /// Look past it, to the token given, at no more than the quality given.
    Past(usize, Quality),
    /// The name's phrase starts here, at no more than the quality given.
    Stop(Quality),
    /// It makes another metric.
    Other,
}

/// Judges the token before token `at`; `None` at the line's start.
fn look_back(page: &Page, at: usize) -> Option<Step> {
    let previous = page.previous(at)?;
    let gap = page.get(at)?.gap;
    Some(if gap == Gap::Wide {
        Step::Stop(Quality::Exact)
    } else if previous.is_word() && gap == Gap::None {
        compound(previous, at - 1)
    } else if previous.is_word() {
        separate(page, previous, at - 1)
    } else if previous.is_figures() {
        counted(page, at - 1)
    } else if gap == Gap::None {
        joined(page, at)
    } else {
        section(page, at - 1)
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
    let follows =
        |is: fn(&str) -> bool| page.previous(at).is_some_and(|token| token.is_word() && is(&token.folded));
    match word.folded.as_str() {
        w if words::is_transparent(w) => Step::Past(at, Quality::Exact),
        w if words::is_harmless(w) => Step::Past(at, Quality::Qualified),
        w if words::is_setting(w) => Step::Past(at, Quality::Loose),
        w if words::joins(w) => Step::Past(at - usize::from(follows(words::counts)), Quality::Qualified),
        w if words::is_determiner(w) && follows(words::joins) => Step::Past(at, Quality::Qualified),
        w if words::starts_clause(w) => Step::Stop(Quality::Qualified),
        w if words::is_determiner(w) || words::is_log_prefix(w) || words::is_blank(w) => {
            Step::Stop(Quality::Exact)
        }
        _ if is_logger(page, at) => Step::Stop(Quality::Exact),
        _ => Step::Other,
    }
}

/// The word at token `at` ends a dotted module name after a log level: `INFO app.train loss: 0.3`.
fn is_logger(page: &Page, at: usize) -> bool {
    let belongs = |first: usize| {
        page.is_glued(first)
            && page.previous(first).is_some_and(|token| token.is('.') || token.is('_') || token.is_word())
    };
    let mut first = at;
    while at - first < MAX_WORDS && belongs(first) {
        first -= 1;
    }
    let is_dotted = (first..at).any(|i| page.is_symbol(i, '.'));
    is_dotted
        && page.previous(first).is_some_and(|token| token.is_word() && words::is_log_prefix(&token.folded))
}

/// The figures at token `at` stand before the name: a value or a counter, unless they qualify it, as in
/// `top 5 accuracy`.
fn counted(page: &Page, at: usize) -> Step {
    let joiner = page.previous(at).filter(|token| token.is('-') || token.is('@'));
    let before = if joiner.is_some() { at - 1 } else { at };
    let is_taken =
        page.previous(before).is_some_and(|token| token.is_word() && words::takes_number(&token.folded));
    let is_path = page.previous(at).is_some_and(|token| token.is('/'));
    let is_whole = !page.printed(at, at + 1).contains('.');
    if (page.is_attached(at) && !is_taken && !is_path) || (is_taken && is_whole) {
        return Step::Other;
    }
    Step::Stop(Quality::Exact)
}

/// A symbol is glued to the front of the word at `at`.
fn joined(page: &Page, at: usize) -> Step {
    let symbol = at - 1;
    let is = |set: &[char]| set.iter().any(|c| page.is_symbol(symbol, *c));
    let joins = is(&['_', '-', '.', '/', '@', '#', '+']);
    match page.previous(symbol).filter(|_| page.is_glued(symbol)) {
        Some(word) if joins && word.is_word() => compound(word, symbol - 1),
        Some(word) if joins && word.is_figures() => Step::Other,
        Some(word) if is(&['\'']) && word.is_word() => Step::Other,
        // A command's flag, or a negated name.
        None if is(&['-']) || page.printed(symbol, at) == "--" => Step::Other,
        _ => section(page, symbol),
    }
}

/// The symbol at `at` ends what precedes the name's phrase. A section such as `[val]` or `train:` is no part of the
/// name, but says that the name alone is not unique.
fn section(page: &Page, at: usize) -> Step {
    let word = page.previous(at).filter(|token| token.is_word() && words::makes_other(&token.folded));
    match word {
        // `Val. loss`
        Some(_) if page.is_symbol(at, '.') && page.is_glued(at) => Step::Other,
        Some(_) => Step::Stop(Quality::Loose),
        None => Step::Stop(Quality::Exact),
    }
}
