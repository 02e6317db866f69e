//! Applies SEARCH/REPLACE blocks.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::bounds::MAX_EDITS;
use super::candidate::Unusable;
use super::marker::RawEdit;
use super::matching::{self, Closeness, Found, Line};
use super::parent::{Parent, Source};
use super::path::Named;
use super::quote::{list, quote};
use super::resemblance::{self, telling};
use super::scan::Edit;
use super::variant::{self, Change};
use super::{elision, label};

/// Places of an ambiguous SEARCH text that are told.
const MAX_PLACES_TOLD: usize = 8;

/// Lines before and after the closest one that are told: enough to see which part of the file was meant.
const LINES_AROUND: usize = 1;

/// What SEARCH/REPLACE blocks come to.
#[derive(Debug, Default)]
pub(super) struct Edited {
    /// The files they name, as they are then, or why they could not be applied.
    pub(super) files: BTreeMap<String, Result<String, Unusable>>,
    /// Paths outside the version that blocks were for.
    pub(super) foreign: Vec<String>,
}

/// Applies the blocks in their order, each to what those before it left.
pub(super) fn apply<'a>(edits: &[&Edit<'a>], parent: &Parent<'a>) -> Result<Edited, Unusable> {
    if edits.len() > MAX_EDITS {
        return Err(Unusable::because(format!(
            "The reply has {} SEARCH/REPLACE blocks; at most {MAX_EDITS} are applied. Give whole files instead.",
            edits.len()
        )));
    }
    let mut editor = Editor { parent, texts: BTreeMap::new(), failed: BTreeMap::new(), foreign: Vec::new() };
    let mut last = None;
    for edit in edits {
        last = editor.apply(edit, last)?;
    }
    Ok(editor.finish())
}

/// Whose the previous block was; a block without a label is for the same file.
#[derive(Clone, Copy)]
enum Whose<'a> {
    File(&'a str),
    Foreign,
}

struct Editor<'p, 'a> {
    parent: &'p Parent<'a>,
    texts: BTreeMap<&'a str, Vec<Line<'a>>>,
    failed: BTreeMap<&'a str, Unusable>,
    foreign: Vec<String>,
}

impl<'a> Editor<'_, 'a> {
    fn apply(&mut self, edit: &Edit<'a>, last: Option<Whose<'a>>) -> Result<Option<Whose<'a>>, Unusable> {
        let key = match edit.label.as_ref().map(|label| &label.named) {
            Some(Named::Foreign(path)) => {
                self.foreign.push(path.clone());
                return Ok(Some(Whose::Foreign));
            }
            Some(Named::Ambiguous(keys)) => return Err(ambiguous(keys)),
            Some(Named::Exactly(key) | Named::Loosely(key)) => {
                let certain = edit.label.as_ref().is_some_and(|label| label.origin != label::Origin::Mention);
                if certain { key } else { self.wherever(edit).unwrap_or(key) }
            }
            None => match last {
                Some(Whose::Foreign) => return Ok(last),
                Some(Whose::File(key)) if self.stands_in(edit, key) => key,
                Some(Whose::File(key)) => self.wherever(edit).unwrap_or(key),
                None => self.unlabelled(edit)?,
            },
        };
        if let Some(source) = self.parent.source(key)
            && !self.failed.contains_key(key)
        {
            let text = self.texts.entry(source.path).or_insert_with(|| borrowed(source));
            if let Err(why) = change(text, edit, source) {
                self.failed.insert(source.path, self.elsewhere(why, edit, source));
            }
        }
        Ok(Some(Whose::File(key)))
    }

    /// The file for a block that nothing names one for.
    fn unlabelled(&self, edit: &Edit<'a>) -> Result<&'a str, Unusable> {
        if let Some(source) = self.parent.only() {
            return Ok(source.path);
        }
        self.wherever(edit).ok_or_else(|| {
            Unusable::because(format!(
                "A SEARCH/REPLACE block {}is not said to be for any file. Write the path on the line above it, one of {}.",
                beginning(&edit.raw),
                list(self.parent.paths.iter())
            ))
        })
    }

    /// The only file in which the SEARCH text stands exactly.
    fn wherever(&self, edit: &Edit<'a>) -> Option<&'a str> {
        let mut keys = self.parent.paths.iter().filter(|key| self.stands_in(edit, key));
        keys.next().filter(|_| keys.next().is_none())
    }

    fn stands_in(&self, edit: &Edit<'a>, key: &str) -> bool {
        let Some(source) = self.parent.source(key) else { return false };
        let changes = variant::plain(&edit.raw, source.style);
        let any = |text: &[Line<'a>]| {
            changes.iter().any(|change| {
                !change.search.is_empty()
                    && matching::find(text, &change.search, Closeness::Exact) != Found::Never
            })
        };
        self.texts.get(key).map_or_else(|| any(&borrowed(source)), |text| any(text))
    }

    /// The reason with the file in which the text does stand, if there is one.
    fn elsewhere(&self, why: Unusable, edit: &Edit<'a>, source: &Source<'a>) -> Unusable {
        match self.wherever(edit) {
            Some(key) if key != source.path => {
                Unusable::because(format!("{} It does stand in {}.", why.reason, quote(key)))
            }
            _ => why,
        }
    }

    fn finish(self) -> Edited {
        let compose = |(key, text): (&str, Vec<Line<'_>>)| {
            let style = self.parent.source(key).map(|source| source.style);
            style.map(|style| (key.to_owned(), Ok(style.compose(&text))))
        };
        let mut files: BTreeMap<_, _> = self.texts.into_iter().filter_map(compose).collect();
        // A file with a block that failed is not changed by its others.
        files.extend(self.failed.into_iter().map(|(key, why)| (key.to_owned(), Err(why))));
        Edited { files, foreign: self.foreign }
    }
}

/// Applies one block to the text.
fn change<'a>(text: &mut Vec<Line<'a>>, edit: &Edit<'a>, source: &Source<'a>) -> Result<(), Unusable> {
    let readings = variant::all(&edit.raw, source.style);
    for (changes, closeness) in
        readings.iter().flat_map(|changes| Closeness::ALL.map(|closeness| (changes, closeness)))
    {
        for change in changes.iter().filter(|change| !change.search.is_empty()) {
            let place = match matching::find(text, &change.search, closeness) {
                Found::Never => continue,
                Found::Times(places) => return Err(several(&places, &edit.raw, source)),
                Found::Once(place) => place,
            };
            let Some(lines) =
                change.replace.iter().map(|line| place.indent(line)).collect::<Option<Vec<_>>>()
            else {
                continue;
            };
            check_elision(change, source)?;
            text.splice(place.at..place.at + change.search.len(), lines);
            return Ok(());
        }
    }
    let [plain, ..] = &readings;
    match plain.iter().find(|change| change.search.is_empty()) {
        Some(change) => from_nothing(text, change, source),
        None => Err(absent(text, &edit.raw, source)),
    }
}

