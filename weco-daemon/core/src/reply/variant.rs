//! The readings of a SEARCH/REPLACE block, the most literal first.

use super::fence::{Fence, Nesting};
use super::marker::RawEdit;
use super::style::Style;

/// One reading of a block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Change<'a> {
    /// The lines to look for; empty if all of them are blank.
    pub(super) search: Vec<&'a str>,
    /// The lines to put in their place.
    pub(super) replace: Vec<&'a str>,
}

/// As written, divided at each of the lines that may divide it, the longest SEARCH text first: of
/// two that occur in the file the longer is the one that was copied from it.
pub(super) fn plain<'a>(raw: &RawEdit<'a>, style: Style) -> Vec<Change<'a>> {
    let line = |line: &&'a str| style.line(line);
    raw.dividers
        .iter()
        .rev()
        .map(|&divider| Change {
            search: raw.body[..divider].iter().map(line).collect(),
            replace: raw.body[divider + 1..].iter().map(line).collect(),
        })
        .map(Change::without_blank_search)
        .collect()
}

/// All readings: as written, then without fences around the texts, then without blank lines at
/// their ends.
pub(super) fn all<'a>(raw: &RawEdit<'a>, style: Style) -> [Vec<Change<'a>>; 3] {
    let plain = plain(raw, style);
    let unwrapped = plain.iter().filter_map(Change::unwrapped).collect();
    let trimmed = plain.iter().filter_map(Change::trimmed).collect();
    [plain, unwrapped, trimmed]
}

impl<'a> Change<'a> {
    fn without_blank_search(mut self) -> Self {
        if self.search.iter().all(|line| line.trim().is_empty()) {
            self.search.clear();
        }
        self
    }

    /// Without a fence around each text.
    fn unwrapped(&self) -> Option<Self> {
        let search = unwrap(&self.search)?;
        let replace = if self.replace.is_empty() { &[][..] } else { unwrap(&self.replace)? };
        Some(Self { search: search.to_vec(), replace: replace.to_vec() })
    }

    /// Without the blank lines that begin or end the SEARCH text, nor their like in the other.
    fn trimmed(&self) -> Option<Self> {
        let is_blank = |line: &&&str| line.trim().is_empty();
        let before = self.search.iter().take_while(is_blank).count();
        let after = self.search.iter().rev().take_while(is_blank).count();
        if before + after == 0 || before == self.search.len() {
            return None;
        }
        let start = self.replace.iter().take(before).take_while(is_blank).count();
        let rest = &self.replace[start..];
        let end = rest.len() - rest.iter().rev().take(after).take_while(is_blank).count();
        Some(Self {
            search: self.search[before..self.search.len() - after].to_vec(),
            replace: rest[..end].to_vec(),
        })
    }
}

/// The lines within a fence that begins with the first and ends with the last of `lines`.
fn unwrap<'l, 'a>(lines: &'l [&'a str]) -> Option<&'l [&'a str]> {
    let [first, inside @ .., last] = lines else { return None };
    Nesting::within(Fence::of(first)?).closed_by(last).then_some(inside)
}

#[cfg(test)]
mod tests {
    use super::{Change, unwrap};

    #[test]
    fn blank_lines_go_from_both_texts() {
        let change = Change { search: vec!["", "a", " ", ""], replace: vec!["", "", "b"] };
        assert_eq!(change.trimmed(), Some(Change { search: vec!["a"], replace: vec!["", "b"] }));
        assert_eq!(Change { search: vec!["a"], replace: vec![""] }.trimmed(), None);
        assert_eq!(Change { search: Vec::new(), replace: Vec::new() }.trimmed(), None);
    }

    #[test]
    fn fences_are_taken_off() {
        assert_eq!(unwrap(&["```py", "a", "```"]), Some(&["a"][..]));
        assert_eq!(unwrap(&["```py", "a"]), None);
        assert_eq!(unwrap(&["a", "```"]), None);
        assert_eq!(unwrap(&[]), None);
    }
}
