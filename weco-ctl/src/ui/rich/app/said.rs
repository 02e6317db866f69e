//! What the user says to the run, and what came of it.

use std::time::{Duration, Instant};

use crossterm::event::KeyEvent;

use super::{App, Note, Wish};
use crate::ui::rich::input::{Input, Purpose, Typed};
use crate::ui::rich::review::{Unready, pending};
use crate::ui::{Action, Answer, RunView};

/// How long a note that all went well takes the place of the keys.
pub(super) const NOTE_SHOWN: Duration = Duration::from_secs(4);

impl App {
    /// Approves, edits or turns down what waits.
    pub(super) fn decide(&mut self, key: char, view: &RunView) -> Option<Wish> {
        let node = pending(view)?;
        if let Err(unready) = self.review.ready(node, key == 'r') {
            self.note = Some(Note::Bad(unready.to_string()));
            return (unready == Unready::Missing).then(|| Wish::Act(self.review.fetch(node)));
        }
        let step = node.step;
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
    pub(super) fn ask(&mut self, purpose: Purpose) {
        let unsent = self.unsent.iter().position(|input| input.purpose == purpose);
        let text = unsent.map_or_else(String::new, |at| self.unsent.swap_remove(at).text);
        self.input = Some(Input::new(purpose, text));
    }

    pub(super) fn typed(&mut self, key: KeyEvent) -> Option<Wish> {
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
    pub(in crate::ui::rich) fn paste(&mut self, text: &str) {
        if let Some(input) = &mut self.input {
            input.paste(text);
        }
    }

    /// Takes in what came of something that was asked for. Nothing that the user typed is lost if it failed.
    pub(in crate::ui::rich) fn answered(&mut self, Answer { action, result }: Answer, view: &RunView) {
        if let Action::Fetch { step, revisions } = action {
            return self.review.fetched((step, revisions), result, view);
        }
        if let Err(why) = result {
            self.note = Some(Note::Bad(why));
            return self.failed(action);
        }
        let said = match action {
            Action::Approve { step } => format!("step {step} is approved"),
            Action::Reject { step, .. } => format!("step {step} is turned down"),
            Action::Revise { step, .. } => {
                self.review.taken(step);
                format!("step {step} has your code now")
            }
            Action::Instruct { .. } => "the next proposals are made under these instructions".to_owned(),
            Action::Stop { .. } | Action::Fetch { .. } => return,
        };
        self.say(said);
    }

    /// Notes that something went well.
    pub(in crate::ui::rich) fn say(&mut self, what: impl Into<String>) {
        self.note = Some(Note::Good(what.into(), Instant::now()));
    }

    /// Takes a note away that was there long enough; those of trouble stay until the next key. Whether there was one.
    pub(in crate::ui::rich) fn forget_note(&mut self, now: Instant) -> bool {
        let old =
            matches!(&self.note, Some(Note::Good(_, since)) if now.duration_since(*since) >= NOTE_SHOWN);
        if old {
            self.note = None;
        }
        old
    }

    fn failed(&mut self, action: Action) {
        match action {
            // The user's edit is still in the review's draft.
            Action::Approve { step } | Action::Revise { step, .. } => self.review.undecided(step),
            Action::Reject { step, reason } => {
                self.review.undecided(step);
                self.unsent.push(Input::new(Purpose::Reject(step), reason));
            }
            Action::Instruct { text } => self.unsent.push(Input::new(Purpose::Instruct, text)),
            Action::Stop { .. } | Action::Fetch { .. } => {}
        }
    }
}
