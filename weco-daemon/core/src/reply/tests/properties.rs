//! What holds for every reply and every file.

use proptest::prelude::*;

use crate::reply::parse;
use crate::run::Files;

/// Lines that mean something to the parser, and some that do not.
fn line() -> impl Strategy<Value = String> {
    let special = prop::sample::select(vec![
        "",
        "    ",
        "```",
        "```python",
        "````",
        "~~~",
        "    ```",
        "=======",
        "    =======",
        "<<<<<<< HEAD",
        ">>>>>>> main",
        "# model.py",
        "**b.py**",
        "x = 1  ",
        "\tindented",
        "</think>x",
        "a ``` b",
        "`````",
        "---",
        "# Title",
        "}",
        "import math",
        "<think>",
        "@@ -1 +1 @@",
    ]);
    prop_oneof![special.prop_map(str::to_owned), "[a-z ='`<>=#/.~]{0,12}"]
}

/// Lines that only occur in replies.
fn reply_line() -> impl Strategy<Value = String> {
    let special = prop::sample::select(vec![
        "<<<<<<< SEARCH",
        ">>>>>>> REPLACE",
        "=======",
        "```",
        "```python model.py",
        "```py ../x.py",
        "~~~",
        "</think>",
        "<think>",
        "model.py",
        "**/etc/passwd**",
        "File: `b.py`",
        "import math",
        "\u{feff}",
        "# ...",
        "x\0",
        "```md",
    ]);
    prop_oneof![4 => special.prop_map(str::to_owned), 2 => line(), 1 => ".{0,20}"]
}

/// A file's lines: something to see, nothing that is refused for good reasons.
fn content() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(line(), 0..14).prop_map(|mut lines| {
        lines.retain(|line| !is_refused(line));
        // Two newlines at least, so that a file with both line endings has both.
        lines.splice(0..0, ["start = 1".to_owned(), "next = 2".to_owned()]);
        lines.push("end = 1".to_owned());
        lines
    })
}

/// Elisions and hunks are refused, labels in the first line are stripped.
fn is_refused(line: &str) -> bool {
    line.contains("..") || line.contains('…') || line.starts_with("@@")
}

fn files() -> impl Strategy<Value = (Files, Files)> {
    let names = prop::sample::subsequence(
        vec!["README.md", "a b.txt", "b.py", "lib/b.py", "lib/c.rs", "model.py"],
        1..4,
    );
    let ending = prop::sample::select(vec![["\n", "\n"], ["\r\n", "\r\n"], ["\r\n", "\n"]]);
    let style = (ending, any::<bool>());
    let file = (content(), content(), style)
        .prop_map(|(old, new, (ending, newline))| {
            // Alternating, so that the third style has both.
            let text = |lines: &[String]| {
                let last = lines.len() - 1;
                let ends = (0..=last).map(|i| if i < last || newline { ending[i % 2] } else { "" });
                lines.iter().zip(ends).map(|(line, end)| format!("{line}{end}")).collect::<String>()
            };
            (text(&old), text(&new))
        })
        .boxed();
    names.prop_flat_map(move |names| {
        prop::collection::vec(file.clone(), names.len()).prop_map(move |texts| {
            let pairs = || names.iter().map(ToString::to_string).zip(texts.iter().cloned());
            (
                pairs().map(|(name, (old, _))| (name, old)).collect(),
                pairs().map(|(name, (_, new))| (name, new)).collect(),
            )
        })
    })
}

/// The fence that the prompt asks for.
fn fence(parent: &Files) -> String {
    let system = crate::prompt::tests::prompt_for(parent).system;
    system.lines().find(|line| line.starts_with("```")).unwrap().to_owned()
}

/// A file as the prompt asks for it, in a fence that is also longer than the new code's own.
fn whole(path: &str, text: &str, fence: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(fence.len().max(longest + 1));
    let newline = if text.ends_with('\n') { "" } else { "\n" };
    format!("{path}\n{fence}\n{text}{newline}{fence}\n\n")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_reply_yields_the_parents_paths_or_a_reason(
        lines in prop::collection::vec(reply_line(), 0..40),
        (parent, _) in files(),
    ) {
        match parse(&lines.join("\n"), &parent) {
            Ok(candidate) => {
                prop_assert!(candidate.files.keys().eq(parent.keys()));
                prop_assert!(candidate.files != parent);
                prop_assert!(!candidate.plan.is_empty() && !candidate.plan.contains('\n'));
            }
            Err(why) => prop_assert!(!why.reason.is_empty() && why.reason.len() < 4_000),
        }
    }

    #[test]
    fn any_text_is_read(text in ".{0,80}", parent in prop::collection::btree_map(".{0,8}", ".{0,20}", 0..4)) {
        if let Ok(candidate) = parse(&text, &parent) {
            prop_assert!(candidate.files.keys().eq(parent.keys()));
        }
    }

    #[test]
    fn whole_files_as_asked_come_back_as_they_were((parent, new) in files()) {
        let fence = fence(&parent);
        let answer: String = new.iter().map(|(path, text)| whole(path, text, &fence)).collect();
        let reply = format!("A plan.\n\n{answer}");
        if parent == new {
            prop_assert!(parse(&reply, &parent).is_err());
        } else {
            let candidate = parse(&reply, &parent);
            prop_assert_eq!(candidate.map(|c| c.files).map_err(|why| why.reason), Ok(new), "{}", reply);
        }
    }

    #[test]
    fn edits_as_asked_come_to_the_same((parent, _) in files(), lines in content(), at in 0..100_usize, length in 1..5_usize, crlf in any::<bool>()) {
        let (path, text) = parent.iter().next().unwrap();
        let ending = if crlf { "\r\n" } else { "\n" };
        let text = text.replace('\r', "");
        let old: Vec<&str> = text.trim_end_matches('\n').split('\n').collect();
        // A line that occurs nowhere else makes the SEARCH text unique.
        let at = at % old.len();
        let unique = "only = 'here'";
        let mut parent_lines = old.clone();
        parent_lines.insert(at, unique);
        let end = (at + length).min(parent_lines.len());
        let with = |middle: &[&str]| [&parent_lines[..at], middle, &parent_lines[end..]].concat().join(ending);
        let newline = if text.ends_with('\n') { ending } else { "" };
        let replacement: Vec<&str> = lines.iter().map(String::as_str).collect();
        let mut before = parent.clone();
        before.insert(path.clone(), parent_lines.join(ending) + newline);
        let mut after = parent.clone();
        after.insert(path.clone(), with(&replacement) + newline);
        let fence = "`".repeat(12);
        let reply = format!(
            "Plan.\n\n{path}\n{fence}\n<<<<<<< SEARCH\n{}\n=======\n{}\n>>>>>>> REPLACE\n{fence}\n",
            parent_lines[at..end].join("\n"),
            replacement.join("\n"),
        );
        let candidate = parse(&reply, &before);
        prop_assert_eq!(candidate.map(|c| c.files).map_err(|why| why.reason), Ok(after), "{}", reply);
    }
}
