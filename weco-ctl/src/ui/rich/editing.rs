//! Lending the terminal to the user's editor.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crossterm::event::{EventStream, poll, read};
use futures_util::StreamExt;

use super::app::Note;
use super::editor;
use super::follow::{Caught, Signals};
use super::review::reopened;
use super::show::Show;
use crate::ui::follow::ending;
use crate::ui::{Action, Ending, Updates};

/// What came of it.
pub(super) enum Edited {
    /// The screen is back, and this is to be asked for.
    Revised(Action),
    /// The screen is back, and why there is nothing to ask for is noted.
    Nothing,
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

/// Opens the editor on the step that waits. The run is followed meanwhile.
pub(super) async fn edit(
    show: &mut Show,
    keys: EventStream,
    updates: &mut Updates,
    signals: &mut Signals,
) -> io::Result<Edited> {
    let files = match show.app.review.open(&show.view) {
        Ok(draft) => draft.files(),
        Err(why) => {
            show.app.note = Some(Note::Bad(why));
            return Ok(Edited::Nothing);
        }
    };
    show.screen.lend()?;
    stop_reading(keys)?;
    let left = attend(&files, show, updates, signals).await;
    if let Left::Over(ending) = left {
        return Ok(Edited::Over(ending));
    }
    show.screen.take_back()?;
    forget_keys()?;
    show.redraw();
    let edited = match left {
        Left::Badly(why) if !show.app.review.is_edited() => {
            show.app.note = Some(Note::Bad(why));
            return Ok(Edited::Nothing);
        }
        Left::Badly(why) => Err(reopened(&why)),
        _ => show.app.review.edited(&show.view),
    };
    match edited {
        Ok(Some(action)) => return Ok(Edited::Revised(action)),
        Ok(None) => show.app.say("nothing was edited"),
        Err(why) => show.app.note = Some(Note::Bad(why)),
    }
    Ok(Edited::Nothing)
}

/// Leaves the terminal's keys to others. The stream's end wakes whoever polls for keys, and who is woken overlooks a
/// key that came at the same time: that waking must not be left for the next stream.
fn stop_reading(keys: EventStream) -> io::Result<()> {
    drop(keys);
    poll(Duration::ZERO).map(drop)
}

/// What was typed ahead was meant for the editor, and must not approve anything.
fn forget_keys() -> io::Result<()> {
    while poll(Duration::ZERO)? {
        read()?;
    }
    Ok(())
}

/// Runs the editor to its end.
async fn attend(files: &[PathBuf], show: &mut Show, updates: &mut Updates, signals: &mut Signals) -> Left {
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
                Some(Ok(update)) => show.update(&update),
                Some(Err(status)) => over = Some(ending(&show.view, Some(status))),
                None => over = Some(ending(&show.view, None)),
            },
        }
    }
}
