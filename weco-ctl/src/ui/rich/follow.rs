//! Showing a run until it ends or the user leaves.

use std::io;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crossterm::event::{Event, EventStream};
use futures_util::StreamExt;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::UnboundedSender;

use super::app::{App, Wish};
use super::draw;
use super::screen::Screen;
use super::theme::Theme;
use crate::ui::follow::ending;
use crate::ui::{Action, Ending, Followed, OnInterrupt, RunView, Updates};

/// Between two pictures: at most ten a second.
const FRAME: Duration = Duration::from_millis(100);
/// Between two pictures when only ages change: twice a second, so that none skips a second.
const TICK: Duration = Duration::from_millis(500);

/// Shows the run on the whole screen until it ends or the user leaves. Ctrl-C (or SIGINT) asks the run to
/// stop, again to stop at once, again leaves, or it leaves at once, as `on_interrupt` says; SIGTERM, SIGHUP and a closed terminal leave as `d` does. The
/// terminal is clean when this returns.
///
/// The signals stay caught afterwards: what follows in this process should be short.
///
/// # Errors
/// If the terminal cannot be used or the signals cannot be caught; the run goes on.
pub async fn follow(
    mut updates: Updates,
    actions: UnboundedSender<Action>,
    on_interrupt: OnInterrupt,
) -> io::Result<Followed> {
    let mut signals = Signals::new()?;
    let mut show = Show::new(App { on_interrupt, ..App::default() })?;
    let mut keys = EventStream::new();
    let ending = loop {
        show.draw_if_due()?;
        // Signals and keys first: a flood of updates must not keep the user waiting.
        let wish = tokio::select! {
            biased;
            caught = signals.next() => Some(show.caught(caught)),
            event = keys.next() => match event {
                Some(Ok(event)) => show.event(&event),
                // The terminal is gone.
                Some(Err(_)) | None => break Ending::Detached,
            },
            update = updates.next() => match update {
                Some(Ok(update)) => show.update(&update),
                Some(Err(status)) => break ending(&show.view, Some(status)),
                None => break ending(&show.view, None),
            },
            () = tokio::time::sleep(show.rest()) => None,
        };
        match wish {
            // If nobody carries out actions any more, the stream's end is near and tells.
            Some(Wish::Act(action)) => drop(actions.send(action)),
            Some(Wish::Detach) => break Ending::Detached,
            Some(Wish::Force) => break Ending::Forced,
            Some(Wish::Suspend) => show.suspend()?,
            None => {}
        }
    };
    let App { stops, interrupted, .. } = show.app;
    Ok(Followed { view: show.view, ending, stopped: stops.any(), interrupted })
}

/// Signals that would end the process with the terminal in disorder.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Caught {
        tokio::select! {
            _ = self.interrupt.recv() => Caught::Interrupt,
            _ = self.terminate.recv() => Caught::Leave,
            _ = self.hangup.recv() => Caught::Leave,
        }
    }
}

/// What a signal means here.
#[derive(Clone, Copy, Debug)]
enum Caught {
    Interrupt,
    Leave,
}

/// The picture and when it is due.
struct Show {
    screen: Screen,
    theme: Theme,
    view: RunView,
    app: App,
    changed: bool,
    drawn: Option<Instant>,
}

impl Show {
    fn new(app: App) -> io::Result<Self> {
        let view = RunView::default();
        Ok(Self { screen: Screen::enter()?, theme: Theme::from_env(), view, app, changed: true, drawn: None })
    }

    fn event(&mut self, event: &Event) -> Option<Wish> {
        self.changed = true;
        match event {
            Event::Key(key) => self.app.key(*key, &self.view),
            _ => None,
        }
    }

    fn caught(&mut self, caught: Caught) -> Wish {
        self.changed = true;
        match caught {
            Caught::Interrupt => self.app.interrupt(),
            Caught::Leave => Wish::Detach,
        }
    }

    fn update(&mut self, update: &weco_proto::v1::RunUpdate) -> Option<Wish> {
        self.changed |= self.view.apply(update);
        None
    }

    fn suspend(&mut self) -> io::Result<()> {
        self.screen.suspend()?;
        (self.changed, self.drawn) = (true, None);
        Ok(())
    }

    /// How long nothing is to be drawn.
    fn rest(&self) -> Duration {
        let pause = if self.changed { FRAME } else { TICK };
        self.drawn.map_or(Duration::ZERO, |drawn| pause.saturating_sub(drawn.elapsed()))
    }

    fn draw_if_due(&mut self) -> io::Result<()> {
        if self.rest() > Duration::ZERO {
            return Ok(());
        }
        let Self { screen, theme, view, app, .. } = self;
        screen.draw(|frame| draw::draw(frame, view, app, *theme, now_ms()))?;
        (self.changed, self.drawn) = (false, Some(Instant::now()));
        Ok(())
    }
}

/// Milliseconds since the Unix epoch.
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
