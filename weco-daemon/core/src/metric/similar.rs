//! Names that carry a number and might be meant.

use std::collections::HashSet;
use std::ops::Range;

use super::name::Name;
use super::page::Page;
use super::token::{Gap, Kind, Token, fold};
use super::words;

/// How many names are offered.
const MAX_OFFERED: usize = 5;
/// How many different labels are looked at: more are not metrics but data.
const MAX_LABELS: usize = 512;
/// The longest label, in tokens: longer ones are sentences.
const MAX_TOKENS: usize = 10;
/// The longest name compared by edit distance, in bytes: its cost is the product of the lengths.
const MAX_COMPARED: usize = 80;

/// The labels of numbers that resemble `name`, the likeliest first.
pub(super) fn names(page: &Page, name: &Name) -> Vec<String> {
    let mut seen = HashSet::from([name.key().to_owned()]);
    let mut ranked = Vec::new();
    for label in labels(page) {
        let text = page.printed(label.start, label.end);
        let key = fold(text);
        if seen.len() > MAX_LABELS || !seen.insert(key.clone()) {
            continue;
        }
        if let Some(likeness) = likeness(page, label, &key, name.key()) {
            ranked.push((likeness, text.to_owned()));
        }
    }
    ranked.sort_by_key(|(likeness, _)| *likeness);
    ranked.into_iter().take(MAX_OFFERED).map(|(_, text)| text).collect()
}

/// How unlike a label and the name are; the least is the likeliest.
type Unlikeness = (u8, usize);

fn likeness(page: &Page, label: Range<usize>, key: &str, name: &str) -> Option<Unlikeness> {
    if key.len() > MAX_COMPARED || name.len() > MAX_COMPARED || key.is_empty() {
        return None;
    }
    let distance = strsim::osa_distance(key, name);
    let contains = key.len().min(name.len()) > 1 && (key.contains(name) || name.contains(key));
    let shares = || {
        page.tokens.get(label).unwrap_or_default().iter().any(|token| {
            let word = token.folded.as_str();
            word.chars().count() > 2 && token.is_word() && !words::is_harmless(word) && name.contains(word)
        })
    };
    if contains {
        Some((0, distance))
    } else if distance <= (key.len().max(name.len()) / 3).max(1) {
        Some((1, distance))
    } else {
        shares().then_some((2, distance))
    }
}

/// Token ranges of the labels of all numbers.
fn labels(page: &Page) -> impl Iterator<Item = Range<usize>> {
    let before = (0..page.tokens.len()).filter_map(|at| label_before(page, at));
    let lines: Vec<_> = page.lines().filter(|line| !line.is_empty()).collect();
    let above = (1..lines.len()).flat_map(move |row| header_cells(page, &lines, row));
    before.chain(above)
}

/// The label of the number at token `at`.
fn label_before(page: &Page, at: usize) -> Option<Range<usize>> {
    if !matches!(page.get(at)?.kind, Kind::Number(_)) || page.is_attached(at) {
        return None;
    }
    let mut end = at;
    while at - end < MAX_TOKENS
        && page.previous(end).is_some_and(|token| !token.is_word() && is_between(token))
    {
        end -= 1;
    }
    let mut start = end;
    while end - start < MAX_TOKENS && page.previous(start).is_some() && belongs(page, start - 1, end) {
        start -= 1;
    }
    trimmed(page, start..end)
}

/// A symbol between a label and its number.
fn is_between(token: &Token) -> bool {
    [':', '=', '→', '|', '"', '\'', '*', '`', '≈', '~', '…', '─'].iter().any(|c| token.is(*c))
}

/// The token at `at` belongs to the label that ends before token `end`.
fn belongs(page: &Page, at: usize, end: usize) -> bool {
    let Some(token) = page.get(at) else { return false };
    if at + 1 < end && page.get(at + 1).is_some_and(|next| next.gap == Gap::Wide) {
        return false;
    }
    match token.kind {
        Kind::Word => true,
        Kind::Number(_) => page.is_attached(at),
        Kind::Symbol(c) => matches!(c, '_' | '-' | '.' | '/' | '@' | '(' | ')' | '%'),
        _ => false,
    }
}

/// The range without symbols and log levels in front and symbols behind; `None` if no word is left.
fn trimmed(page: &Page, label: Range<usize>) -> Option<Range<usize>> {
    let tokens = page.tokens.get(label.clone())?;
    let is_message = |token: &Token| token.is_word() && !words::is_log_prefix(&token.folded);
    let first = tokens.iter().position(is_message)?;
    let last = tokens
        .iter()
        .rposition(|token| token.is_word() || token.is_figures() || token.is(')') || token.is('%'))?;
    (first <= last).then_some(label.start + first..label.start + last + 1)
}

/// The cells of the header above the first row of a table, if line `row` is one.
fn header_cells(page: &Page, lines: &[Range<usize>], row: usize) -> Vec<Range<usize>> {
    let has_figures = |line: &Range<usize>| page.tokens[line.clone()].iter().any(Token::is_figures);
    let has_words = |line: &Range<usize>| page.tokens[line.clone()].iter().any(Token::is_word);
    if !has_figures(&lines[row]) {
        return Vec::new();
    }
    let above = lines[..row].iter().rev().take(2).find(|line| has_words(line));
    let Some(header) = above.filter(|line| !has_figures(line)) else { return Vec::new() };
    let mut cells = Vec::new();
    let mut start = header.start;
    for at in header.clone().chain([header.end]) {
        let cuts = at == header.end || ['|', ',', ';'].iter().any(|c| page.is_symbol(at, *c));
        let is_wide = page.get(at).is_some_and(|token| token.gap == Gap::Wide);
        if cuts || is_wide {
            cells.extend(trimmed(page, start..at).filter(|cell| cell.len() <= MAX_TOKENS));
            start = if cuts { at + 1 } else { at };
        }
    }
    cells
}
