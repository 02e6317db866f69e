//! The lines that delimit a SEARCH/REPLACE block.

use std::ops::RangeInclusive;

/// How many characters a marker may have; seven are asked for.
const LENGTHS: RangeInclusive<usize> = 5..=9;

/// Most dividing lines of one block that are tried, see [`RawEdit::dividers`].
const MAX_DIVIDERS: usize = 32;

/// A SEARCH/REPLACE block as it stands in a reply.
#[derive(Debug)]
pub(super) struct RawEdit<'a> {
    /// What follows `SEARCH` on its line, where some models put the path.
    pub(super) heading: &'a str,
    /// The lines between the SEARCH and the REPLACE marker.
    pub(super) body: Vec<&'a str>,
    /// Positions in `body` of the lines that may divide the two texts. Several if the code itself
    /// has such lines, as reStructuredText headings; never empty.
    pub(super) dividers: Vec<usize>,
}

/// What follows the word on a line such as `<<<<<<< SEARCH`.
pub(super) fn search(line: &str) -> Option<&str> {
    let (_, rest) = run(line, '<')?;
    after_word(rest, &["search", "original", "old", "find", "before"])
}

/// Reads the block whose SEARCH marker is line `at`; gives it with the position of its last line.
/// None if it is not complete.
pub(super) fn read<'a>(lines: &[&'a str], at: usize) -> Option<(RawEdit<'a>, usize)> {
    let heading = search(lines.get(at)?)?;
    let shape = (indent(lines[at]), run(lines[at], '<')?.0);
    let (mut alike, mut others) = (Vec::new(), Vec::new());
    for (i, line) in lines.iter().enumerate().skip(at + 1) {
        if search(line).is_some() {
            return None;
        }
        if let Some((length, "")) = run(line, '=') {
            let dividers = if shape == (indent(line), length) { &mut alike } else { &mut others };
            dividers.push(i - at - 1);
        } else if is_end(line) {
            let mut dividers = if alike.is_empty() { others } else { alike };
            dividers.truncate(MAX_DIVIDERS);
            let body = lines[at + 1..i].to_vec();
            return (!dividers.is_empty()).then_some((RawEdit { heading, body, dividers }, i));
        }
    }
    None
}

/// Whether a reply that ends with this line was cut off in a SEARCH marker.
pub(super) fn is_cut(line: &str) -> bool {
    let line = line.trim();
    line.len() > 1 && "<<<<<<< SEARCH".starts_with(line)
}

/// Whether the line is one such as `>>>>>>> REPLACE`.
fn is_end(line: &str) -> bool {
    run(line, '>').is_some_and(|(_, rest)| {
        rest.is_empty()
            || after_word(rest, &["replace", "replaced", "updated", "update", "new", "after"]).is_some()
    })
}

/// The length of the run of `c` that begins the line, if it is a marker's, and what follows it.
fn run(line: &str, c: char) -> Option<(usize, &str)> {
    let line = line.trim();
    let rest = line.trim_start_matches(c);
    let length = line.len() - rest.len();
    LENGTHS.contains(&length).then(|| (length, rest.trim_start()))
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn after_word<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    words.iter().any(|known| known.eq_ignore_ascii_case(word)).then(|| rest.trim())
}

#[cfg(test)]
mod tests {
    use super::{read, search};

    #[test]
    fn markers_have_five_to_nine_characters_and_a_word() {
        assert_eq!(search("<<<<<<< SEARCH"), Some(""));
        assert_eq!(search("  <<<<< search model.py\r"), Some("model.py"));
        assert_eq!(search("<<<<<<<<< ORIGINAL"), Some(""));
        assert_eq!(search("<<<<<<<SEARCH>"), Some(">"));
        for line in ["<<<< SEARCH", "<<<<<<<<<< SEARCH", "<<<<<<< HEAD", "<<<<<<< SEARCHING", "SEARCH"] {
            assert_eq!(search(line), None, "{line}");
        }
    }

    #[test]
    fn dividers_of_the_markers_own_shape_are_preferred() {
        let lines: Vec<_> =
            "<<<<<<< SEARCH\nA\n=====\n=======\nB\n    =======\n>>>>>>> REPLACE".split('\n').collect();
        let (edit, end) = read(&lines, 0).unwrap();
        assert_eq!((edit.dividers, end), (vec![2], 6));
        let lines: Vec<_> = "<<<<<<< SEARCH\nA\n=====\nB\n>>>>>>> UPDATED".split('\n').collect();
        assert_eq!(read(&lines, 0).unwrap().0.dividers, [1]);
    }

    #[test]
    fn an_incomplete_block_is_none() {
        for text in [
            "<<<<<<< SEARCH\na\n=======\nb",
            "<<<<<<< SEARCH\na\n>>>>>>> REPLACE",
            "<<<<<<< SEARCH\na\n=======\nb\n<<<<<<< SEARCH\nc\n=======\nd\n>>>>>>> REPLACE",
        ] {
            assert!(read(&text.split('\n').collect::<Vec<_>>(), 0).is_none(), "{text}");
        }
    }
}
