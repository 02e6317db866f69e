//! Which of two texts a third comes from.

use std::collections::HashMap;

/// Whether `text` has more lines in common with `one` than with `other`, in proportion to their
/// lengths; spaces around a line do not count. Linear in the lengths.
pub(super) fn is_closer_to(text: &[u8], one: &[u8], other: &[u8]) -> bool {
    similarity(text, one) > similarity(text, other)
}

/// From 0 (no line in common) to 1 (the same lines, in any order).
fn similarity(a: &[u8], b: &[u8]) -> f64 {
    let mut counts: HashMap<&[u8], i64> = HashMap::new();
    let mut total = 0_u64;
    for line in lines(a) {
        *counts.entry(line).or_default() += 1;
        total += 1;
    }
    let mut common = 0_u64;
    for line in lines(b) {
        total += 1;
        if let Some(count) = counts.get_mut(line).filter(|count| **count > 0) {
            *count -= 1;
            common += 1;
        }
    }
    if total == 0 { 1.0 } else { (2 * common) as f64 / total as f64 }
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_is_recognised_by_its_lines() {
        let original = b"import a\nx = 1\ny = 2\nprint(x)\n";
        let candidate = b"import a\nx = 10\ny = 20\nprint(x)\n";
        let edit_of_original = b"import a\nx = 1\ny = 2\nprint(x, y)\n";
        let formatted_candidate = b"import a\n\n    x = 10\n\n    y = 20\n    print( x )\n";
        assert!(is_closer_to(edit_of_original, original, candidate));
        assert!(!is_closer_to(formatted_candidate, original, candidate));
        assert!(is_closer_to(original, original, candidate));
        assert!(!is_closer_to(b"unrelated", original, candidate));
        assert!(!is_closer_to(b"", original, candidate));
    }
}
