//! Values that stand before their name: `3.4x speedup`, `12 passed`, `8.1it/s`.

use super::line::Occurrence;
use super::name::Name;
use super::page::Page;
use super::token::{Kind, Token};
use super::value::Reading;
use super::words;

/// The value before the name at `place`, where a person would read it so.
pub(super) fn read(page: &Page, name: &Name, place: Occurrence) -> Option<Reading> {
    if page.is_symbol(place.end, ':') || page.is_symbol(place.end, '=') || page.is_attached(place.end) {
        return None;
    }
    let (number, unit) = number_before(page, place.start)?;
    let Kind::Number(value) = page.get(number)?.kind else { return None };
    let is_item = page.printed(number, number + 1).ends_with('.');
    if is_item || page.is_attached(number) {
        return None;
    }
    let is_unit = unit.is_none() && page.is_glued(place.start);
    let is_ratio = unit.is_some_and(|unit| unit.folded == "x" || unit.is('×'));
    let is_rate = unit.is_none() && name.is_rate;
    let is_counted = (place.leads_with_values || starts_segment(page, number)) && ends_segment(page, place);
    (is_unit || is_ratio || is_rate || is_counted).then_some(Reading::Value(value))
}

/// The number right before token `start`, and the unit between them.
fn number_before(page: &Page, start: usize) -> Option<(usize, Option<&Token>)> {
    let previous = page.previous(start)?;
    if previous.is_figures() {
        return Some((start - 1, None));
    }
    let is_unit = previous.is_glued()
        && ((previous.is_word() && words::is_unit(&previous.folded)) || previous.is('×') || previous.is('%'));
    let is_number = page.previous(start - 1).is_some_and(Token::is_figures);
    (is_unit && is_number && !page.is_glued(start)).then(|| (start - 2, Some(previous)))
}

/// Nothing of the phrase precedes the number.
fn starts_segment(page: &Page, number: usize) -> bool {
    page.previous(number)
        .is_none_or(|token| [',', ';', '|', '(', '─', '=', '[', '*', '.', ':'].iter().any(|c| token.is(*c)))
}

/// Nothing of the phrase follows the name but, in lines of such pairs, the next number.
fn ends_segment(page: &Page, place: Occurrence) -> bool {
    let Some(next) = page.get(place.end) else { return true };
    match next.kind {
        Kind::Newline => true,
        Kind::Symbol(c) => matches!(c, ',' | ';' | '|' | '(' | ')' | '─' | '=' | ']' | '#' | '.'),
        Kind::Word => next.folded == "in" || next.folded == "and",
        Kind::Number(_) | Kind::Overflow | Kind::Figures => place.leads_with_values,
    }
}
