//! Values that stand in a column under the name.

use std::cmp::Reverse;
use std::ops::Range;

use super::line::{Quality, Sighting};
use super::name::Name;
use super::page::Page;
use super::value::{self, Reading};
use super::{label, number, prefix, words};

/// How a line is cut into cells, in the order tried: with the first that gives rows, they are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Split {
    Bar,
    Tab,
    Comma,
    Semicolon,
    /// Two spaces or more.
    Wide,
    Space,
}

const SPLITS: [Split; 6] =
    [Split::Bar, Split::Tab, Split::Comma, Split::Semicolon, Split::Wide, Split::Space];

/// How many lines without numbers (types, units) may stand between the header and the first row.
const MAX_SUBHEADERS: usize = 2;

/// How far below the header the first row is at most, in lines: two without numbers, with rules and blanks.
const MAX_DISTANCE: usize = 3 * MAX_SUBHEADERS + 2;

/// A part of a line, and the columns it takes.
struct Cell<'t> {
    text: &'t str,
    columns: Range<usize>,
}

/// All values in columns headed by the name.
pub(super) fn sightings(page: &Page, name: &Name) -> Vec<Sighting> {
    let lines: Vec<Range<usize>> = text_lines(&page.text);
    let mut found = Vec::new();
    let has_values: Vec<bool> = page.lines().map(|mut tokens| tokens.any(|at| is_value(page, at))).collect();
    for (index, mut tokens) in page.lines().enumerate() {
        let may_head = has_values.iter().skip(index + 1).take(MAX_DISTANCE).any(|has| *has);
        if may_head && tokens.any(|at| name.end_at(page, at).is_some()) {
            let rows = SPLITS.iter().map(|split| column(page, name, &lines[index..], *split));
            found.extend(rows.into_iter().find(|rows| !rows.is_empty()).unwrap_or_default());
        }
    }
    found
}

/// Figures, or what stands for none, are at token `at`.
fn is_value(page: &Page, at: usize) -> bool {
    page.get(at)
        .is_some_and(|token| (token.is_figures() && !page.is_attached(at)) || words::is_blank(&token.folded))
}

/// Byte ranges of the lines of `text`.
fn text_lines(text: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    text.split('\n')
        .map(|line| {
            let range = start..start + line.len();
            start = range.end + 1;
            range
        })
        .collect()
}

/// The values in the column headed by the name in the first of `lines`.
fn column(page: &Page, name: &Name, lines: &[Range<usize>], split: Split) -> Vec<Sighting> {
    let mut rows = Vec::new();
    let Some(header) = lines.first().and_then(|line| Header::new(&page.text[line.clone()], name, split))
    else {
        return rows;
    };
    let (mut blanks, mut subheaders, mut begun) = (0, 0, false);
    for line in &lines[1..] {
        let text = &page.text[line.clone()];
        if text.trim().is_empty() {
            blanks += 1;
        } else if is_rule(text) {
            blanks = 0;
        } else if let Some(reading) = header.row(text) {
            (blanks, begun) = (0, true);
            rows.extend(reading.map(|reading| Sighting { quality: header.quality, at: line.start, reading }));
        } else if begun || subheaders == MAX_SUBHEADERS {
            break;
        } else {
            subheaders += 1;
        }
        if blanks > 1 {
            break;
        }
    }
    rows
}

/// A header with the name in one of its cells.
struct Header<'t> {
    split: Split,
    cells: Vec<Cell<'t>>,
    /// The cell with the name.
    index: usize,
    quality: Quality,
}

impl<'t> Header<'t> {
    fn new(line: &'t str, name: &Name, split: Split) -> Option<Self> {
        let cells = cells(line, split);
        let is_column = cells.len() > 1 || split == Split::Wide;
        if !is_column || cells.iter().any(|cell| is_numeric(cell.text)) {
            return None;
        }
        let named =
            cells.iter().enumerate().filter_map(|(index, cell)| Some((index, heads(cell.text, name)?)));
        let (index, quality) = named
            .max_by_key(|(index, quality)| (*quality, Reverse(cells[*index].text.len()), Reverse(*index)))?;
        let quality = if cells.len() == 1 { quality.min(Quality::Qualified) } else { quality };
        Some(Self { split, cells, index, quality })
    }

