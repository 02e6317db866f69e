//! Text that others wrote (models, evaluations, users' file names): made safe for a terminal, cut, wrapped.

use std::borrow::Cow;
use std::iter::Peekable;
use std::path::Path;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns between tab stops.
const TAB: usize = 8;
/// What stands for what was cut.
const ELLIPSIS: &str = "…";

/// Text without anything that could drive a terminal: escape sequences, control characters and
/// direction overrides are gone; newlines and tabs stay, every other line break becomes a newline.
pub fn sanitise(text: &str) -> String {
    sanitised(text).into_owned()
}

/// The same. Most text is plain, and there is much of it: that is left where it is.
fn sanitised(text: &str) -> Cow<'_, str> {
    let is_plain_text = text.bytes().all(|byte| is_plain(byte) || matches!(byte, b'\n' | b'\t'));
    if is_plain_text || !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\n' | '\t' => safe.push(char),
            '\r' => {
                chars.next_if_eq(&'\n');
                safe.push('\n');
            }
            '\u{2028}' | '\u{2029}' => safe.push('\n'),
            '\u{1b}' => skip_escape(&mut chars),
            '\u{9b}' => skip_control_sequence(&mut chars),
            '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => skip_string(&mut chars),
            _ if is_unsafe(char) => {}
            _ => safe.push(char),
        }
    }
    Cow::Owned(safe)
}

/// Whether a terminal or a line must not get a character as it is.
fn is_unsafe(char: char) -> bool {
    match char {
        '\n' | '\t' => false,
        '\u{2028}' | '\u{2029}' => true,
        _ => char.is_control() || is_direction(char),
    }
}

/// Whether a byte is a character of ASCII that is seen, or a space: whatever else there is, it takes one column.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

