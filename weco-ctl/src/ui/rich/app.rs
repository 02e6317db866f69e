//! What the user looks at and has asked for; keys in, wishes out.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::tree;
use crate::ui::follow::Stops;
use crate::ui::{Action, OnInterrupt, RunView};

/// What a key wants done beyond a new picture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Wish {
    /// Ask the run to stop.
    Act(Action),
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
}

impl App {
    /// Takes a key press.
    pub(super) fn key(&mut self, key: KeyEvent, view: &RunView) -> Option<Wish> {
        if key.kind == KeyEventKind::Release {
            return None;
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
        match key {
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

#[cfg(test)]
mod tests {
    use super::*;
    use weco_view::fixture::Story;

    fn press(app: &mut App, view: &RunView, code: KeyCode) -> Option<Wish> {
        app.key(KeyEvent::new(code, KeyModifiers::NONE), view)
    }

    fn control(app: &mut App, view: &RunView, char: char) -> Option<Wish> {
        app.key(KeyEvent::new(KeyCode::Char(char), KeyModifiers::CONTROL), view)
    }

    const STOP: Option<Wish> = Some(Wish::Act(Action::Stop { force: false }));
    const KILL: Option<Wish> = Some(Wish::Act(Action::Stop { force: true }));

    #[test]
    fn stopping_is_confirmed() {
        let view = Story::long(3).view();
        for (answer, wish) in [('s', STOP), ('y', STOP), ('n', None), ('d', None)] {
            let mut app = App::default();
            assert_eq!(press(&mut app, &view, KeyCode::Char('s')), None);
            assert!(app.confirming);
            assert_eq!(press(&mut app, &view, KeyCode::Char(answer)), wish);
            assert!(!app.confirming && !app.interrupted);
        }
    }

    #[test]
    fn control_c_stops_then_forces_then_leaves() {
        let view = Story::long(3).view();
        let mut app = App { help: true, looking: true, ..App::default() };
        assert_eq!(control(&mut app, &view, 'c'), STOP);
        assert!(app.interrupted);
        assert_eq!(press(&mut app, &view, KeyCode::Char('s')), None);
        assert!(!app.confirming, "already stopping");
        assert_eq!(control(&mut app, &view, 'c'), KILL);
        assert_eq!(control(&mut app, &view, 'c'), Some(Wish::Force));
    }

    #[test]
    fn control_c_leaves_a_run_that_is_looked_at() {
        let view = Story::long(3).view();
        let mut app = App { on_interrupt: OnInterrupt::Detach, ..App::default() };
        assert_eq!(control(&mut app, &view, 'c'), Some(Wish::Detach));
        press(&mut app, &view, KeyCode::Char('s'));
        assert_eq!(press(&mut app, &view, KeyCode::Char('s')), STOP);
        assert_eq!(control(&mut app, &view, 'c'), KILL, "insisting on a stop that was asked for here");
    }

    #[test]
    fn detaching_and_suspending() {
        let view = Story::long(3).view();
        let mut app = App::default();
        assert_eq!(press(&mut app, &view, KeyCode::Char('d')), Some(Wish::Detach));
        assert_eq!(control(&mut app, &view, 'z'), Some(Wish::Suspend));
    }

    #[test]
    fn the_choice_moves_along_the_tree_and_stays_in_it() {
        let view = Story::long(12).view();
        let order: Vec<u32> = tree::rows(&view).iter().map(|row| row.step).collect();
        let mut app = App::default();
        for _ in 0..20 {
            press(&mut app, &view, KeyCode::Up);
        }
        assert_eq!(app.selected, Some(0));
        for expected in order.iter().skip(1) {
            press(&mut app, &view, KeyCode::Char('j'));
            assert_eq!(app.selected, Some(*expected));
        }
        press(&mut app, &view, KeyCode::Down);
        assert_eq!(app.selected, order.last().copied());
        press(&mut app, &view, KeyCode::Char('b'));
        assert_eq!(app.selected, Some(view.best().unwrap().step));
    }

    #[test]
    fn looking_is_left_before_the_choice() {
        let view = Story::long(3).view();
        let mut app = App::default();
        press(&mut app, &view, KeyCode::Enter);
        assert!(app.looking && app.selected == Some(3));
        press(&mut app, &view, KeyCode::Esc);
        assert!(!app.looking && app.selected == Some(3));
        press(&mut app, &view, KeyCode::Esc);
        assert_eq!(app.selected, None);
    }

    #[test]
    fn nothing_to_choose_from_is_no_fault() {
        let view = RunView::default();
        let mut app = App::default();
        for code in
            [KeyCode::Up, KeyCode::Down, KeyCode::Enter, KeyCode::Char('b'), KeyCode::PageUp, KeyCode::Esc]
        {
            assert_eq!(press(&mut app, &view, code), None);
        }
        assert!(!app.looking);
    }
}
