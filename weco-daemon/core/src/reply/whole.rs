//! Which fenced blocks are whole files, and whether they can be taken as such.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::candidate::Unusable;
use super::label::{self, Origin};
use super::parent::{Parent, Source};
use super::path::Named;
use super::quote::{list, quote};
use super::resemblance::{self, telling};
use super::scan::Block;
use super::{elision, language};

/// What the blocks of a reply come to.
#[derive(Debug, Default)]
pub(super) struct Whole {
    /// The files they give, or why they cannot be taken.
    pub(super) files: BTreeMap<String, Result<String, Unusable>>,
    /// Paths outside the version that blocks were for.
    pub(super) foreign: Vec<String>,
    /// Whether there are blocks of code that could be any file.
    pub(super) unplaced: bool,
    /// Whether there are unified diffs.
    pub(super) diff: bool,
}

/// How sure it is which file a block is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Grade {
    /// By what it looks like, or because there is only one file.
    Guessed,
    /// By part of the path.
    Loose,
    /// By the path.
    Exact,
}

/// A block that may be a file.
struct Choice<'b, 'a> {
    block: &'b Block<'a>,
    grade: Grade,
    telling: HashSet<&'a str>,
}

/// Chooses a block for each file. Files in `edited` have SEARCH/REPLACE blocks, beside which only
/// labelled blocks count.
pub(super) fn choose(
    blocks: &[&Block<'_>],
    edited: &BTreeSet<&str>,
    parent: &Parent<'_>,
) -> Result<Whole, Unusable> {
    let mut whole = Whole::default();
    let mut options: BTreeMap<&str, Vec<Choice<'_, '_>>> = BTreeMap::new();
    for &block in blocks {
        if is_diff(block, parent) {
            whole.diff = true;
            continue;
        }
        let telling = telling(&block.lines);
        let (source, grade) = match place(block, &telling, parent)? {
            Placed::File(source, grade) => (source, grade),
            Placed::Foreign(path) => {
                whole.foreign.push(path);
                continue;
            }
            Placed::Nowhere if !block.closed && !block.language.is_empty() => {
                return Err(cut_off(block, "an unnamed file"));
            }
            Placed::Nowhere => {
                whole.unplaced = true;
                continue;
            }
            Placed::Aside => continue,
        };
        if grade > Grade::Guessed || !edited.contains(source.path) {
            options.entry(source.path).or_default().push(Choice { block, grade, telling });
        }
    }
    for (path, options) in options {
        if let Some(source) = parent.source(path)
            && let Some(file) = file(options, source)
        {
            whole.files.insert(path.to_owned(), file);
        }
    }
    Ok(whole)
}

/// What a block is.
enum Placed<'p, 'a> {
    File(&'p Source<'a>, Grade),
    Foreign(String),
    /// Code of an unknown file.
    Nowhere,
    /// A remark beside the code.
    Aside,
}

fn place<'p, 'a>(
    block: &Block<'_>,
    telling: &HashSet<&str>,
    parent: &'p Parent<'a>,
) -> Result<Placed<'p, 'a>, Unusable> {
    let first = block.lines.iter().find(|line| !line.trim().is_empty());
    let inside = first.and_then(|line| label::of_first_line(line, parent));
    let mention = block.label.as_ref().and_then(|label| label.named.key());
    let by = |origin| block.label.as_ref().filter(|label| label.origin == origin).map(|label| &label.named);
    let in_info = by(Origin::Fence).is_some();
    // A list of the changed files may stand above a block that names its own within.
    let own = inside.as_ref().filter(|named| named.key().is_some());
    let named = by(Origin::Fence).or(own).or_else(|| by(Origin::Line)).or(inside.as_ref());
    let fits = |source: &Source<'_>| in_info || !language::is_aside(block.language, source.path);
    let (key, grade) = match named {
        Some(Named::Foreign(path)) => return Ok(Placed::Foreign(path.clone())),
        Some(Named::Ambiguous(keys)) => {
            return Err(Unusable::because(format!(
                "A block could be any of {}. Write its whole path on the line above it.",
                list(keys.iter().copied())
            )));
        }
        Some(Named::Exactly(key)) => (Some(*key), Grade::Exact),
        Some(Named::Loosely(key)) => (Some(*key), Grade::Loose),
        None => (mention, Grade::Guessed),
    };
    let source = match key {
        Some(key) => parent.source(key),
        None if block.is_blank() => return Ok(Placed::Aside),
        None => parent.only().or_else(|| resemblance::file_like(telling, parent)),
    };
    Ok(match source {
        Some(source) if fits(source) => Placed::File(source, grade),
        Some(_) => Placed::Aside,
        None if parent.sources.iter().any(fits) => Placed::Nowhere,
        None => Placed::Aside,
    })
}

/// The file that the best of these blocks gives; None if none is worth a word.
fn file(options: Vec<Choice<'_, '_>>, source: &Source<'_>) -> Option<Result<String, Unusable>> {
    let mut options = without_copies(options, source);
    let best = options.iter().map(|option| option.grade).max()?;
    let has_complete = options.iter().any(|option| option.block.closed);
    options.retain(|option| {
        // A bare fence too many at the end opens a block of prose.
        let stray = !option.block.closed && has_complete && option.block.language.is_empty();
        option.grade == best && !(stray && best == Grade::Guessed)
    });
    if let Some(cut) = options.iter().find(|option| !option.block.closed) {
        return Some(Err(cut_off(cut.block, &quote(source.path))));
    }
    let chosen = options
        .into_iter()
        .reduce(|chosen, next| if is_remark(&next, &chosen, source) { chosen } else { next })?;
    Some(content(chosen.block, source))
}

/// Without quotations of the parent's file, if there is a new version beside them.
fn without_copies<'b, 'a>(options: Vec<Choice<'b, 'a>>, source: &Source<'_>) -> Vec<Choice<'b, 'a>> {
    let (copies, changed): (Vec<_>, Vec<_>) =
        options.into_iter().partition(|option| is_copy(option.block, source));
    let is_new = |option: &Choice<'_, '_>| copies.iter().all(|copy| !is_remark(option, copy, source));
    if changed.iter().any(is_new) { changed } else { copies.into_iter().chain(changed).collect() }
}

/// Whether the block is the parent's file unchanged, which models quote before they change it.
fn is_copy(block: &Block<'_>, source: &Source<'_>) -> bool {
    let lines = block.lines.iter().map(|line| source.style.line(line));
    lines.eq(source.lines.iter().copied())
}

/// Whether a block is a usage example or an excerpt beside one before it for the same file.
fn is_remark(next: &Choice<'_, '_>, chosen: &Choice<'_, '_>, source: &Source<'_>) -> bool {
    let small = next.telling.len() * 3 < chosen.telling.len()
        && source.shared(&next.telling) * 2 <= source.shared(&chosen.telling);
    small || resemblance::is_excerpt(&next.telling, &chosen.telling)
}

/// The block as the file's new text.
fn content(block: &Block<'_>, source: &Source<'_>) -> Result<String, Unusable> {
    let path = quote(source.path);
    let lines: Vec<&str> = block.lines.iter().map(|line| source.style.line(line)).collect();
    let lines = without_label(&lines, source);
    if lines.iter().all(|line| line.trim().is_empty()) && source.first_line().is_some() {
        return Err(Unusable::because(format!("The block for {path} is empty. Give the whole file.")));
    }
    if let Some(line) = elision::find(lines, source) {
        return Err(Unusable::because(format!(
            "The block for {path} leaves out code with the line {}. Write out the whole file, or use \
             SEARCH/REPLACE blocks for the parts that change.",
            quote(line)
        )));
    }
    if begins_inside(lines, source) {
        return Err(Unusable::because(format!(
            "The block for {path} is only a part of the file. Write out the whole file, or use SEARCH/REPLACE blocks."
        )));
    }
    Ok(source.style.compose(lines))
}

/// Without a first line that only names the file, unless the parent's begins so too.
fn without_label<'l, 'a>(lines: &'l [&'a str], source: &Source<'_>) -> &'l [&'a str] {
    let [first, rest @ ..] = lines else { return lines };
    let paths = super::path::Paths::new(vec![source.path]);
    let names = label::of_comment(first, &paths).is_some_and(|named| named.key() == Some(source.path));
    if names && !source.has_line(first) { rest } else { lines }
}

/// Whether the block is a unified diff, and no file's text.
fn is_diff(block: &Block<'_>, parent: &Parent<'_>) -> bool {
    let is_hunk = |line: &&str| line.starts_with("@@ ") && !parent.has_line(line);
    parent.paths.iter().all(|path| language::is_aside("diff", path)) && block.lines.iter().any(is_hunk)
}

/// Whether the text begins in the middle of a function, and the file does not.
fn begins_inside(lines: &[&str], source: &Source<'_>) -> bool {
    let indented = |line: &str| line.starts_with([' ', '\t']);
    let first = lines.iter().find(|line| !line.trim().is_empty());
    !language::is_prose(source.path)
        && first.is_some_and(|line| indented(line))
        && source.first_line().is_some_and(|line| !indented(line))
}

fn cut_off(block: &Block<'_>, file: &str) -> Unusable {
    Unusable::because(format!(
        "The reply is cut off: the block for {file} has no closing fence after its {} lines. Answer more briefly, or use \
         SEARCH/REPLACE blocks.",
        block.lines.len()
    ))
}