/// Marks that reorder what is shown, or show nothing: text could pretend to be other text.
fn is_direction(char: char) -> bool {
    matches!(char, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A line of code in which nothing is hidden: what [`sanitise`] would take away is replaced by a mark. Tabs stay.
pub fn visible(line: &str) -> String {
    line.chars()
        .map(|char| match char {
            '\t' => char,
            // The pictures of control characters follow each other as these do.
            '\0'..='\u{1f}' => {
                char::from_u32(0x2400 + u32::from(char)).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            '\u{7f}' => '␡',
            _ if char.is_control() || is_direction(char) => char::REPLACEMENT_CHARACTER,
            '\u{2028}' | '\u{2029}' => char::REPLACEMENT_CHARACTER,
            _ => char,
        })
        .collect()
}

/// What follows an escape character (ECMA-48 §5).
fn skip_escape(chars: &mut Peekable<impl Iterator<Item = char>>) {
    match chars.peek() {
        Some('[') => {
            chars.next();
            skip_control_sequence(chars);
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            chars.next();
            skip_string(chars);
        }
        _ => {
            while chars.next_if(|char| (' '..='/').contains(char)).is_some() {}
            chars.next_if(|char| ('0'..='~').contains(char));
        }
    }
}

/// Parameters and intermediates, then one final character.
fn skip_control_sequence(chars: &mut Peekable<impl Iterator<Item = char>>) {
    while chars.next_if(|char| (' '..='?').contains(char)).is_some() {}
    chars.next_if(|char| ('@'..='~').contains(char));
}

/// A title, a link and the like: up to its terminator, or the line's end if it has none.
fn skip_string(chars: &mut Peekable<impl Iterator<Item = char>>) {
    while let Some(char) = chars.next_if(|char| !matches!(char, '\n' | '\r')) {
        match char {
            '\u{7}' | '\u{9c}' => return,
            '\u{1b}' => {
                chars.next_if_eq(&'\\');
                return;
            }
            _ => {}
        }
    }
}

/// [`sanitise`]d and on one line, with single spaces.
pub fn one_line(text: &str) -> String {
    let safe = sanitised(text);
    let mut line = String::with_capacity(safe.len());
    for word in safe.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// Columns that the text takes on a terminal.
pub fn width(text: &str) -> usize {
    if text.bytes().all(is_plain) { text.len() } else { UnicodeWidthStr::width(text) }
}

/// Tabs as spaces up to the next stop, for screens that place characters themselves.
pub fn untab(line: &str) -> String {
    let mut spaced = String::with_capacity(line.len());
    for (index, part) in line.split('\t').enumerate() {
        if index > 0 {
            let filled = width(&spaced);
            spaced.extend(std::iter::repeat_n(' ', TAB - filled % TAB));
        }
        spaced.push_str(part);
    }
    spaced
}

/// The longest start of `text` that fits into `columns`.
fn start(text: &str, columns: usize) -> &str {
    let mut taken = 0;
    for (at, char) in text.char_indices() {
        taken += char.width().unwrap_or(0);
        if taken > columns {
            return &text[..at];
        }
    }
    text
}

/// The longest end of `text` that fits into `columns`.
fn end(text: &str, columns: usize) -> &str {
    let mut taken = 0;
    for (at, char) in text.char_indices().rev() {
        taken += char.width().unwrap_or(0);
        if taken > columns {
            return &text[at + char.len_utf8()..];
        }
    }
    text
}

/// A name that fits into `columns`: what is too much is cut from its middle, since both ends tell names apart.
pub fn middle_cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let Some(room) = columns.checked_sub(1) else { return String::new() };
    format!("{}{ELLIPSIS}{}", start(text, room.div_ceil(2)), end(text, room / 2))
}

/// A sentence that fits into `columns`: what is too much is cut from its end.
pub fn end_cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let Some(room) = columns.checked_sub(1) else { return String::new() };
    format!("{}{ELLIPSIS}", start(text, room).trim_end())
}

/// The text as one line that fits into `columns`. Of a long text only the beginning is looked at.
pub fn one_line_cut(text: &str, columns: usize) -> String {
    let head = &text[..text.char_indices().nth(2 * columns).map_or(text.len(), |(at, _)| at)];
    let line = one_line(head);
    if head.len() == text.len() || width(&line) > columns {
        return end_cut(&line, columns);
    }
    end_cut(&one_line(text), columns)
}

/// The text broken at spaces into at most `lines` lines of at most `columns`; if it is longer, the last ends
/// in `…`. Its own line breaks stay.
pub fn wrap(text: &str, columns: usize, lines: usize) -> Vec<String> {
    if columns == 0 || lines == 0 {
        return Vec::new();
    }
    let mut wrapped = Vec::new();
    for line in text.lines() {
        wrap_line(&untab(line), columns, &mut wrapped);
        if wrapped.len() > lines {
            break;
        }
    }
    if wrapped.len() > lines {
        wrapped.truncate(lines);
        if let Some(last) = wrapped.last_mut() {
            *last = end_cut(&format!("{last} {ELLIPSIS}"), columns);
        }
    }
    wrapped
}

fn wrap_line(line: &str, columns: usize, wrapped: &mut Vec<String>) {
    let mut current = String::new();
    for word in line.split(' ') {
        let space = usize::from(!current.is_empty());
        if width(&current) + space + width(word) <= columns {
            current.extend(std::iter::repeat_n(' ', space));
            current.push_str(word);
            continue;
        }
        if !current.is_empty() {
            wrapped.push(std::mem::take(&mut current));
        }
        let mut rest = word;
        while start(rest, columns).len() < rest.len() {
            // At least one character, or a wide one in one column would never be passed.
            let at = start(rest, columns).len().max(rest.chars().next().map_or(0, char::len_utf8));
            wrapped.push(rest[..at].to_owned());
            rest = &rest[at..];
        }
        rest.clone_into(&mut current);
    }
    if !current.is_empty() || line.is_empty() {
        wrapped.push(current);
    }
}

/// The first eight characters of a run's id: enough for people, and for every command.
pub fn short_id(id: &str) -> &str {
    start(id, 8)
}

/// `path` as it is written in the directory `here`, if it is below that.
pub fn path_from<'p>(here: &Path, path: &'p str) -> &'p str {
    let below = here
        .to_str()
        .filter(|here| !here.is_empty())
        .and_then(|here| path.strip_prefix(here)?.strip_prefix('/'));
    below.unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_drives_the_terminal() {
        for (text, safe) in [
            ("plain\ttext\n", "plain\ttext\n"),
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{1b}[2J\u{1b}[Hhome", "home"),
            ("\u{1b}]0;title\u{7}after", "after"),
            ("\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{1b}Pq#0;unterminated\nnext", "\nnext"),
            ("\u{1b}(0x\u{1b}cy", "xy"),
            ("\u{9b}31mred", "red"),
            ("a\r\nb\rc", "a\nb\nc"),
            ("bell\u{7} back\u{8} nul\0 del\u{7f}", "bell back nul del"),
            ("\u{202e}txt.exe", "txt.exe"),
            ("\u{1b}", ""),
            ("\u{1b}[", ""),
            ("ünï 漢字 🚀", "ünï 漢字 🚀"),
        ] {
            assert_eq!(sanitise(text), safe, "{text:?}");
        }
    }

    #[test]
    fn nothing_is_hidden_in_code() {
        let line = "\tx = \u{1b}[31m1\u{202e}2\u{9b}3\u{7f}ü\r";
        assert_eq!(visible(line), "\tx = ␛[31m1\u{fffd}2\u{fffd}3␡ü␍");
    }

    #[test]
    fn ids_and_paths_are_no_longer_than_they_must_be() {
        assert_eq!(short_id("0002e071-5d7c-4c62"), "0002e071");
        assert_eq!(short_id("0002"), "0002");
        for (here, path, shown) in [
            ("/home/u", "/home/u/.runs/1/", ".runs/1/"),
            ("/home/u", "/home/user/.runs", "/home/user/.runs"),
            ("/home/u", "/home/u", "/home/u"),
            ("/home/u", ".runs/1", ".runs/1"),
            ("", "/home/u", "/home/u"),
        ] {
            assert_eq!(path_from(Path::new(here), path), shown, "{here}");
        }
    }

    #[test]
    fn lines_are_joined() {
        assert_eq!(one_line("  First\n\n  second\tthird \u{1b}[1m! "), "First second third !");
    }

    #[test]
    fn cutting_keeps_the_width() {
        assert_eq!(middle_cut("kernels/rows.py", 20), "kernels/rows.py");
        assert_eq!(middle_cut("kernels/rows.py", 9), "kern…s.py");
        assert_eq!(middle_cut("漢字漢字漢字", 6), "漢…字");
        assert_eq!(middle_cut("abc", 1), "…");
        assert_eq!(middle_cut("abc", 0), "");
        assert_eq!(end_cut("vectorise inner loop", 10), "vectorise…");
    }

    #[test]
    fn wrapping_breaks_at_spaces() {
        assert_eq!(wrap("merge the two passes", 9, 9), ["merge the", "two", "passes"]);
        assert_eq!(wrap("merge the two passes", 9, 2), ["merge the", "two …"]);
        assert_eq!(wrap("merge the two passes", 9, 1), ["merge th…"]);
        assert_eq!(wrap("abcdefgh", 3, 9), ["abc", "def", "gh"]);
        assert_eq!(wrap("漢字", 1, 9), ["漢", "字"]);
        assert_eq!(wrap("a\tb\n\nc", 20, 9), ["a       b", "", "c"]);
        assert!(wrap("a", 0, 9).is_empty() && wrap("a", 9, 0).is_empty());
    }

    proptest! {
        #[test]
        fn plain_text_is_what_it_seems(line in "[ -~]{0,200}") {
            prop_assert_eq!(&sanitise(&line), &line);
            prop_assert_eq!(width(&line), UnicodeWidthStr::width(line.as_str()));
        }

        #[test]
        fn sanitised_text_has_no_controls(text in any::<String>()) {
            let safe = sanitise(&text);
            prop_assert!(safe.chars().all(|char| matches!(char, '\n' | '\t') || !char.is_control()));
            prop_assert_eq!(sanitise(&safe), safe);
            let line = visible(&text);
            prop_assert_eq!(sanitise(&line), line);
        }

        #[test]
        fn a_line_that_is_cut_is_the_same_whole(text in "([a-z ]|\\PC|[\\x00-\\x1f]|\u{1b}\\[31m){0,60}", columns in 0usize..30) {
            prop_assert_eq!(one_line_cut(&text, columns), end_cut(&one_line(&text), columns));
        }

        #[test]
        fn cuts_and_lines_fit(text in any::<String>(), columns in 2usize..30, lines in 1usize..5) {
            let text = sanitise(&text);
            let line = one_line(&text);
            let sum = |text: &str| text.chars().map(|char| char.width().unwrap_or(0)).sum::<usize>();
            if sum(&line) == width(&line) {
                prop_assert!(width(&middle_cut(&line, columns)) <= columns);
                prop_assert!(width(&end_cut(&line, columns)) <= columns);
            }
            prop_assert!(wrap(&text, columns, lines).len() <= lines);
        }
    }
}
