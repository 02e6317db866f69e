//! Where a fenced block ends.

use super::fence::{Fence, Nesting};
use super::label::{self, Label};
use super::parent::{Parent, Source};
use super::{marker, think};

/// Where a block ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Extent {
    /// At its closing fence, this line.
    Closed(usize),
    /// At its closing fence, this line, with fewer fences of its own than expected: all that
    /// follows was looked at.
    Short(usize),
    /// Nowhere: the reply is cut off in it.
    Open,
    /// It is part of a thought whose end is on this line.
    Thought(usize),
}

/// The file that a block with this label is taken for while its end is looked for.
pub(super) fn target<'s, 'a>(label: Option<&Label<'a>>, parent: &'s Parent<'a>) -> Option<&'s Source<'a>> {
    match label {
        Some(label) => parent.source(label.named.key()?),
        None => parent.only(),
    }
}

/// Finds the end of the block that `fence` opened, whose first line is `start`.
///
/// A file that has fences of its own may come in a fence that is no longer than these. Blocks with
/// an info string nest; of bare fences, `own` are expected to belong to the file.
pub(super) fn of_block<'a>(
    lines: &[&'a str],
    start: usize,
    fence: Fence<'a>,
    own: usize,
    source: Option<&Source<'a>>,
    parent: &Parent<'a>,
) -> Extent {
    let mut nesting = Nesting::within(fence);
    let mut closing = Vec::new();
    let mut thinking = false;
    let mut at = start;
    while at < lines.len() {
        let line = lines[at];
        if own > 0 && names_another(line, source, parent) {
            break;
        }
        if nesting.closed_by(line) {
            closing.push(at);
            if closing.len() > own {
                return Extent::Closed(at);
            }
        }
        if !thinking && think::after_lone_closing(line) == Some("") && !parent.has_line(line) {
            return Extent::Thought(at);
        }
        thinking |= think::opening(line).is_some();
        at = edit_end(lines, at, source, parent) + 1;
    }
    match closing.last() {
        // Without some of its own fences: the rest are pairs and the one that closes.
        Some(&last) if closing.len() % 2 == 1 => Extent::Short(last),
        _ => Extent::Open,
    }
}

/// The last line of the SEARCH/REPLACE block that begins at `at`, or `at`: fences within such a
/// block are code.
fn edit_end(lines: &[&str], at: usize, source: Option<&Source<'_>>, parent: &Parent<'_>) -> usize {
    let in_files = source.map_or_else(|| parent.has_markers(), |source| source.has_markers);
    if in_files || marker::search(lines[at]).is_none() {
        return at;
    }
    marker::read(lines, at).map_or(at, |(_, end)| end)
}

/// Whether the line opens a block for another file.
fn names_another(line: &str, source: Option<&Source<'_>>, parent: &Parent<'_>) -> bool {
    let Some(fence) = Fence::of(line) else { return false };
    let named = label::of_info(fence.info, &parent.paths).1;
    let key = named.and_then(|label| label.named.key());
    key.is_some() && key != source.map(|source| source.path)
}
