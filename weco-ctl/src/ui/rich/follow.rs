//! Showing a run until it ends or the user leaves.

use std::io::{self, Write};

use crossterm::event::EventStream;
use futures_util::StreamExt;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use super::app::{App, Wish};
use super::draft::Draft;
use super::editing::{Edited, edit};
use super::show::Show;
use crate::ui::follow::ending;
use crate::ui::{Action, Answer, Ending, Followed, OnInterrupt, Updates};

/// Shows the run on the whole screen until it ends or the user leaves. Ctrl-C (or SIGINT) asks the run to stop, again
/// to stop at once, again leaves, or it leaves at once, as `on_interrupt` says; SIGTERM, SIGHUP and a closed terminal
/// leave as `d` does. The terminal is clean when this returns, and what the user edited and did not send is kept.
///
/// The signals stay caught afterwards: what follows in this process should be short.
///
/// # Errors
/// If the terminal cannot be used or the signals cannot be caught; the run goes on.
pub async fn follow(
    updates: Updates,
    actions: UnboundedSender<Action>,
    answers: UnboundedReceiver<Answer>,
    on_interrupt: OnInterrupt,
) -> io::Result<Followed> {
    let signals = Signals::new()?;
    let mut show = Show::new(App { on_interrupt, ..App::default() })?;
    let ending = play(&mut show, updates, actions, answers, signals).await;
    let Show { screen, view, app, .. } = show;
    let App { stops, interrupted, review, .. } = app;
    let kept: Vec<_> = review.into_drafts().filter_map(Draft::keep_if_edited).collect();
    drop(screen);
    for (step, kept) in kept {
        // Nobody may see it; it is kept all the same.
        let _ = writeln!(io::stderr(), "your edit of step {step} is kept in {}", kept.display());
    }
    Ok(Followed { view, ending: ending?, stopped: stops.any(), interrupted })
}

/// Takes in what happens, and shows it.
async fn play(
    show: &mut Show,
    mut updates: Updates,
    actions: UnboundedSender<Action>,
    mut answers: UnboundedReceiver<Answer>,
    mut signals: Signals,
) -> io::Result<Ending> {
    let mut keys = EventStream::new();
    loop {
        if let Some(action) = show.draw_if_due()? {
            // If nobody carries out actions any more, the stream's end is near and tells.
            let _ = actions.send(action);
        }
        // Signals and keys first: a flood of updates must not keep the user waiting.
        let wish = tokio::select! {
            biased;
            caught = signals.next() => Some(show.caught(caught)),
            event = keys.next() => match event {
                Some(Ok(event)) => show.event(&event),
                // The terminal is gone.
                Some(Err(_)) | None => return Ok(Ending::Detached),
            },
            update = updates.next() => match update {
                Some(Ok(update)) => {
                    show.update(&update);
                    None
                }
                Some(Err(status)) => return Ok(ending(&show.view, Some(status))),
                None => return Ok(ending(&show.view, None)),
            },
            Some(answer) = answers.recv() => {
                show.answered(answer);
                None
            }
            () = tokio::time::sleep(show.rest()) => None,
        };
        match wish {
            Some(Wish::Act(action)) => drop(actions.send(action)),
            Some(Wish::Detach) => return Ok(Ending::Detached),
            Some(Wish::Force) => return Ok(Ending::Forced),
            Some(Wish::Suspend) => show.suspend()?,
            Some(Wish::Edit) => {
                let edited = edit(show, keys, &mut updates, &mut signals).await?;
                // From here on keys are taken again; only then the edit is asked for.
                keys = EventStream::new();
                match edited {
                    Edited::Revised(action) => drop(actions.send(action)),
                    Edited::Nothing => {}
                    Edited::Over(ending) => return Ok(ending),
                }
            }
            None => {}
        }
    }
}

/// Signals that would end the process with the terminal in disorder.
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    pub(super) async fn next(&mut self) -> Caught {
        tokio::select! {
            _ = self.interrupt.recv() => Caught::Interrupt,
            _ = self.terminate.recv() => Caught::Leave,
            _ = self.hangup.recv() => Caught::Leave,
        }
    }
}

/// What a signal means here.
#[derive(Clone, Copy, Debug)]
pub(super) enum Caught {
    Interrupt,
    Leave,
}
