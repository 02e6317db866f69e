//! How much one version differs from another.

use std::time::{Duration, Instant};

use similar::{ChangeTag, TextDiff};
use weco_core::run::Files;

/// Longest search for the smallest difference of all files; then a larger one is good enough. Others wait meanwhile.
const PATIENCE: Duration = Duration::from_millis(50);

/// Lines added and removed from one version to another, over the files that both have. Where a file is large and the
/// versions have little of it in common, that file and those after it may be told to differ by more than they do.
pub(super) fn changed(from: &Files, to: &Files) -> (u32, u32) {
    changed_by(from, to, Instant::now() + PATIENCE)
}

fn changed_by(from: &Files, to: &Files, deadline: Instant) -> (u32, u32) {
    let both = to.iter().filter_map(|(path, text)| Some((from.get(path)?, text)));
    both.map(|(old, new)| in_one(old, new, deadline))
        .fold((0, 0), |sum, lines| (sum.0 + lines.0, sum.1 + lines.1))
}

fn in_one(old: &str, new: &str, deadline: Instant) -> (u32, u32) {
    if old == new {
        return (0, 0);
    }
    let diff = TextDiff::configure().deadline(deadline).diff_lines(old, new);
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

    #[test]
    fn files_without_anything_in_common_are_given_up_on_in_time() {
        let text = |word: &str| (0..200_000).map(|n| format!("{word} {n}\n")).collect::<String>();
        let version = |word| Files::from([("a".into(), text(word))]);
        // Without an end to it this takes minutes.
        assert_eq!(changed_by(&version("old"), &version("new"), Instant::now()), (200_000, 200_000));
    }
}
