//! Lending the terminal to the user's editor.

use std::io;
use std::path::PathBuf;

use futures_util::StreamExt;
use tokio::sync::mpsc::UnboundedSender;

use super::app::Note;
use super::editor;
use super::follow::{Caught, Signals};
use super::show::Show;
use crate::ui::follow::ending;
use crate::ui::{Action, Ending, Updates};

/// What came of it.
pub(super) enum Edited {
    /// The screen is back. What the user edited is asked for, what went wrong is noted.
    Back,
    /// The following is over.
    Over(Ending),
}

/// How the editor was left.
enum Left {
    Well,
    /// Not well, and why.
    Badly(String),
    /// Because the terminal or the run's events went away.
    Over(Ending),
}

/// Opens the editor on the step that waits, and asks for the revision that comes of it. The run is followed meanwhile.
pub(super) async fn edit(
    show: &mut Show,
    updates: &mut Updates,
    actions: &UnboundedSender<Action>,
    signals: &mut Signals,
) -> io::Result<Edited> {
    let files = match show.app.review.open(&show.view) {
        Ok(draft) => draft.files(),
        Err(why) => {
            show.app.note = Some(Note::Bad(why));
            return Ok(Edited::Back);
        }
    };
    show.screen.lend()?;
    let left = attend(&files, show, updates, actions, signals).await;
    if let Left::Over(ending) = left {
        return Ok(Edited::Over(ending));
    }
    show.screen.take_back()?;
    show.redraw();
    let edited = match left {
        Left::Badly(why) => Err(why),
        _ => show.app.review.edited(),
    };
    match edited {
        // If nobody carries out actions any more, the stream's end is near and tells.
        Ok(Some(action)) => drop(actions.send(action)),
        Ok(None) => show.app.say("nothing was edited"),
        Err(why) => show.app.note = Some(Note::Bad(format!("{why} (e opens your edit again)"))),
    }
    Ok(Edited::Back)
}

/// Runs the editor to its end.
async fn attend(
    files: &[PathBuf],
    show: &mut Show,
    updates: &mut Updates,
    actions: &UnboundedSender<Action>,
    signals: &mut Signals,
) -> Left {
    let mut child = match editor::open(files).spawn() {
        Ok(child) => child,
        Err(error) => return Left::Badly(format!("the editor cannot be started: {error}")),
    };
    let mut over = None;
    loop {
        tokio::select! {
            status = child.wait() => return match (over, status) {
                (Some(ending), _) => Left::Over(ending),
                (None, Ok(status)) if status.success() => Left::Well,
                (None, Ok(status)) => Left::Badly(format!("the editor failed: {status}")),
                (None, Err(error)) => Left::Badly(format!("the editor was lost: {error}")),
            },
            // Ctrl-C is the editor's while it has the terminal.
            caught = signals.next() => if let Caught::Leave = caught {
                return Left::Over(Ending::Detached);
            },
            // Its end waits until the user is back.
            update = updates.next(), if over.is_none() => match update {
                Some(Ok(update)) => {
                    if let Some(action) = show.update(&update) {
                        let _ = actions.send(action);
                    }
                }
                Some(Err(status)) => over = Some(ending(&show.view, Some(status))),
                None => over = Some(ending(&show.view, None)),
            },
        }
    }
}
