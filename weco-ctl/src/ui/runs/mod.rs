//! Runs as a table.

mod cells;
mod fit;

use std::path::PathBuf;

use weco_proto::v1::RunSummary;

use super::format::{end_cut, middle_cut, width};
pub use cells::pending_approval;
use cells::{Column, cell};

/// Columns between two cells.
const GAP: usize = 2;

/// Where and when a table is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// How wide it may be; none: as wide as it is.
    pub columns: Option<usize>,
    /// The working directory.
    pub here: PathBuf,
    /// The home directory; empty if there is none.
    pub home: PathBuf,
    /// The time, in milliseconds since the Unix epoch.
    pub now_ms: i64,
}

/// The runs in a table with a heading, each on a line. What does not fit is shortened, then left out: the
/// directory and the model first.
pub fn table(runs: &[RunSummary], place: &Place) -> String {
    let cells: Vec<Vec<String>> =
        runs.iter().map(|run| Column::ALL.iter().map(|column| cell(*column, run, place)).collect()).collect();
    let natural = Column::ALL.map(|column| {
        let cells = cells.iter().map(|row| width(&row[column as usize]));
        cells.chain([width(column.title())]).max().unwrap_or(0)
    });
    let widths = match place.columns {
        Some(columns) => fit::fit(natural, columns),
        None => natural.map(Some),
    };
    let mut text = line(&Column::ALL.map(|column| column.title().to_owned()), &widths, place);
    for row in &cells {
        text += &line(row, &widths, place);
    }
    text
}

fn line(row: &[String], widths: &[Option<usize>], place: &Place) -> String {
    let mut line = String::new();
    for ((column, text), columns) in Column::ALL.iter().zip(row).zip(widths) {
        let Some(columns) = *columns else { continue };
        let text = if column.is_name() { middle_cut(text, columns) } else { end_cut(text, columns) };
        line += &text;
        line.extend(std::iter::repeat_n(' ', columns - width(&text) + GAP));
    }
    let line = line.trim_end();
    place.columns.map_or_else(|| line.to_owned(), |columns| end_cut(line, columns)) + "\n"
}

#[cfg(test)]
mod tests;
