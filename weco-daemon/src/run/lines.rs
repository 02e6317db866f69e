//! How much one version differs from another.

use similar::{ChangeTag, TextDiff};
use weco_core::run::Files;

/// Lines added and removed from one version to another, over the files that both have.
pub(super) fn changed(from: &Files, to: &Files) -> (u32, u32) {
    let both = to.iter().filter_map(|(path, text)| Some((from.get(path)?, text)));
    both.map(|(old, new)| in_one(old, new)).fold((0, 0), |sum, lines| (sum.0 + lines.0, sum.1 + lines.1))
}

fn in_one(old: &str, new: &str) -> (u32, u32) {
    if old == new {
        return (0, 0);
    }
    let diff = TextDiff::from_lines(old, new);
    diff.iter_all_changes().fold((0, 0), |(added, removed), change| match change.tag() {
        ChangeTag::Insert => (added + 1, removed),
        ChangeTag::Delete => (added, removed + 1),
        ChangeTag::Equal => (added, removed),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_over_all_files() {
        let version = |a: &str, b: &str| Files::from([("a".into(), a.into()), ("b".into(), b.into())]);
        let from = version("one\ntwo\nthree\n", "same\n");
        assert_eq!(changed(&from, &from), (0, 0));
        assert_eq!(changed(&from, &version("one\n2\nthree\nfour\n", "other\n")), (3, 2));
    }
}