    /// What the row `line` has in the name's column; `None` if it is no row of this table.
    fn row(&self, line: &str) -> Option<Option<Reading>> {
        let row = cells(line, self.split);
        if !row.iter().any(|cell| is_numeric(cell.text)) {
            return None;
        }
        let is_spaced = matches!(self.split, Split::Wide | Split::Space | Split::Tab);
        let cell = if row.len() == self.cells.len() {
            row.get(self.index)
        } else if is_spaced && row.len() == self.cells.len() + 1 {
            // The column of row names has no header.
            row.get(self.index + 1)
        } else if self.split == Split::Wide && self.cells.len() > 1 {
            row.iter()
                .max_by_key(|cell| overlap(&cell.columns, &self.cells[self.index].columns))
                .filter(|cell| overlap(&cell.columns, &self.cells[self.index].columns) > 0)
        } else {
            return None;
        };
        if self.split == Split::Space && !row[1..].iter().all(|cell| is_numeric(cell.text)) {
            return None;
        }
        let reading = cell.map(|cell| read(cell.text, self.cells.len() == 1));
        if self.cells.len() == 1 && reading.as_ref().is_none_or(Option::is_none) {
            return None;
        }
        Some(reading.flatten())
    }
}

/// The value in a cell; in a `lone` column it must be all that is there.
fn read(cell: &str, lone: bool) -> Option<Reading> {
    let page = Page::new(cell);
    if lone && !page.get(0).is_some_and(|token| token.is_figures() && page.ends_line(page.after_unit(0))) {
        return None;
    }
    value::read(&page, 0).map(|(reading, _)| reading)
}

/// How surely the cell is headed by the name.
fn heads(cell: &str, name: &Name) -> Option<Quality> {
    let page = Page::new(cell);
    (0..page.tokens.len())
        .filter_map(|start| {
            let end = name.end_at(&page, start)?;
            Some(prefix::judge(&page, start)?.min(label::tail(&page, end, start)?))
        })
        .max()
}

/// The cell starts with a number or with what stands for none.
fn is_numeric(cell: &str) -> bool {
    let cell = cell.trim_start_matches(['*', '`', '"', '\'', '~']);
    let word = cell.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    number::scan(cell, 0).is_some() || words::is_blank(&word.to_lowercase())
}

/// A line that only draws: `----`, `+---+---+`, `|:--|--:|`, `├──┼──┤`.
fn is_rule(line: &str) -> bool {
    line.chars().all(|c| {
        matches!(c, '-' | '=' | '+' | '|' | ':' | '_' | '*' | '~' | '\u{2500}'..='\u{257f}')
            || c.is_whitespace()
    })
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> usize {
    a.end.min(b.end).saturating_sub(a.start.max(b.start))
}

fn cells(line: &str, split: Split) -> Vec<Cell<'_>> {
    let mut cells = Vec::new();
    let mut cut = |start: (usize, usize), end: usize| {
        let (byte, column) = start;
        let text = &line[byte..end];
        let trimmed = text.trim_start();
        let column = column + text[..text.len() - trimmed.len()].chars().count();
        let trimmed = trimmed.trim_end();
        if !trimmed.is_empty() || !matches!(split, Split::Wide | Split::Space) {
            cells.push(Cell { text: trimmed, columns: column..column + trimmed.chars().count() });
        }
    };
    let mut start = (0, 0);
    let mut spaces = 0;
    for (column, (byte, c)) in line.char_indices().enumerate() {
        spaces = if c == '\t' {
            2
        } else if c == ' ' {
            spaces + 1
        } else {
            0
        };
        let is_cut = match split {
            Split::Bar => matches!(c, '|' | '│' | '┃' | '║' | '┆' | '┇' | '┊' | '┋' | '╎' | '╏'),
            Split::Tab => c == '\t',
            Split::Comma => c == ',',
            Split::Semicolon => c == ';',
            Split::Wide => spaces > 1,
            Split::Space => spaces > 0,
        };
        if is_cut {
            cut(start, byte);
            start = (byte + c.len_utf8(), column + 1);
        }
    }
    cut(start, line.len());
    cells
}
