//! The sources with their literals cut out: versions are written from it and read against it.

use crate::Files;
use crate::literal::{Literal, Value};

/// What is the same in every version: the text around the literals.
pub(crate) struct Template {
    files: Vec<FileTemplate>,
}

struct FileTemplate {
    path: String,
    /// The text before, between and after the literals; always one more than there are literals.
    gaps: Vec<String>,
}

/// No literal's text is longer: bounds the search for where one ends.
const MAX_LITERAL: usize = 1024;

impl Template {
    /// Cuts the literals (sorted by file and position) out of the files.
    pub(crate) fn new(files: &Files, literals: &[Literal]) -> Self {
        let cut = |(path, text): (&String, &String)| {
            let mut gaps = Vec::new();
            let mut from = 0;
            for literal in literals.iter().filter(|literal| literal.path == *path) {
                gaps.push(text[from..literal.range.start].to_owned());
                from = literal.range.end;
            }
            gaps.push(text[from..].to_owned());
            FileTemplate { path: path.clone(), gaps }
        };
        Self { files: files.iter().map(cut).collect() }
    }

    /// Writes a version: each literal's text into its place.
    pub(crate) fn fill(&self, texts: &[String]) -> Files {
        let mut texts = texts.iter();
        let fill = |file: &FileTemplate| {
            let size = file.gaps.iter().map(String::len).sum::<usize>() + 16 * file.gaps.len();
            let mut text = String::with_capacity(size);
            for (i, gap) in file.gaps.iter().enumerate() {
                if i > 0 {
                    text.push_str(texts.next().map_or("", String::as_str));
                }
                text.push_str(gap);
            }
            (file.path.clone(), text)
        };
        self.files.iter().map(fill).collect()
    }

    /// Reads a version's values; `None` if more than the literals differs from the baseline.
    pub(crate) fn read(&self, files: &Files, literals: &[Literal]) -> Option<Vec<Value>> {
        if files.len() != self.files.len() {
            return None;
        }
        let mut values = Vec::with_capacity(literals.len());
        for file in &self.files {
            let mut rest = files.get(&file.path)?.strip_prefix(file.gaps.first()?.as_str())?;
            let count = file.gaps.len() - 1;
            for (i, gap) in file.gaps[1..].iter().enumerate() {
                let literal = literals.get(values.len())?;
                let end = if i + 1 == count {
                    rest.strip_suffix(gap.as_str())?.len()
                } else {
                    literal_end(rest, gap, literal)?
                };
                values.push(literal.read(&rest[..end])?);
                rest = &rest[end + gap.len()..];
            }
            if !rest.is_empty() {
                return None;
            }
        }
        Some(values)
    }
}

/// Where the literal at the start of `text` ends: at the first place from which the gap goes on.
fn literal_end(text: &str, gap: &str, literal: &Literal) -> Option<usize> {
    let window = text.char_indices().map(|(at, _)| at).take(MAX_LITERAL);
    window.skip(1).find(|at| text[*at..].starts_with(gap) && literal.read(&text[..*at]).is_some())
}
