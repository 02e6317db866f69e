//! Pieces of a reply or a file as they are quoted in a reason.

/// Longest quotation in a reason, in characters: enough to recognise a line by.
const MAX_QUOTE_CHARS: usize = 120;

/// `text` on one line between backticks, cut if long.
pub(super) fn quote(text: &str) -> String {
    let text = text.trim();
    let mut quoted: String = text
        .chars()
        .map(|c| match c {
            '`' => '\'',
            c if c.is_control() => ' ',
            c => c,
        })
        .take(MAX_QUOTE_CHARS)
        .collect();
    if text.chars().nth(MAX_QUOTE_CHARS).is_some() {
        quoted.push('…');
    }
    format!("`{quoted}`")
}

/// Paths for a reason: `` `a`, `b` ``.
pub(super) fn list<'a>(paths: impl IntoIterator<Item = &'a str>) -> String {
    paths.into_iter().map(quote).collect::<Vec<_>>().join(", ")
}
