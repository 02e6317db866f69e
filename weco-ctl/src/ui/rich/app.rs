//! What the user looks at and has asked for; keys in, wishes out.

mod said;
#[cfg(test)]
mod tests;

use std::time::Instant;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::input::{Input, Purpose};
use super::review::{Review, pending};
use super::tree;
use crate::ui::follow::Stops;
use crate::ui::{Action, OnInterrupt, RunView};

/// Lines that a page key scrolls by.
const PAGE: usize = 10;

/// What a key wants done beyond a new picture.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Wish {
    /// Ask something of the run.
    Act(Action),
    /// Open the user's editor on the step that waits.
    Edit,
    /// Leave; the run goes on.
    Detach,
    /// Leave although the run was asked to stop and has not.
    Force,
    /// Give the terminal back to the shell until the user returns.
    Suspend,
}

/// The state of the screen that is not the run's.
#[derive(Default, Debug)]
pub(super) struct App {
    /// The chosen step; none follows what goes on.
    pub(super) selected: Option<u32>,
    /// Whether the chosen step covers the panels.
    pub(super) looking: bool,
    /// Lines the look is scrolled by; the drawing keeps it in bounds.
    pub(super) scroll: usize,
    /// Whether the keys are explained.
    pub(super) help: bool,
    /// Whether the next `s` or `y` stops the run.
    pub(super) confirming: bool,
    pub(super) stops: Stops,
    /// What Ctrl-C means.
    pub(super) on_interrupt: OnInterrupt,
    /// Whether Ctrl-C was pressed.
    pub(super) interrupted: bool,
    /// The step that waits for approval, as far as the user is concerned.
    pub(super) review: Review,
    /// The line being typed.
    pub(super) input: Option<Input>,
    /// Lines that were typed and did not get through: each is there again when its key is pressed.
    pub(super) unsent: Vec<Input>,
    /// What there is to say about the last thing asked for, until the next key.
    pub(super) note: Option<Note>,
}

/// A remark in the last row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Note {
    /// It went well; said at this time, and for a while.
    Good(String, Instant),
    /// It did not.
    Bad(String),
}

impl App {
    /// Takes a key press.
    pub(super) fn key(&mut self, key: KeyEvent, view: &RunView) -> Option<Wish> {
        if key.kind == KeyEventKind::Release {
            return None;
        }
        self.note = None;
        if self.input.is_some() {
            return self.typed(key);
        }
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            return match key.code {
                KeyCode::Char('c') => Some(self.interrupt()),
                KeyCode::Char('z') => Some(Wish::Suspend),
                _ => None,
            };
        }
        if std::mem::take(&mut self.confirming) {
            return matches!(key.code, KeyCode::Char('s' | 'S' | 'y' | 'Y')).then(|| self.stop());
        }
        if std::mem::take(&mut self.help) {
            return None;
        }
        self.command(key.code, view)
    }

    fn command(&mut self, key: KeyCode, view: &RunView) -> Option<Wish> {
        if let KeyCode::Char(char @ ('a' | 'e' | 'r')) = key {
            return self.decide(char, view);
        }
        match key {
            KeyCode::Char('i') if view.ended().is_none() => self.ask(Purpose::Instruct),
            KeyCode::Char('v') => (self.looking, self.review.hidden) = (false, false),
            _ if self.reviewing(view) && self.scrolled(key) => {}
            KeyCode::Char('d' | 'q') => return Some(Wish::Detach),
            // Once it is stopping, insisting is Ctrl-C's.
            KeyCode::Char('s') => self.confirming = !self.stops.any() && view.ended().is_none(),
            KeyCode::Char('?' | 'h') => self.help = true,
            KeyCode::Up | KeyCode::Char('k') => self.choose(view, -1),
            KeyCode::Down | KeyCode::Char('j') => self.choose(view, 1),
            KeyCode::Char('b') => self.select(view.best().map(|node| node.step).or(self.selected)),
            KeyCode::Enter => self.look(view),
            KeyCode::PageUp => self.scroll = self.scroll.saturating_sub(5),
            KeyCode::PageDown | KeyCode::Char(' ') => self.scroll = self.scroll.saturating_add(5),
            KeyCode::Esc if self.looking => self.looking = false,
            KeyCode::Esc => self.selected = None,
            _ => {}
        }
        None
    }

    /// Whether the step that waits is what is shown.
    pub(super) fn reviewing(&self, view: &RunView) -> bool {
        pending(view).is_some() && !self.review.hidden && !self.looking
    }

    /// Moves the proposal that is shown; whether the key is one of those that do.
    fn scrolled(&mut self, key: KeyCode) -> bool {
        let Review { scroll, hidden, .. } = &mut self.review;
        match key {
            KeyCode::Up | KeyCode::Char('k') => *scroll = scroll.saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j') => *scroll = scroll.saturating_add(1),
            KeyCode::PageUp => *scroll = scroll.saturating_sub(PAGE),
            KeyCode::PageDown | KeyCode::Char(' ') => *scroll = scroll.saturating_add(PAGE),
            KeyCode::Home => *scroll = 0,
            KeyCode::End => *scroll = usize::MAX,
            KeyCode::Esc => *hidden = true,
            _ => return false,
        }
        true
    }

    /// One more request to stop, by Ctrl-C or its signal.
    pub(super) fn interrupt(&mut self) -> Wish {
        self.interrupted = true;
        // Whoever asked a run to stop may insist on it, whosever it is.
        match self.on_interrupt {
            OnInterrupt::Detach if !self.stops.any() => Wish::Detach,
            _ => self.stop(),
        }
    }

    fn stop(&mut self) -> Wish {
        self.confirming = false;
        self.stops.next().map_or(Wish::Force, Wish::Act)
    }

    /// The step in focus: the chosen one, or what goes on.
    pub(super) fn focus(&self, view: &RunView) -> Option<u32> {
        self.selected.or_else(|| view.latest().map(|node| node.step))
    }

    /// Moves the choice up or down the tree.
    fn choose(&mut self, view: &RunView, by: isize) {
        let rows = tree::rows(view);
        let Some(last) = rows.len().checked_sub(1) else { return };
        let focus = self.focus(view);
        let at = rows.iter().position(|row| Some(row.step) == focus).unwrap_or(0);
        self.select(Some(rows[at.saturating_add_signed(by).min(last)].step));
    }

    fn look(&mut self, view: &RunView) {
        self.select(self.focus(view));
        self.looking = self.selected.is_some();
    }

    fn select(&mut self, step: Option<u32>) {
        self.selected = step;
        self.scroll = 0;
    }
}
