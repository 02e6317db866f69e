//! What one occurrence of the name says.

use super::label;
use super::name::Name;
use super::page::Page;
use super::token::Token;
use super::value::Reading;
use super::{before, prefix};

/// How surely a print is about the metric asked for; of two sightings the surer one counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Quality {
    /// By weak signs: the value precedes the name, or the name is qualified by `test`.
    Loose,
    /// The name with harmless qualifiers.
    Qualified,
    /// The name alone.
    Exact,
}

/// A print of the metric.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Sighting {
    pub(super) quality: Quality,
    /// Where it is: a byte offset in the page.
    pub(super) at: usize,
    pub(super) reading: Reading,
}

/// The name in its place.
#[derive(Clone, Copy)]
pub(super) struct Occurrence {
    /// Its first token.
    pub(super) start: usize,
    /// The token after it.
    pub(super) end: usize,
    /// Numbers precede their names in this line.
    pub(super) leads_with_values: bool,
}

/// The value that the line gives the name at `place`, if it gives one.
pub(super) fn sight(page: &Page, name: &Name, place: Occurrence) -> Option<Sighting> {
    let at = page.get(place.start)?.start;
    let follows_number = page.previous(place.start).is_some_and(Token::is_figures);
    let has_separator = page.is_symbol(place.end, ':') || page.is_symbol(place.end, '=');
    let is_unit = follows_number && (page.is_glued(place.start) || (name.is_rate && !has_separator));
    let found = if is_unit || (follows_number && place.leads_with_values) {
        None
    } else {
        prefix::judge(page, place.start).and_then(|prefix| {
            label::follow(page, place.end, place.start).map(|(reading, q)| (reading, q.min(prefix)))
        })
    };
    let found = found.map(|(reading, quality)| (unless_shared(page, place, reading), quality));
    let (reading, quality) =
        found.or_else(|| before::read(page, name, place).map(|value| (value, Quality::Loose)))?;
    Some(Sighting { quality, at, reading })
}

/// How far after a name the first of several values may be, in tokens.
const MAX_TO_VALUE: usize = 6;

/// `reading`, unless several names share several values, as in `loss, accuracy: 0.3, 0.9`: which is whose is not said.
fn unless_shared(page: &Page, place: Occurrence, reading: Reading) -> Reading {
    let separates = |at: usize| {
        page.get(at).is_some_and(|token| {
            token.folded == "and" || [',', '|', '&', '/', ';'].iter().any(|symbol| token.is(*symbol))
        })
    };
    let follows_name = place.start > 1
        && separates(place.start - 1)
        && page.previous(place.start - 1).is_some_and(Token::is_word);
    let value = (place.end..place.end + MAX_TO_VALUE).find(|at| page.get(*at).is_some_and(Token::is_figures));
    let Some(value) = value.filter(|_| follows_name) else { return reading };
    let next = page.after_unit(value);
    if separates(next) && page.get(next + 1).is_some_and(Token::is_figures) {
        return Reading::Unclear(page.printed(value, next + 2).to_owned());
    }
    reading
}
