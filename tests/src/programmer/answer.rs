//! An answer in the form that the prompt asks for.

use super::{Files, source};

/// The words before the paths that are to be answered in form 2, and after them.
const EDITS: (&str, &str) = ("- Use form 2 for ", ", which");

/// The answer that makes `after` of `before`: the plan, then each file that changes.
pub(super) fn answer(system: &str, plan: &str, before: &Files, after: &Files, functions: &[&str]) -> String {
    let wanted = system.split_once(EDITS.0).and_then(|(_, rest)| rest.split_once(EDITS.1));
    let is_edit = |path: &str| wanted.is_some_and(|(paths, _)| paths.contains(&format!("`{path}`")));
    let mut text = format!("{plan}\n");
    for (path, new) in after.iter().filter(|(path, new)| before.get(*path) != Some(new)) {
        let old = before.get(path).map_or("", String::as_str);
        let edits = if is_edit(path) { edits(old, new, functions) } else { None };
        let body = edits.as_deref().unwrap_or(new);
        let fence = fence(body);
        text += &format!("\n{path}\n{fence}\n{body}{fence}\n");
    }
    text
}

/// SEARCH/REPLACE blocks for the functions that differ; none if something else differs, too.
fn edits(old: &str, new: &str, functions: &[&str]) -> Option<String> {
    let (mut blocks, mut made) = (String::new(), old.to_owned());
    for name in functions {
        let (Some(before), Some(after)) = (source::text(old, name), source::text(new, name)) else {
            continue;
        };
        if before != after {
            made = source::with(&made, name, after);
            blocks += &format!("<<<<<<< SEARCH\n{before}=======\n{after}>>>>>>> REPLACE\n");
        }
    }
    (made == new).then_some(blocks)
}

/// A fence longer than any run of backticks within.
fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat((longest + 1).max(3))
}

#[cfg(test)]
mod tests {
    use weco_core::reply;

    use super::*;

    fn files(texts: &[(&str, &str)]) -> Files {
        texts.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn both_forms_say_the_same_and_are_understood() {
        let before = files(&[
            ("a.py", "A = 1\n"),
            ("b.py", "def f():\n    return 1\n\n\ndef g():\n    return '```'\n"),
        ]);
        let mut after = before.clone();
        after.insert("b.py".to_owned(), "def f():\n    return 2\n\n\ndef g():\n    return '``'\n".to_owned());
        let whole = answer("- Prefer form 1", "Return more.", &before, &after, &["f", "g"]);
        let edits =
            answer("- Use form 2 for `b.py`, which would", "Return more.", &before, &after, &["f", "g"]);
        assert!(
            !whole.contains("SEARCH") && edits.matches("<<<<<<< SEARCH").count() == 2,
            "{whole}\n{edits}"
        );
        for text in [whole, edits] {
            let candidate = reply::parse(&text, &before).unwrap();
            assert_eq!((candidate.plan.as_str(), &candidate.files), ("Return more.", &after), "{text}");
        }
    }

    #[test]
    fn what_is_in_no_function_is_written_out() {
        let (before, after) = (files(&[("a.py", "A = 1\n")]), files(&[("a.py", "A = 2\n")]));
        let text = answer("- Use form 2 for `a.py`, which would", "More.", &before, &after, &["f"]);
        assert_eq!(text, "More.\n\na.py\n```\nA = 2\n```\n");
    }
}
