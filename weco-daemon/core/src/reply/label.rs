//! The many ways in which models write which file a block is.

use super::language;
use super::parent::Parent;
use super::path::{Named, Paths};

/// Words that may stand beside a path in a line that is a label and not a sentence.
const FILLERS: &[&str] = &[
    "a",
    "below",
    "changed",
    "changes",
    "code",
    "complete",
    "content",
    "contents",
    "edit",
    "edited",
    "edits",
    "file",
    "filename",
    "filepath",
    "final",
    "for",
    "full",
    "here",
    "here's",
    "improved",
    "in",
    "is",
    "modified",
    "name",
    "new",
    "now",
    "of",
    "optimized",
    "path",
    "revised",
    "s",
    "source",
    "the",
    "this",
    "to",
    "update",
    "updated",
    "updates",
    "version",
    "with",
];

/// A label longer than this many words is a sentence that mentions a path.
const MAX_LABEL_WORDS: usize = 9;

/// How many lines above a block its label may be.
const REACH_LINES: usize = 10;

/// How long a sentence may be that mentions a block's file, in bytes.
const MAX_MENTION: usize = 1_000;

/// Characters around words that do not belong to them.
const DECORATION: &[char] = &[
    '*', '`', '"', '\'', '#', '(', ')', '[', ']', '<', '>', '{', '}', ',', ';', ':', '|', '=', '!', '“', '”',
    '→',
];

/// Which file a block is, and how that is known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Label<'a> {
    pub(super) named: Named<'a>,
    pub(super) origin: Origin,
}

/// Where a label was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Origin {
    /// In the info string of the fence, or behind a SEARCH marker.
    Fence,
    /// On a line of its own, above or within the block.
    Line,
    /// In a sentence directly above the block.
    Mention,
}

/// An info string's language (empty if none is given) and label.
pub(super) fn of_info<'a, 'i>(info: &'i str, paths: &Paths<'a>) -> (&'i str, Option<Label<'a>>) {
    let label = |named| Some(Label { named, origin: Origin::Fence });
    let first = info.split([' ', '\t', ',', '{', ':']).find(|word| !word.is_empty()).unwrap_or("");
    let language = first.trim_start_matches('.').trim_end_matches('}');
    if let Some(named) = paths.exactly(info).or_else(|| paths.spaced_in(info)) {
        return (if named.key() == Some(info) { "" } else { language }, label(named));
    }
    let named = info
        .split([' ', '\t', ',', '{', '}', ';', '='])
        .flat_map(|word| std::iter::once(word).chain(word.split(':')))
        .map(|word| word.trim_matches(DECORATION))
        .find_map(|word| paths.resolve(word));
    match named {
        Some(named) => {
            let is_path = paths.resolve(first).is_some();
            (if is_path { "" } else { language }, label(named))
        }
        None => (language, None),
    }
}

/// The label among the lines above a block: the nearest line that is one, else a path mentioned in
/// the sentence directly above.
pub(super) fn of_lines_above<'a>(above: &[&str], paths: &Paths<'a>) -> Option<Label<'a>> {
    let above = &above[above.len().saturating_sub(REACH_LINES)..];
    let on_line = above.iter().rev().find_map(|line| of_line(line, paths));
    on_line.map(|named| Label { named, origin: Origin::Line }).or_else(|| {
        let nearest = above.iter().rev().find(|line| !line.trim().is_empty())?;
        let key = if nearest.len() <= MAX_MENTION { mentioned(nearest, paths) } else { None };
        key.map(|key| Label { named: Named::Exactly(key), origin: Origin::Mention })
    })
}

/// What a line names that is a label: a path with decoration and filler words at most.
pub(super) fn of_line<'a>(line: &str, paths: &Paths<'a>) -> Option<Named<'a>> {
    if let Some(named) = paths.exactly(line.trim()) {
        return Some(named);
    }
    let line = strip_list_marker(line.trim());
    let bare = line.trim_end_matches(':').trim_matches(['*', '`', '#', ' ']);
    if let Some(named) = paths.exactly(line).or_else(|| paths.exactly(bare)) {
        return Some(named);
    }
    let mut named = None;
    for (i, word) in words(line).enumerate() {
        match paths.resolve(word) {
            _ if i >= MAX_LABEL_WORDS => return None,
            Some(_) if named.is_some() => return None,
            Some(path) => named = Some(path),
            None if is_filler(word) => {}
            None => return None,
        }
    }
    named
}

/// What the first line of a block names. A line that the parent has as well is code.
pub(super) fn of_first_line<'a>(line: &str, parent: &Parent<'a>) -> Option<Named<'a>> {
    if parent.has_line(line) { None } else { of_comment(line, &parent.paths) }
}

/// What a line of code names: `# model.py`, `// File: model.py`, or the path alone.
pub(super) fn of_comment<'a>(line: &str, paths: &Paths<'a>) -> Option<Named<'a>> {
    let text = line.trim();
    if text.starts_with("#!") {
        return None;
    }
    let leaders = ["//", "/*", "<!--", "--", "#", ";", "%", "\"\"\""];
    let Some(comment) = leaders.iter().find_map(|leader| text.strip_prefix(leader)) else {
        return paths.resolve(text).filter(|named| named.key().is_some());
    };
    let comment = ["*/", "-->", "\"\"\""].iter().find_map(|end| comment.strip_suffix(end)).unwrap_or(comment);
    let named = of_line(comment, paths)?;
    // In prose `# Title` is a heading.
    let heading = text.starts_with('#') && named.key().is_some_and(language::is_prose);
    (!heading).then_some(named)
}

