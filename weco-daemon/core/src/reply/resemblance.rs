//! How alike texts are, line by line.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use super::parent::{Parent, Source};

/// Shorter lines (`}`, `else`) occur everywhere and say nothing about where text comes from.
const MIN_TELLING_LINE: usize = 4;

/// How much of a line is compared, in characters: enough to find the one that was meant.
const COMPARED_CHARS: usize = 200;

/// The distinct lines that say something about where a text comes from, trimmed.
pub(super) fn telling<'a>(lines: &[&'a str]) -> HashSet<&'a str> {
    lines.iter().map(|line| line.trim()).filter(|line| line.len() >= MIN_TELLING_LINE).collect()
}

/// The file of the version that text with these telling lines is evidently a version of: at least
/// a third of them are its own, and twice as many as any other file's.
pub(super) fn file_like<'p, 'a>(telling: &HashSet<&str>, parent: &'p Parent<'a>) -> Option<&'p Source<'a>> {
    let mut shares: Vec<_> = parent.sources.iter().map(|source| (source.shared(telling), source)).collect();
    shares.sort_by_key(|(share, _)| Reverse(*share));
    let (share, source) = shares.first()?;
    let next = shares.get(1).map_or(0, |(share, _)| *share);
    (*share > 0 && share * 3 >= telling.len() && *share >= next * 2).then_some(*source)
}

/// Whether text repeats part of a longer one and adds next to nothing to it.
pub(super) fn is_excerpt(telling: &HashSet<&str>, longer: &HashSet<&str>) -> bool {
    telling.len() * 5 < longer.len() * 4 && telling.intersection(longer).count() * 10 >= telling.len() * 9
}

/// The line of `file` most like `line` with its number from 1, if one is at all like it.
pub(super) fn closest_line<'f, S: AsRef<str>>(file: &'f [S], line: &str) -> Option<(usize, &'f str)> {
    let mut wanted = HashMap::new();
    for pair in pairs(line) {
        *wanted.entry(pair).or_insert(0) += 1;
    }
    let likenesses = file.iter().enumerate().map(|(i, other)| (likeness(&wanted, other.as_ref()), i));
    let (likeness, i) = likenesses.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))?;
    (likeness >= 0.5).then(|| (i + 1, file[i].as_ref()))
}

/// Dice's coefficient of two lines' pairs of neighbouring characters, one given as its pairs.
fn likeness(wanted: &HashMap<(char, char), u32>, other: &str) -> f64 {
    let mut total: u32 = wanted.values().sum();
    let mut common = 0_u32;
    let mut taken: HashMap<(char, char), u32> = HashMap::new();
    for pair in pairs(other) {
        total += 1;
        let Some(available) = wanted.get(&pair) else { continue };
        let taken = taken.entry(pair).or_insert(0);
        if *taken < *available {
            *taken += 1;
            common += 1;
        }
    }
    if total == 0 { 0.0 } else { 2.0 * f64::from(common) / f64::from(total) }
}

fn pairs(line: &str) -> impl Iterator<Item = (char, char)> {
    let line = line.trim();
    line.chars().zip(line.chars().skip(1)).take(COMPARED_CHARS)
}

#[cfg(test)]
mod tests {
    use super::{closest_line, is_excerpt, telling};

    #[test]
    fn the_closest_line_is_found_or_none() {
        let file = ["import math", "", "def area(radius):", "    return math.pi * radius ** 2"];
        assert_eq!(closest_line(&file, "def area(r):"), Some((3, "def area(radius):")));
        assert_eq!(closest_line(&file, "while True: pass"), None);
        assert_eq!(closest_line(&file, ""), None);
        assert_eq!(closest_line::<&str>(&[], "x"), None);
    }

    #[test]
    fn an_excerpt_adds_nothing() {
        let whole = telling(&["import math", "x = 1111", "y = 2222", "z = 3333"]);
        assert!(is_excerpt(&telling(&["x = 1111", "y = 2222"]), &whole));
        assert!(!is_excerpt(&telling(&["x = 1111", "y = 4444"]), &whole));
        assert!(!is_excerpt(&whole, &whole));
    }
}
