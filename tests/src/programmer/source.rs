//! Functions in a Python file, as far as is needed to exchange them.

use std::ops::Range;

/// The lines of the function `name` at the file's top level, as a range of bytes: from `def` to its last line that is
/// not blank, the line's end included.
pub(super) fn function(source: &str, name: &str) -> Option<Range<usize>> {
    let head = format!("def {name}(");
    let (mut at, mut found) = (0, None::<Range<usize>>);
    for line in source.split_inclusive('\n') {
        let end = at + line.len();
        match &mut found {
            None if line.starts_with(&head) => found = Some(at..end),
            None => {}
            Some(_) if line.trim().is_empty() => {}
            Some(range) if line.starts_with([' ', '\t']) => range.end = end,
            Some(_) => break,
        }
        at = end;
    }
    found
}

/// The text of the function `name`.
pub(super) fn text<'s>(source: &'s str, name: &str) -> Option<&'s str> {
    source.get(function(source, name)?)
}

/// The source with another text for the function `name`; as it was if there is none.
pub fn with(source: &str, name: &str, text: &str) -> String {
    let mut changed = source.to_owned();
    if let Some(range) = function(source, name) {
        changed.replace_range(range, text);
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str =
        "A = 1\n\n\ndef one(x):\n    y = x\n\n    return y\n\n\ndef one_more(x):\n    return 1\n\n\nB = 2\n";

    #[test]
    fn a_function_goes_from_its_head_to_its_last_line() {
        assert_eq!(text(SOURCE, "one"), Some("def one(x):\n    y = x\n\n    return y\n"));
        assert_eq!(text(SOURCE, "one_more"), Some("def one_more(x):\n    return 1\n"));
        assert_eq!(text(SOURCE, "more"), None);
        assert_eq!(text("def last():\n    return 1", "last"), Some("def last():\n    return 1"));
    }

    #[test]
    fn a_function_is_exchanged_and_nothing_else() {
        let changed = with(SOURCE, "one", "def one(x):\n    return x\n");
        assert_eq!(changed, SOURCE.replace("    y = x\n\n    return y\n", "    return x\n"));
        assert_eq!(with(SOURCE, "none", "x"), SOURCE);
    }
}
