//! What a terminal would have shown: no colours, no cursor tricks, one line per redraw.

use std::iter::Peekable;
use std::str::Chars;

/// `output` as plain lines. Escape sequences are gone; a carriage return, or a move of the cursor to another line
/// or to the first column, starts a new line, so that every state of a progress bar is a line of its own.
pub(super) fn plain(output: &str) -> String {
    let mut screen = Screen { done: String::with_capacity(output.len()), ..Screen::default() };
    let mut chars = output.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => screen.escape(&mut chars),
            '\u{9b}' => screen.control_sequence(&mut chars),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' | '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => screen.end_line(),
            '\u{8}' => screen.cursor = screen.cursor.saturating_sub(1),
            c if is_invisible(c) => {}
            c => screen.put(c),
        }
    }
    screen.end_line();
    screen.done
}

fn is_invisible(c: char) -> bool {
    (c.is_control() && c != '\t')
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{fe0e}' | '\u{fe0f}' | '\u{feff}')
}

#[derive(Default)]
struct Screen {
    done: String,
    line: Vec<char>,
    /// Where the next character goes; before the line's end only after backspaces.
    cursor: usize,
}

impl Screen {
    /// Writes `c` at the cursor. What backspaces went over is erased only now: many programs print their status
    /// followed by the backspaces for the next one.
    fn put(&mut self, c: char) {
        self.line.truncate(self.cursor);
        self.line.push(c);
        self.cursor += 1;
    }

    fn end_line(&mut self) {
        self.done.extend(self.line.drain(..));
        self.done.push('\n');
        self.cursor = 0;
    }

    fn escape(&mut self, chars: &mut Peekable<Chars<'_>>) {
        match chars.next_if(|c| !matches!(c, '\n' | '\r')) {
            Some('[') => self.control_sequence(chars),
            Some(']' | 'P' | 'X' | '^' | '_') => skip_string(chars),
            Some(' '..='/') => {
                chars.next_if(char::is_ascii_graphic);
            }
            _ => {}
        }
    }

    /// A CSI sequence after its introducer: parameters, then one final character.
    fn control_sequence(&mut self, chars: &mut Peekable<Chars<'_>>) {
        let mut first_column = true;
        while let Some(c) = chars.next_if(|c| matches!(c, ' '..='?')) {
            first_column &= matches!(c, '0' | '1');
        }
        match chars.next_if(|c| matches!(c, '@'..='~')) {
            Some('A' | 'B' | 'E' | 'F' | 'H' | 'f' | 'J' | 'd') => self.end_line(),
            Some('G') if first_column => self.end_line(),
            Some('C' | 'G') => {
                self.put(' ');
                self.put(' ');
            }
            _ => {}
        }
    }
}

/// Skips an OSC, DCS or similar string to its terminator (BEL or ESC `\`), at most to the line's end.
fn skip_string(chars: &mut Peekable<Chars<'_>>) {
    while let Some(c) = chars.next_if(|c| *c != '\n') {
        match c {
            '\u{7}' | '\u{9c}' => return,
            '\u{1b}' => {
                chars.next_if(|c| *c == '\\');
                return;
            }
            _ => {}
        }
    }
}
