//! Output as a person reads it: what a terminal would show, as plain text.

use std::iter::Peekable;
use std::str::Chars;

const ESCAPE: char = '\u{1b}';
const BELL: char = '\u{7}';
const BACKSPACE: char = '\u{8}';
/// The one-character form of `ESC [`.
const CSI: char = '\u{9b}';

/// The last `limit` characters of what a terminal would show: no colours or other escape sequences,
/// no control characters but line ends, tabs as spaces, and of a line rewritten with carriage
/// returns only its last form. Starts with a whole line unless that would lose more than half.
pub fn tail(text: &str, limit: usize) -> String {
    let shown = plain(text);
    let shown = shown.trim_end_matches('\n');
    let Some(last) = limit.checked_sub(1) else { return String::new() };
    let Some((from, _)) = shown.char_indices().nth_back(last) else { return shown.to_owned() };
    let cut = &shown[from..];
    if from == 0 || shown[..from].ends_with('\n') {
        return cut.to_owned();
    }
    match cut.split_once('\n') {
        Some((partial, whole)) if partial.len() < cut.len() / 2 => whole.to_owned(),
        _ => cut.to_owned(),
    }
}

fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut line_start = 0;
    let mut rewrite = false;
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            ESCAPE => skip_escape(&mut chars),
            CSI => skip_control_sequence(&mut chars),
            '\n' => {
                rewrite = false;
                shown.push('\n');
                line_start = shown.len();
            }
            '\r' => rewrite = true,
            BACKSPACE => {
                if shown.len() > line_start {
                    shown.pop();
                }
            }
            _ if char.is_control() && char != '\t' => {}
            _ => {
                if std::mem::take(&mut rewrite) {
                    shown.truncate(line_start);
                }
                if char == '\t' { shown.push_str("    ") } else { shown.push(char) }
            }
        }
    }
    shown
}

/// After an escape character.
fn skip_escape(chars: &mut Peekable<Chars<'_>>) {
    match chars.next() {
        Some('[') => skip_control_sequence(chars),
        // Texts for the terminal itself (a title, a link), ended by BEL or `ESC \`.
        Some(']' | 'P' | '^' | '_' | 'X') => {
            while let Some(char) = chars.next_if(|char| *char != '\n') {
                if char == BELL {
                    return;
                }
                if char == ESCAPE {
                    chars.next_if_eq(&'\\');
                    return;
                }
            }
        }
        Some(' '..='/') => {
            chars.next();
        }
        _ => {}
    }
}

/// After `ESC [`: parameters and intermediates up to one final character.
fn skip_control_sequence(chars: &mut Peekable<Chars<'_>>) {
    while chars.next_if(|char| (' '..='?').contains(char)).is_some() {}
    chars.next_if(|char| ('@'..='~').contains(char));
}
