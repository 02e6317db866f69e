//! Texts as they stand in a prompt.

/// A fence that is longer than any run of backticks in `texts`.
pub(super) fn fence_for<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let longest = texts.into_iter().map(longest_run).max().unwrap_or(0);
    "`".repeat((longest + 1).max(3))
}

/// The length of the longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// `text` in a fence of its own.
pub(super) fn fenced(text: &str) -> String {
    fenced_in(&fence_for([text]), text)
}

/// `text` in this fence.
pub(super) fn fenced_in(fence: &str, text: &str) -> String {
    let newline = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("{fence}\n{text}{newline}{fence}\n")
}

/// `text` on one line of at most `max` characters.
pub(super) fn one_line(text: &str, max: usize) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let mut line = String::new();
    // One character more than is kept tells whether to cut.
    for word in words {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > 4 * max {
            break;
        }
    }
    head(&line, max)
}

/// The first `max` characters of `text`; an ellipsis for the rest.
pub(super) fn head(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
    }
}

/// The last `max` characters of what a program printed, from the start of a line if one begins
/// among them; without escape sequences and control characters.
pub(super) fn tail(output: &str, max: usize) -> String {
    let clean = printable(output);
    let clean = clean.trim_end();
    let Some((start, _)) =
        clean.char_indices().rev().nth(max.saturating_sub(1)).filter(|(start, _)| *start > 0)
    else {
        return clean.to_owned();
    };
    let kept = &clean[start..];
    let whole_lines =
        kept.find('\n').filter(|_| !clean[..start].ends_with('\n')).map_or(kept, |end| &kept[end + 1..]);
    format!("[earlier output left out]\n{whole_lines}")
}

/// Without escape sequences and control characters but tabs and newlines.
fn printable(output: &str) -> String {
    let mut text = String::with_capacity(output.len());
    let mut chars = output.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' if chars.next_if_eq(&'[').is_some() => {
                // A control sequence ends with a letter or one of `@[\]^_{|}~` and a backtick.
                let _ = chars.find(|c| ('@'..='~').contains(c));
            }
            '\n' | '\t' => text.push(c),
            '\r' if chars.peek().is_some_and(|next| *next != '\n') => text.push('\n'),
            c if c.is_control() => {}
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{fence_for, fenced, head, one_line, tail};

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fence_for(["a", "b"]), "```");
        assert_eq!(fence_for(["x ``` y", "`"]), "````");
        assert_eq!(fence_for([]), "```");
        assert_eq!(fenced("a"), "```\na\n```\n");
        assert_eq!(fenced(""), "```\n```\n");
        assert_eq!(fenced("````\n"), "`````\n````\n`````\n");
    }

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(one_line(" a\n\tb  c ", 9), "a b c");
        assert_eq!(one_line("äöü äöü", 5), "äöü ä…");
        assert_eq!(head("abc", 3), "abc");
        assert_eq!(one_line(&"x".repeat(100_000), 3), "xxx…");
    }

    #[test]
    fn the_tail_begins_with_a_line_and_is_plain() {
        assert_eq!(tail("a\nb\n", 10), "a\nb");
        assert_eq!(tail("first\nsecond\nthird\n", 8), "[earlier output left out]\nthird");
        assert_eq!(tail("first\nthird\n", 5), "[earlier output left out]\nthird");
        assert_eq!(tail("abcdef", 3), "[earlier output left out]\ndef");
        assert_eq!(tail("\u{1b}[1;31mred\u{1b}[0m\r\n10%\r20%\0\n", 99), "red\n10%\n20%");
    }
}
