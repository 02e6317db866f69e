//! Follows a name to its value.

use super::line::Quality;
use super::page::{Page, REACH};
use super::token::{Kind, Token};
use super::value::{self, Reading};
use super::{enclosed, figures, words};

/// The value of the name that stands from token `start` up to token `end`.
pub(super) fn follow(page: &Page, end: usize, start: usize) -> Option<(Reading, Quality)> {
    let mut quality = Quality::Exact;
    let mut at = end;
    while at < end + REACH {
        match step(page, at, start)? {
            Step::Past(next, limit) => {
                quality = quality.min(limit);
                at = next;
            }
            Step::Read(from) => {
                return value::read(page, from).map(|(reading, limit)| (reading, quality.min(limit)));
            }
            Step::Found(reading) => return Some((reading, quality)),
        }
    }
    None
}

/// How surely the name that stands from token `start` up to token `end` is all that its line says.
pub(super) fn tail(page: &Page, end: usize, start: usize) -> Option<Quality> {
    let mut quality = Quality::Exact;
    let mut at = end;
    while at < end + REACH {
        if page.ends_line(at) {
            return Some(quality);
        }
        match step(page, at, start)? {
            Step::Past(next, limit) => {
                quality = quality.min(limit);
                at = next;
            }
            Step::Read(next) if page.ends_line(next) => return Some(quality),
            Step::Read(_) | Step::Found(_) => return None,
        }
    }
    None
}

/// What a token between the name and the value means.
pub(super) enum Step {
    /// Go on at the token given, at no more than the quality given.
    Past(usize, Quality),
    /// The value is read from the token given.
    Read(usize),
    Found(Reading),
}

fn step(page: &Page, at: usize, start: usize) -> Option<Step> {
    let token = page.get(at)?;
    match token.kind {
        Kind::Newline => None,
        Kind::Number(_) | Kind::Overflow | Kind::Figures => figures(page, at),
        Kind::Word if token.is_glued() && page.previous(at).is_some_and(Token::is_word) => suffix(page, at),
        Kind::Word => word(page, at),
        Kind::Symbol('(' | '[') => enclosed::brackets(page, at),
        Kind::Symbol('{') if token.is_glued() => {
            enclosed::close(page, at, REACH).map(|end| Step::Past(end + 1, Quality::Qualified))
        }
        Kind::Symbol(':' | '=' | '→' | '≈' | '|' | '…' | '─') => Some(Step::Read(at + 1)),
        Kind::Symbol('~' | '$' | '€' | '£' | '¥' | '₹') => Some(Step::Read(at + 1)),
        Kind::Symbol('*' | '`' | '↑' | '↓' | '%' | '"' | '\'') => Some(enclosed::quoted(page, at, start)),
        Kind::Symbol(')' | ']' | '>') => {
            enclosed::encloses(page, start, at).then_some(Step::Past(at + 1, Quality::Exact))
        }
        Kind::Symbol('-' | '+' | '∞') if value::blank(page, at).is_some() => {
            value::blank(page, at).map(Step::Found)
        }
        Kind::Symbol('±') if page.get(at + 1).is_some_and(|token| words::is_spread(&token.folded)) => {
            Some(Step::Past(at + 2, Quality::Exact))
        }
        Kind::Symbol('-' | '–' | '—') if !token.is_glued() && !page.is_glued(at + 1) => {
            Some(Step::Read(at + 1))
        }
        Kind::Symbol(',') => is_csv(page, at, start).then_some(Step::Read(at + 1)),
        Kind::Symbol('_' | '-' | '.' | '/' | '@' | '#') if token.is_glued() && page.is_glued(at + 1) => {
            joined(page, at)
        }
        Kind::Symbol('_' | '@') => Some(Step::Past(at + 1, Quality::Qualified)),
        Kind::Symbol(c) => value::is_pictograph(c).then_some(Step::Past(at + 1, Quality::Exact)),
    }
}

/// Figures after the name: the value, or a part of the label if a separator and another number follow (`loss 3: 0.5`).
fn figures(page: &Page, at: usize) -> Option<Step> {
    if page.is_attached(at) {
        return None;
    }
    let is_label = (page.is_symbol(at + 1, ':') || page.is_symbol(at + 1, '='))
        && page.get(at + 2).is_some_and(Token::is_figures);
    Some(if is_label { Step::Past(at + 1, Quality::Qualified) } else { Step::Found(figures::read(page, at)) })
}

