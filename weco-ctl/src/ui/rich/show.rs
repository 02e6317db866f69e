//! The picture and what it is of.

use std::io;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crossterm::event::Event;
use weco_proto::v1::RunUpdate;

use super::app::{App, Wish};
use super::draw;
use super::follow::Caught;
use super::screen::Screen;
use super::theme::Theme;
use crate::ui::{Action, Answer, RunView};

/// Between two pictures: at most ten a second.
const FRAME: Duration = Duration::from_millis(100);
/// Between two pictures when only ages change: twice a second, so that none skips a second.
const TICK: Duration = Duration::from_millis(500);

/// The picture and when it is due.
pub(super) struct Show {
    pub(super) screen: Screen,
    theme: Theme,
    pub(super) view: RunView,
    pub(super) app: App,
    changed: bool,
    drawn: Option<Instant>,
}

impl Show {
    pub(super) fn new(app: App) -> io::Result<Self> {
        let view = RunView::default();
        Ok(Self { screen: Screen::enter()?, theme: Theme::from_env(), view, app, changed: true, drawn: None })
    }

    pub(super) fn event(&mut self, event: &Event) -> Option<Wish> {
        self.changed = true;
        match event {
            Event::Key(key) => self.app.key(*key, &self.view),
            Event::Paste(text) => {
                self.app.paste(text);
                None
            }
            _ => None,
        }
    }

    pub(super) fn caught(&mut self, caught: Caught) -> Wish {
        self.changed = true;
        match caught {
            Caught::Interrupt => self.app.interrupt(),
            Caught::Leave => Wish::Detach,
        }
    }

    pub(super) fn update(&mut self, update: &RunUpdate) {
        self.changed |= self.view.apply(update);
        self.app.review.settle(&self.view);
    }

    pub(super) fn answered(&mut self, answer: Answer) {
        self.changed = true;
        self.app.answered(answer, &self.view);
    }

    pub(super) fn suspend(&mut self) -> io::Result<()> {
        self.screen.suspend()?;
        self.redraw();
        Ok(())
    }

    /// Draws all of it as soon as possible.
    pub(super) fn redraw(&mut self) {
        (self.changed, self.drawn) = (true, None);
    }

    /// How long nothing is to be drawn.
    pub(super) fn rest(&self) -> Duration {
        let pause = if self.changed { FRAME } else { TICK };
        self.drawn.map_or(Duration::ZERO, |drawn| pause.saturating_sub(drawn.elapsed()))
    }

    /// Draws, if it is time. What is to be asked for because of what is shown now: a history goes by in few pictures.
    pub(super) fn draw_if_due(&mut self) -> io::Result<Option<Action>> {
        self.changed |= self.app.forget_note(Instant::now());
        if self.rest() > Duration::ZERO {
            return Ok(None);
        }
        let due = self.app.review.due(&self.view);
        let Self { screen, theme, view, app, .. } = self;
        screen.draw(|frame| draw::draw(frame, view, app, *theme, now_ms()))?;
        (self.changed, self.drawn) = (false, Some(Instant::now()));
        Ok(due)
    }
}

/// Milliseconds since the Unix epoch.
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
