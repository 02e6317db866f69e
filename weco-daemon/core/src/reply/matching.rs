//! Where a SEARCH text stands in a file.

use std::borrow::Cow;

/// Most places that are looked at more closely; a text with more is ambiguous anyway.
const MAX_PLACES: usize = 1_000;

/// A line of a file that is being edited.
pub(super) type Line<'a> = Cow<'a, str>;

/// What looking for a text came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Found {
    /// In one place.
    Once(Place),
    /// In several places: their first lines, from 0.
    Times(Vec<usize>),
    /// Nowhere.
    Never,
}

impl Found {
    fn of(mut places: Vec<Place>) -> Self {
        match (places.pop(), places.is_empty()) {
            (None, _) => Self::Never,
            (Some(place), true) => Self::Once(place),
            (Some(last), false) => Self::Times(places.iter().chain([&last]).map(|place| place.at).collect()),
        }
    }
}

/// Where a text stands, and how it is indented there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Place {
    /// The first line, from 0.
    pub(super) at: usize,
    shift: Shift,
}

/// How the file's lines are indented compared with the text's.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Shift {
    Deeper(String),
    Shallower(String),
}

/// How closely lines must agree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Closeness {
    /// In every character.
    Exact,
    /// But for whitespace at their ends.
    TrailingSpace,
    /// But for whitespace at their ends and one change of indentation for all.
    Indentation,
}

impl Closeness {
    /// In the order in which they are tried.
    pub(super) const ALL: [Self; 3] = [Self::Exact, Self::TrailingSpace, Self::Indentation];

    fn key(self, line: &str) -> &str {
        match self {
            Self::Exact => line,
            Self::TrailingSpace => line.trim_end(),
            Self::Indentation => line.trim(),
        }
    }
}

/// Looks for `search`, which has a line that is not blank, in `file`.
pub(super) fn find(file: &[Line<'_>], search: &[&str], closeness: Closeness) -> Found {
    let places = occurrences(file, search, |line| closeness.key(line));
    if closeness == Closeness::Indentation {
        let places = places.into_iter().take(MAX_PLACES).filter_map(|at| {
            let shift = shift(&file[at..at + search.len()], search)?;
            Some(Place { at, shift })
        });
        return Found::of(places.collect());
    }
    let as_is = |at| Place { at, shift: Shift::Deeper(String::new()) };
    Found::of(places.into_iter().map(as_is).collect())
}

impl Place {
    /// A replacement's line as it is to be indented here; None if it cannot be.
    pub(super) fn indent<'l>(&self, line: &'l str) -> Option<Line<'l>> {
        if line.trim().is_empty() {
            return Some(Cow::Borrowed(line));
        }
        match &self.shift {
            Shift::Deeper(by) if by.is_empty() => Some(Cow::Borrowed(line)),
            Shift::Deeper(by) => Some(Cow::Owned(format!("{by}{line}"))),
            Shift::Shallower(by) => line.strip_prefix(by.as_str()).map(Cow::Borrowed),
        }
    }
}

/// The one change of indentation that makes `search` the file's `lines`.
fn shift(lines: &[Line<'_>], search: &[&str]) -> Option<Shift> {
    let mut pairs = lines
        .iter()
        .zip(search)
        .filter(|(_, searched)| !searched.trim().is_empty())
        .map(|(line, searched)| (indentation(line), indentation(searched)));
    let (here, there) = pairs.next()?;
    if let Some(by) = here.strip_suffix(there) {
        let fits = pairs.all(|(here, there)| here.strip_prefix(by) == Some(there));
        return fits.then(|| Shift::Deeper(by.to_owned()));
    }
    let by = there.strip_suffix(here)?;
    let fits = pairs.all(|(here, there)| there.strip_prefix(by) == Some(here));
    fits.then(|| Shift::Shallower(by.to_owned()))
}

fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start().len()]
}

/// Where `needle`, which is not empty, stands in `haystack`, overlaps included, by Knuth, Morris
/// and Pratt: linear even for a thousand equal lines.
fn occurrences(haystack: &[Line<'_>], needle: &[&str], key: impl Fn(&str) -> &str) -> Vec<usize> {
    let mut borders = vec![0; needle.len()];
    let mut matched = 0;
    for i in 1..needle.len() {
        while matched > 0 && key(needle[i]) != key(needle[matched]) {
            matched = borders[matched - 1];
        }
        matched += usize::from(key(needle[i]) == key(needle[matched]));
        borders[i] = matched;
    }
    let mut places = Vec::new();
    matched = 0;
    for (i, line) in haystack.iter().enumerate() {
        while matched > 0 && (matched == needle.len() || key(line) != key(needle[matched])) {
            matched = borders[matched - 1];
        }
        matched += usize::from(key(line) == key(needle[matched]));
        if matched == needle.len() {
            places.push(i + 1 - matched);
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::{Closeness, Found, Line, find, occurrences};

    fn lines(text: &str) -> Vec<Line<'_>> {
        text.split('|').map(Cow::Borrowed).collect()
    }

    fn place(file: &str, search: &str, closeness: Closeness) -> Result<usize, usize> {
        match find(&lines(file), &search.split('|').collect::<Vec<_>>(), closeness) {
            Found::Once(place) => Ok(place.at),
            Found::Times(places) => Err(places.len()),
            Found::Never => Err(0),
        }
    }

    #[test]
    fn occurrences_overlap() {
        let same = |line: &str| -> usize {
            occurrences(&lines("a|a|a|b|a|a"), &line.split('|').collect::<Vec<_>>(), |l| l).len()
        };
        assert_eq!((same("a"), same("a|a"), same("a|a|a"), same("a|b|a"), same("b|b")), (5, 3, 1, 1, 0));
    }

    #[test]
    fn closer_agreement_is_stricter() {
        assert_eq!(place("x|  a|b ", "  a|b ", Closeness::Exact), Ok(1));
        assert_eq!(place("x|  a|b ", "  a |b", Closeness::Exact), Err(0));
        assert_eq!(place("x|  a|b ", "  a |b", Closeness::TrailingSpace), Ok(1));
        assert_eq!(place("x|    a|      b", "a|  b", Closeness::TrailingSpace), Err(0));
        assert_eq!(place("x|    a||      b", "a|  |  b", Closeness::Indentation), Ok(1));
        assert_eq!(place("x|    a|      b", "a|b", Closeness::Indentation), Err(0), "not one change for all");
        assert_eq!(place("  a|    a", "a", Closeness::Indentation), Err(2));
    }

    #[test]
    fn replacements_are_indented_alike() {
        let found = |file: &str, search: &str| match find(&lines(file), &[search], Closeness::Indentation) {
            Found::Once(place) => place,
            other => panic!("{other:?}"),
        };
        let deeper = found("\t\ta", "\ta");
        assert_eq!(deeper.indent("\tb").as_deref(), Some("\t\tb"));
        assert_eq!(deeper.indent("").as_deref(), Some(""));
        let shallower = found("a", "    a");
        assert_eq!(shallower.indent("      b").as_deref(), Some("  b"));
        assert_eq!(shallower.indent("b"), None);
    }
}