/// A word that is one identifier with the name: `lossValue`.
fn suffix(page: &Page, at: usize) -> Option<Step> {
    let word = page.get(at)?.folded.as_str();
    if word == "value" {
        return Some(Step::Past(at + 1, Quality::Exact));
    }
    (words::follows(word) || is_unit_suffix(word)).then_some(Step::Past(at + 1, Quality::Qualified))
}

/// Units with one letter but `s` are as often indices: `error_x`.
fn is_unit_suffix(word: &str) -> bool {
    words::is_unit(word) && (word.len() > 1 || word == "s")
}

/// What a joining symbol at `at` glues to the name: `loss_ms`, `loss/mean`, `recall@10`, `BM_sort-8`.
fn joined(page: &Page, at: usize) -> Option<Step> {
    let next = page.get(at + 1)?;
    if !next.is_word() && !next.is_figures() {
        return Some(Step::Past(at + 1, Quality::Exact));
    }
    if next.is_figures() {
        // `recall@10` and `sort-8` are variants of one metric, `loss_1` and `loss_2` are two metrics.
        let is_variant = !page.is_symbol(at, '_') && !page.is_symbol(at, '.');
        return is_variant.then_some(Step::Past(at + 2, Quality::Qualified));
    }
    let is_rate = page.is_symbol(at, '/') && words::is_unit(&next.folded);
    if is_rate { None } else { suffix(page, at + 1) }
}

fn word(page: &Page, at: usize) -> Option<Step> {
    let word = page.get(at)?.folded.as_str();
    let past = |quality| Some(Step::Past(at + 1, quality));
    if let Some(blank) = value::blank(page, at) {
        return Some(Step::Found(blank));
    }
    if words::is_copula(word) {
        return past(Quality::Exact);
    }
    if let Some(end) = words::opens_phrase(word).then(|| phrase_end(page, at)).flatten() {
        return Some(Step::Past(end, Quality::Qualified));
    }
    if word == "from" {
        return value::read(page, at).map(|(reading, _)| Step::Found(reading));
    }
    let is_harmless =
        words::links(word) || words::follows(word) || is_unit_suffix(word) || words::approximates(word);
    if is_harmless { past(Quality::Qualified) } else { None }
}

/// The separator that ends the phrase which starts at `at`, as in `loss after 3 epochs: 0.5`.
fn phrase_end(page: &Page, at: usize) -> Option<usize> {
    let figures = page.get(at + 1).filter(|token| token.is_figures());
    if page.get(at)?.folded == "of" && figures.is_some() {
        // `speedup of 3.4 over the baseline`, but `mean of 5 runs: 12`.
        let is_count = !page.printed(at + 1, at + 2).contains('.') && !page.is_glued(at + 2);
        return (is_count && page.get(at + 2)?.is_word() && page.is_symbol(at + 3, ':')).then_some(at + 3);
    }
    // The baseline of `speedup over the baseline` and the training of `loss after training` are not what is measured.
    let opener = page.get(at)?.folded.as_str();
    let describes = opener == "after" || words::compares(opener);
    for end in at + 1..at + REACH / 4 {
        let token = page.get(end)?;
        match token.kind {
            Kind::Symbol(':' | '=' | '→') => return Some(end),
            Kind::Word if words::ends_phrase(&token.folded) => return Some(end),
            Kind::Word if token.folded == "test" => {}
            Kind::Word if !describes && words::makes_other(&token.folded) => return None,
            Kind::Word | Kind::Symbol('-' | '_' | '(' | ')' | '/' | '%' | '\'' | '"' | '`' | '#' | '.') => {}
            Kind::Number(_) => {}
            _ => return None,
        }
    }
    None
}

/// The comma at `at` ends a field that holds the name alone: `loss,0.3`.
fn is_csv(page: &Page, at: usize, start: usize) -> bool {
    let is_glued = page.is_glued(at) && page.is_glued(at + 1);
    let is_field = page.previous(start).is_none_or(|token| token.is(',') && page.is_glued(start));
    is_glued && is_field && page.get(at + 1).is_some_and(Token::is_figures)
}