/// A block whose SEARCH text is empty: the text of an empty file, or a whole file anew.
fn from_nothing<'a>(
    text: &mut Vec<Line<'a>>,
    change: &Change<'a>,
    source: &Source<'a>,
) -> Result<(), Unusable> {
    let is_empty = text.iter().all(|line| line.trim().is_empty());
    let new = telling(&change.replace);
    if !is_empty && source.shared(&new) * 2 < source.shared(&telling(&source.lines)) {
        return Err(Unusable::because(format!(
            "The SEARCH text of a block for {} is empty. Quote the lines to replace; to add lines, quote the line \
             before them and repeat it in the replacement.",
            quote(source.path)
        )));
    }
    check_elision(change, source)?;
    *text = change.replace.iter().map(|line| Cow::Borrowed(*line)).collect();
    Ok(())
}

fn check_elision(change: &Change<'_>, source: &Source<'_>) -> Result<(), Unusable> {
    let Some(line) = elision::find(&change.replace, source) else { return Ok(()) };
    Err(Unusable::because(format!(
        "A replacement for {} leaves out code with the line {}. Write out every line of the replacement.",
        quote(source.path),
        quote(line)
    )))
}

fn borrowed<'a>(source: &Source<'a>) -> Vec<Line<'a>> {
    source.lines.iter().copied().map(Cow::Borrowed).collect()
}

fn several(places: &[usize], raw: &RawEdit<'_>, source: &Source<'_>) -> Unusable {
    let numbers = places.iter().take(MAX_PLACES_TOLD).map(|at| (at + 1).to_string());
    let more = if places.len() > MAX_PLACES_TOLD { ", …" } else { "" };
    Unusable::because(format!(
        "The SEARCH text for {} {}occurs {} times there, at lines {}{more}. Add lines before or after it until it occurs \
         once.",
        quote(source.path),
        beginning(raw),
        places.len(),
        numbers.collect::<Vec<_>>().join(", ")
    ))
}

fn absent(text: &[Line<'_>], raw: &RawEdit<'_>, source: &Source<'_>) -> Unusable {
    let searched = &raw.body[..raw.dividers.first().copied().unwrap_or(0)];
    let missing =
        searched.iter().find(|line| !line.trim().is_empty() && !text.iter().any(|l| l.trim() == line.trim()));
    let detail = match missing {
        None => "its lines are there, but not one after another like this".to_owned(),
        Some(missing) => match resemblance::closest_line(text, missing) {
            Some((number, line)) => {
                let around = around(text, number);
                format!(
                    "there is no line {}; the closest is line {number}, {}. Around it stands: {around}",
                    quote(missing),
                    quote(line)
                )
            }
            None => format!("there is no line {}", quote(missing)),
        },
    };
    Unusable::because(format!(
        "The SEARCH text for {} {}does not occur there: {detail}. Copy whole lines exactly from the file as it was \
         given, without leaving any out.",
        quote(source.path),
        beginning(raw)
    ))
}

/// The lines around the one with this number, from 1, each with its number and its indentation.
fn around(text: &[Line<'_>], number: usize) -> String {
    let first = number.saturating_sub(1 + LINES_AROUND);
    let lines = text.iter().enumerate().skip(first).take(number + LINES_AROUND - first);
    let told = lines.filter(|(_, line)| !line.trim().is_empty()).map(|(at, line)| {
        let indented = line.len() - line.trim_start().len();
        let depth = if indented == 0 { String::new() } else { format!(" (indented by {indented})") };
        format!("{}{depth} {}", at + 1, quote(line))
    });
    told.collect::<Vec<_>>().join(", ")
}

fn ambiguous(keys: &[&str]) -> Unusable {
    Unusable::because(format!(
        "A SEARCH/REPLACE block could be for any of {}. Write the whole path on the line above it.",
        list(keys.iter().copied())
    ))
}

/// Which block is meant: quotes its first line.
fn beginning(raw: &RawEdit<'_>) -> String {
    let first = raw.body.iter().find(|line| !line.trim().is_empty());
    first.map_or_else(String::new, |line| format!("that begins with {} ", quote(line)))
}
