//! What the user looks at and has asked for; keys in, wishes out.

use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::input::{Input, Purpose, Typed};
use super::review::{Review, pending};
use super::tree;
use crate::ui::follow::Stops;
use crate::ui::{Action, Answer, OnInterrupt, RunView};

/// How long a note that all went well takes the place of the keys.
const NOTE_SHOWN: Duration = Duration::from_secs(4);
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

    /// Approves, edits or turns down what waits.
    fn decide(&mut self, key: char, view: &RunView) -> Option<Wish> {
        pending(view)?;
        let Some(step) = self.review.decidable(view) else {
            let why = if self.review.decided.is_some() {
                "this is decided already"
            } else {
                "fetching the change…"
            };
            self.note = Some(Note::Bad(why.to_owned()));
            return None;
        };
        match key {
            'a' => {
                self.review.decided = Some(step);
                Some(Wish::Act(Action::Approve { step }))
            }
            'e' => Some(Wish::Edit),
            _ => {
                self.ask(Purpose::Reject(step));
                None
            }
        }
    }

    /// Lets the user type a line; what did not get through before is there again.
    fn ask(&mut self, purpose: Purpose) {
        let unsent = self.unsent.iter().position(|input| input.purpose == purpose);
        let text = unsent.map_or_else(String::new, |at| self.unsent.swap_remove(at).text);
        self.input = Some(Input::new(purpose, text));
    }

    fn typed(&mut self, key: KeyEvent) -> Option<Wish> {
        match self.input.as_mut()?.key(key) {
            Typed::More => None,
            Typed::Abandoned => {
                self.input = None;
                None
            }
            Typed::Entered => self.entered(),
        }
    }

    fn entered(&mut self) -> Option<Wish> {
        let Input { purpose, text } = self.input.take()?;
        let text = text.trim().to_owned();
        match purpose {
            Purpose::Instruct if text.is_empty() => None,
            Purpose::Instruct => Some(Wish::Act(Action::Instruct { text })),
            Purpose::Reject(step) => {
                self.review.decided = Some(step);
                Some(Wish::Act(Action::Reject { step, reason: text }))
            }
        }
    }

    /// Takes what was pasted.
    pub(super) fn paste(&mut self, text: &str) {
        if let Some(input) = &mut self.input {
            input.paste(text);
        }
    }

    /// Takes in what came of something that was asked for. Nothing that the user typed is lost if it failed.
    pub(super) fn answered(&mut self, Answer { action, result }: Answer, view: &RunView) {
        if let Action::Fetch { step } = action {
            return self.review.fetched(step, result, view);
        }
        if let Err(why) = result {
            self.note = Some(Note::Bad(why));
            return self.failed(action);
        }
        let said = match action {
            Action::Approve { step } => format!("step {step} is approved"),
            Action::Reject { step, .. } => format!("step {step} is turned down"),
            Action::Revise { step, .. } => {
                self.review.draft = None;
                format!("step {step} has your code now")
            }
            Action::Instruct { .. } => "the next proposals are made under these instructions".to_owned(),
            Action::Stop { .. } | Action::Fetch { .. } => return,
        };
        self.say(said);
    }

    /// Notes that something went well.
    pub(super) fn say(&mut self, what: impl Into<String>) {
        self.note = Some(Note::Good(what.into(), Instant::now()));
    }

    /// Takes a note away that was there long enough; those of trouble stay until the next key. Whether there was one.
    pub(super) fn forget_note(&mut self, now: Instant) -> bool {
        let old =
            matches!(&self.note, Some(Note::Good(_, since)) if now.duration_since(*since) >= NOTE_SHOWN);
        if old {
            self.note = None;
        }
        old
    }

    fn failed(&mut self, action: Action) {
        match action {
            Action::Approve { .. } => self.review.decided = None,
            Action::Reject { step, reason } => {
                self.review.decided = None;
                self.unsent.push(Input::new(Purpose::Reject(step), reason));
            }
            Action::Instruct { text } => self.unsent.push(Input::new(Purpose::Instruct, text)),
            // The user's edit is still in the review's draft.
            Action::Revise { .. } | Action::Stop { .. } | Action::Fetch { .. } => {}
        }
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
    use weco_proto::v1::Stage;

    use super::*;
    use crate::ui::Change;
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

    /// Step 1 waits, and its code is here.
    fn reviewing() -> (App, RunView) {
        let view = Story::under_review(3).asked(1, 0, Stage::Draft).proposed(1, "p").view();
        let mut app = App::default();
        let Some(action) = app.review.due(&view) else { panic!("nothing is due") };
        app.answered(Answer { action, result: Ok(Some(Change::default())) }, &view);
        (app, view)
    }

    fn type_in(app: &mut App, view: &RunView, text: &str) {
        for char in text.chars() {
            assert_eq!(press(app, view, KeyCode::Char(char)), None);
        }
    }

    #[test]
    fn what_waits_is_approved_once() {
        let (mut app, view) = reviewing();
        let approve = Action::Approve { step: 1 };
        assert_eq!(press(&mut app, &view, KeyCode::Char('a')), Some(Wish::Act(approve.clone())));
        for key in ['a', 'e', 'r'] {
            assert_eq!(press(&mut app, &view, KeyCode::Char(key)), None);
        }
        assert!(app.input.is_none());
        app.answered(Answer { action: approve.clone(), result: Err("the disk is full".into()) }, &view);
        assert_eq!(app.note, Some(Note::Bad("the disk is full".into())));
        assert_eq!(press(&mut app, &view, KeyCode::Char('a')), Some(Wish::Act(approve)), "after a failure");
    }

    #[test]
    fn good_news_makes_room_for_the_keys_again() {
        let mut app = App::default();
        app.say("step 1 is approved");
        let now = Instant::now();
        assert!(!app.forget_note(now) && app.note.is_some());
        assert!(app.forget_note(now + NOTE_SHOWN) && app.note.is_none());
        app.note = Some(Note::Bad("the disk is full".into()));
        assert!(!app.forget_note(now + 2 * NOTE_SHOWN) && app.note.is_some(), "trouble waits to be seen");
    }

    #[test]
    fn nothing_is_decided_unseen() {
        let view = Story::under_review(3).asked(1, 0, Stage::Draft).proposed(1, "p").view();
        let mut app = App::default();
        app.review.due(&view);
        for key in ['a', 'e', 'r'] {
            assert_eq!(press(&mut app, &view, KeyCode::Char(key)), None);
            assert!(matches!(app.note, Some(Note::Bad(_))) && app.input.is_none());
        }
    }

    #[test]
    fn a_revision_is_fetched_and_shown_before_it_is_approved() {
        let (mut app, _) = reviewing();
        let view = Story::under_review(3).asked(1, 0, Stage::Draft).proposed(1, "p").revised(1, 1).view();
        assert_eq!(app.review.due(&view), Some(Action::Fetch { step: 1 }));
        assert_eq!(press(&mut app, &view, KeyCode::Char('a')), None);
    }

    #[test]
    fn a_reason_that_did_not_get_through_is_not_lost() {
        let (mut app, view) = reviewing();
        press(&mut app, &view, KeyCode::Char('r'));
        type_in(&mut app, &view, "too ads?");
        let wish = press(&mut app, &view, KeyCode::Enter);
        let action = Action::Reject { step: 1, reason: "too ads?".into() };
        assert_eq!(wish, Some(Wish::Act(action.clone())));
        app.answered(Answer { action, result: Err("no".into()) }, &view);
        press(&mut app, &view, KeyCode::Char('r'));
        assert_eq!(app.input.as_ref().map(|input| input.text.as_str()), Some("too ads?"));
        assert_eq!(control(&mut app, &view, 'c'), None, "only the line is abandoned");
        assert!(app.input.is_none() && !app.interrupted);
    }

    #[test]
    fn a_run_can_be_instructed_at_any_time() {
        let view = Story::long(3).view();
        let mut app = App::default();
        press(&mut app, &view, KeyCode::Char('i'));
        assert_eq!(press(&mut app, &view, KeyCode::Enter), None, "nothing is no instruction");
        press(&mut app, &view, KeyCode::Char('i'));
        type_in(&mut app, &view, "be quick");
        let text = "be quick".to_owned();
        assert_eq!(press(&mut app, &view, KeyCode::Enter), Some(Wish::Act(Action::Instruct { text })));
    }

    #[test]
    fn a_review_can_be_put_aside() {
        let (mut app, view) = reviewing();
        press(&mut app, &view, KeyCode::Down);
        assert_eq!((app.review.scroll, app.selected), (1, None));
        press(&mut app, &view, KeyCode::Esc);
        assert!(!app.reviewing(&view));
        press(&mut app, &view, KeyCode::Up);
        assert_eq!(app.selected, Some(0));
        press(&mut app, &view, KeyCode::Char('v'));
        assert!(app.reviewing(&view));
        assert_eq!(press(&mut app, &view, KeyCode::Char('e')), Some(Wish::Edit));
    }

    #[test]
    fn without_anything_that_waits_there_is_nothing_to_decide() {
        let ended = Story::reviewed().stop_asked(false).view();
        for view in [Story::long(3).view(), ended] {
            let mut app = App::default();
            assert_eq!(app.review.due(&view), None);
            for key in ['a', 'e', 'r', 'v'] {
                assert_eq!(press(&mut app, &view, KeyCode::Char(key)), None);
            }
            assert!(!app.reviewing(&view) && app.input.is_none());
        }
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