/// The label among the lines between the SEARCH/REPLACE blocks of one fenced block.
pub(super) fn of_lines_within<'a>(above: &[&str], parent: &Parent<'a>) -> Option<Label<'a>> {
    let named = above
        .iter()
        .rev()
        .find_map(|line| of_first_line(line, parent).or_else(|| of_line(line, &parent.paths)))?;
    Some(Label { named, origin: Origin::Line })
}

/// The label behind a SEARCH marker.
pub(super) fn of_marker<'a>(heading: &str, paths: &Paths<'a>) -> Option<Label<'a>> {
    let named = of_line(heading, paths)?;
    Some(Label { named, origin: Origin::Fence })
}

/// The one file that a sentence mentions.
fn mentioned<'a>(line: &str, paths: &Paths<'a>) -> Option<&'a str> {
    let mut keys = words(line).filter_map(|word| paths.resolve(word)).filter_map(|named| named.key());
    let key = keys.next()?;
    keys.all(|other| other == key).then_some(key)
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split([' ', '\t', '='])
        .map(|word| word.trim_matches(DECORATION))
        .map(|word| word.strip_suffix("'s").or_else(|| word.strip_suffix('.')).unwrap_or(word))
        .map(|word| word.trim_matches(DECORATION))
        .filter(|word| word.chars().any(char::is_alphanumeric))
}

fn is_filler(word: &str) -> bool {
    FILLERS.iter().any(|filler| filler.eq_ignore_ascii_case(word)) || word.chars().all(|c| c.is_ascii_digit())
}

fn strip_list_marker(line: &str) -> &str {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    if rest.len() < line.len()
        && let Some(rest) = rest.strip_prefix(['.', ')'])
    {
        return rest.trim_start();
    }
    ["- ", "* ", "+ ", "> "].iter().find_map(|marker| line.strip_prefix(marker)).unwrap_or(line).trim_start()
}

#[cfg(test)]
mod tests {
    use super::{Named, Origin, Paths, of_info, of_line, of_lines_above};

    fn paths() -> Paths<'static> {
        Paths::new(vec!["my notes.txt", "src/model.py", "utils.py"])
    }

    #[test]
    fn info_strings() {
        for (info, language, key) in [
            ("python", "python", None),
            ("", "", None),
            ("python src/model.py", "python", Some("src/model.py")),
            ("src/model.py", "", Some("src/model.py")),
            ("model.py", "", Some("src/model.py")),
            ("python:src/model.py", "python", Some("src/model.py")),
            ("python title=\"src/model.py\"", "python", Some("src/model.py")),
            ("py filename=utils.py {1,3-5}", "py", Some("utils.py")),
            ("{.python filename=\"utils.py\"}", "python", Some("utils.py")),
            ("python {file: 'utils.py'}", "python", Some("utils.py")),
            ("12:40:src/model.py", "", Some("src/model.py")),
            ("text my notes.txt", "text", Some("my notes.txt")),
            ("python linenums=1", "python", None),
        ] {
            let (found, label) = of_info(info, &paths());
            assert_eq!(label.and_then(|label| label.named.key()), key, "{info}");
            if !info.starts_with("12") {
                assert_eq!(found, language, "{info}");
            }
        }
    }

    #[test]
    fn lines_that_are_labels() {
        for line in [
            "src/model.py",
            "src/model.py:",
            "**src/model.py**",
            "**`src/model.py`**:",
            "**src/model.py:**",
            "`src/model.py`:",
            "### src/model.py",
            "### File: `src/model.py`",
            "#### 1. `src/model.py` (updated)",
            "File: src/model.py",
            "Filename: ./src/model.py",
            "- `model.py`",
            "1. **model.py**",
            "Here is the updated `src/model.py`:",
            "Here's the full code for model.py.",
            "<file path=\"src/model.py\">",
            "[src/model.py]",
            "=== src/model.py ===",
        ] {
            assert_eq!(of_line(line, &paths()).and_then(|named| named.key()), Some("src/model.py"), "{line}");
        }
    }

    #[test]
    fn lines_that_are_not() {
        for line in [
            "",
            "Plan",
            "Run `python model.py`:",
            "`model.py`: vectorise the loop",
            "model.py and utils.py",
            "---",
        ] {
            assert_eq!(of_line(line, &paths()), None, "{line}");
        }
        assert_eq!(of_line("**../x.py**", &paths()), Some(Named::Foreign("../x.py".to_owned())));
    }

    #[test]
    fn the_nearest_label_above_counts_then_a_mention() {
        let origin = |above: &[&str]| {
            of_lines_above(above, &paths()).map(|label| (label.named.key().unwrap(), label.origin))
        };
        assert_eq!(origin(&["### utils.py", "", "Adds a cache:", ""]), Some(("utils.py", Origin::Line)));
        assert_eq!(origin(&["**utils.py**", "**src/model.py**"]), Some(("src/model.py", Origin::Line)));
        assert_eq!(origin(&["We change utils.py to cache:"]), Some(("utils.py", Origin::Mention)));
        assert_eq!(origin(&["We change utils.py and model.py:"]), None);
        assert_eq!(origin(&["We change utils.py.", "Like so:"]), None);
    }
}
