//! From a reply to a candidate.

use std::collections::BTreeSet;

use super::candidate::{Candidate, Unusable};
use super::parent::{Parent, Source};
use super::quote::list;
use super::resemblance::telling;
use super::scan::{self, Block, Edit, Part, Scan};
use super::whole::{self, Whole};
use super::{bounds, edit, language, marker, plan};
use crate::event::{Fault, Form};
use crate::run::Files;

/// Reads a reply against the version it was asked to change.
///
/// # Errors
/// [`Unusable`] if there is no code, the code is unchanged, cut off or leaves something out, only
/// foreign paths are named, a SEARCH text does not occur exactly once in its file, or a file
/// would be larger than [`MAX_FILE_BYTES`](super::MAX_FILE_BYTES).
pub fn parse(text: &str, parent: &Files) -> Result<Candidate, Unusable> {
    bounds::check_reply(text)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines: Vec<&str> = text.split('\n').collect();
    let prepared = Parent::new(parent);
    let mut scan = scan::scan(&lines, &prepared);
    if lines.iter().rfind(|line| !line.trim().is_empty()).is_some_and(|line| marker::is_cut(line)) {
        scan.parts.push(Part::Unfinished);
    }
    let mut files = parent.clone();
    let form = match changes(&scan, &prepared)? {
        Changes::Files(changed, form) => {
            files.extend(changed);
            form
        }
        Changes::None(why) => match wrapped(&scan, &prepared) {
            Some((inner, changed, form)) => {
                files.extend(changed);
                return finish(plan::of(&inner.parts, &prepared.paths), files, form, parent);
            }
            None => {
                files.extend([unfenced(&scan, &prepared).ok_or(why)?]);
                Form::Whole
            }
        },
    };
    finish(plan::of(&scan.parts, &prepared.paths), files, form, parent)
}

fn finish(plan: String, files: Files, form: Form, parent: &Files) -> Result<Candidate, Unusable> {
    bounds::check_files(&files)?;
    if files == *parent {
        return Err(Unusable::because("The code is the same as before. Change it.").with(Fault::Seen));
    }
    Ok(Candidate { plan, files, form })
}

/// New texts by path.
type Changed = Vec<(String, String)>;

/// What a reply changes.
enum Changes {
    /// These files; never empty, and all of them the parent's.
    Files(Changed, Form),
    /// Nothing, for this reason; the reply may mean something in another reading.
    None(Unusable),
}

fn changes(scan: &Scan<'_>, parent: &Parent<'_>) -> Result<Changes, Unusable> {
    let edits: Vec<&Edit<'_>> = scan.parts.iter().filter_map(Part::edit).collect();
    let blocks: Vec<&Block<'_>> = scan.parts.iter().filter_map(Part::block).collect();
    let of_edits = |why: Unusable| why.with(Fault::Edits);
    let of_whole = |why: Unusable| why.with(Fault::Whole);
    let edited = edit::apply(&edits, parent).map_err(of_edits)?;
    let edited_paths: BTreeSet<&str> = edited.files.keys().map(String::as_str).collect();
    let mut whole = whole::choose(&blocks, &edited_paths, parent).map_err(of_whole)?;
    let mut files = Vec::new();
    let mut form = Form::Whole;
    for (path, text) in edited.files {
        // Blocks that do not apply beside a whole file describe what that file changes.
        if text.is_ok() {
            form = Form::Edits;
        }
        let text = text.or_else(|why| whole.files.remove(&path).unwrap_or(Err(why))).map_err(of_edits)?;
        whole.files.remove(&path);
        files.push((path, text));
    }
    for (path, text) in std::mem::take(&mut whole.files) {
        files.push((path, text.map_err(of_whole)?));
    }
    if scan.parts.iter().any(|part| matches!(part, Part::Unfinished)) {
        return Err(Unusable::because(
            "A SEARCH/REPLACE block is incomplete: it needs the lines `<<<<<<< SEARCH`, `=======` and \
             `>>>>>>> REPLACE`, in this order.",
        )
        .with(Fault::Edits));
    }
    if !files.is_empty() {
        return Ok(Changes::Files(files, form));
    }
    let foreign: BTreeSet<String> =
        edited.foreign.into_iter().chain(std::mem::take(&mut whole.foreign)).collect();
    Ok(Changes::None(nothing(scan, &foreign, &whole, parent)))
}

/// Why a reply changes nothing.
fn nothing(scan: &Scan<'_>, foreign: &BTreeSet<String>, whole: &Whole, parent: &Parent<'_>) -> Unusable {
    let paths = list(parent.paths.iter());
    Unusable::because(if scan.unfinished_thought {
        "The reply ends within a thought, before any answer. Think more briefly, then answer.".to_owned()
    } else if !foreign.is_empty() {
        let foreign = list(foreign.iter().take(5).map(String::as_str));
        format!("The reply only has code for {foreign}. Only these files can be changed: {paths}.")
    } else if whole.diff {
        "A unified diff is not applied. Use SEARCH/REPLACE blocks or whole files.".to_owned()
    } else if whole.unplaced {
        format!(
            "The code is not said to be for any file. Write the path on the line above each block, one of {paths}."
        )
    } else {
        "The reply has no code. Answer with the changed files, or with SEARCH/REPLACE blocks, in fenced blocks.".to_owned()
    })
}

/// What a block changes that wraps a whole answer with blocks of its own.
fn wrapped<'a>(scan: &Scan<'a>, parent: &Parent<'a>) -> Option<(Scan<'a>, Changed, Form)> {
    scan.parts.iter().find_map(|part| {
        let block = part.block()?;
        if !language::is_wrapper(block.language) || !block.closed {
            return None;
        }
        let inner = scan::scan(&block.lines, parent);
        match changes(&inner, parent) {
            Ok(Changes::Files(files, form)) => Some((inner, files, form)),
            Ok(Changes::None(_)) | Err(_) => None,
        }
    })
}

/// The only file, if the whole reply evidently is its new text: it begins and ends as the parent's
/// file does and is mostly made of its lines.
fn unfenced(scan: &Scan<'_>, parent: &Parent<'_>) -> Option<(String, String)> {
    let source = parent.only()?;
    let prose: Option<Vec<&str>> = scan.parts.iter().map(Part::prose).collect();
    let lines: Vec<&str> = prose?.into_iter().map(|line| source.style.line(line)).collect();
    let start = lines.iter().position(|line| !line.trim().is_empty())?;
    let end = lines.iter().rposition(|line| !line.trim().is_empty())? + 1;
    let lines = &lines[start..end];
    let same_ends =
        lines.first().copied() == source.first_line() && lines.last().copied() == source.last_line();
    (same_ends && is_mostly(lines, source)).then(|| (source.path.to_owned(), source.style.compose(lines)))
}

/// Whether at least half of the lines are the file's, and half of the file's are among them.
fn is_mostly(lines: &[&str], source: &Source<'_>) -> bool {
    let (new, old) = (telling(lines), telling(&source.lines));
    let shared = source.shared(&new);
    shared >= 3 && shared * 2 >= new.len() && shared * 2 >= old.len()
}
