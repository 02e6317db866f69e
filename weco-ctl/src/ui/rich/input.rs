//! A line that the user types.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::ui::format::one_line;

/// Most characters of a line: what is longer belongs into a file.
const LONGEST: usize = 2_000;

/// What a line is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Purpose {
    /// Why this step is turned down.
    Reject(u32),
    /// The run's instructions.
    Instruct,
}

/// A line being typed, its cursor at its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Input {
    pub(super) purpose: Purpose,
    pub(super) text: String,
}

/// What a key did to a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Typed {
    More,
    Entered,
    Abandoned,
}

impl Input {
    pub(super) fn new(purpose: Purpose, text: String) -> Self {
        Self { purpose, text }
    }

    /// Takes a key.
    pub(super) fn key(&mut self, key: KeyEvent) -> Typed {
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            match key.code {
                KeyCode::Char('c') => return Typed::Abandoned,
                KeyCode::Char('u') => self.text.clear(),
                KeyCode::Char('w') => self.drop_word(),
                KeyCode::Char('h') => drop(self.text.pop()),
                _ => {}
            }
            return Typed::More;
        }
        match key.code {
            KeyCode::Enter => return Typed::Entered,
            KeyCode::Esc => return Typed::Abandoned,
            KeyCode::Backspace => drop(self.text.pop()),
            KeyCode::Char(char) if !char.is_control() => self.add(char),
            _ => {}
        }
        Typed::More
    }

    /// Takes what was pasted, on one line.
    pub(super) fn paste(&mut self, text: &str) {
        one_line(text).chars().for_each(|char| self.add(char));
    }

    fn add(&mut self, char: char) {
        if self.text.chars().count() < LONGEST {
            self.text.push(char);
        }
    }

    fn drop_word(&mut self) {
        let kept = self.text.trim_end().rfind(' ').map_or(0, |at| at + 1);
        self.text.truncate(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(input: &mut Input, code: KeyCode, modifiers: KeyModifiers) -> Typed {
        input.key(KeyEvent::new(code, modifiers))
    }

    #[test]
    fn a_line_is_typed_and_mended() {
        let mut input = Input::new(Purpose::Instruct, String::new());
        for char in "keep ít shörtt".chars() {
            assert_eq!(press(&mut input, KeyCode::Char(char), KeyModifiers::NONE), Typed::More);
        }
        press(&mut input, KeyCode::Backspace, KeyModifiers::NONE);
        assert_eq!(input.text, "keep ít shört");
        press(&mut input, KeyCode::Char('w'), KeyModifiers::CONTROL);
        assert_eq!(input.text, "keep ít ");
        input.paste("\u{1b}[31msafe\nand sound");
        assert_eq!(input.text, "keep ít safe and sound");
        press(&mut input, KeyCode::Char('u'), KeyModifiers::CONTROL);
        press(&mut input, KeyCode::Char('w'), KeyModifiers::CONTROL);
        press(&mut input, KeyCode::Backspace, KeyModifiers::NONE);
        assert_eq!(input.text, "");
    }

    #[test]
    fn a_line_is_entered_or_abandoned() {
        let mut input = Input::new(Purpose::Reject(3), "why".into());
        assert_eq!(press(&mut input, KeyCode::Enter, KeyModifiers::NONE), Typed::Entered);
        assert_eq!(press(&mut input, KeyCode::Esc, KeyModifiers::NONE), Typed::Abandoned);
        assert_eq!(press(&mut input, KeyCode::Char('c'), KeyModifiers::CONTROL), Typed::Abandoned);
        assert_eq!(input.text, "why");
    }

    #[test]
    fn a_line_has_an_end() {
        let mut input = Input::new(Purpose::Instruct, String::new());
        input.paste(&"ä".repeat(2 * LONGEST));
        assert_eq!(input.text.chars().count(), LONGEST);
    }
}
