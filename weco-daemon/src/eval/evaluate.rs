//! One evaluation from beginning to end.

use std::path::Path;

use weco_core::event::ProcessRef;
use weco_core::run::Files;

use super::capture::Live;
use super::process::{self, Command, Finished, StartError, StopSignal};
use super::workspace::{Edit, RestoreError, Workspace, WorkspaceError};

/// What to evaluate.
#[derive(Debug)]
pub struct Evaluation<'a> {
    /// The version.
    pub files: &'a Files,
    /// How it is measured.
    pub command: Command,
    /// Where what the command makes of the sources is moved if it must not be lost.
    pub kept: &'a Path,
}

/// An evaluation that took place.
#[derive(Debug)]
pub struct Evaluated {
    /// How the command ended and what it printed.
    pub finished: Finished,
    /// What happened to the sources meanwhile; they are restored.
    pub edits: Vec<Edit>,
}

/// Why there was no evaluation, or why the sources are not back after it.
#[derive(Debug, thiserror::Error)]
pub enum EvalError {
    /// The version could not be put in place.
    #[error(transparent)]
    Swap(#[from] WorkspaceError),
    /// The command could not be started; the sources are restored.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The command ended, but sources could not be restored.
    #[error(transparent)]
    Restore(#[from] RestoreError),
}

/// Swaps the version in, runs the command, and restores the sources once none of its processes is
/// left. `started` is called as soon as the command runs. If the future is dropped, the processes are
/// killed and the sources restored before the drop returns.
///
/// # Errors
/// [`EvalError`]. With [`WorkspaceError::Edited`], nothing was done: store the edits, adopt them, and try
/// again.
pub async fn evaluate(
    workspace: &mut Workspace,
    evaluation: Evaluation<'_>,
    stop: StopSignal,
    started: impl FnOnce(&ProcessRef, Live),
) -> Result<Evaluated, EvalError> {
    // Declared before the processes: locals are dropped in reverse, so those are ended first.
    let swapped = workspace.swap_in(evaluation.files, evaluation.kept)?;
    let running = match process::start(&evaluation.command) {
        Ok(running) => running,
        Err(error) => {
            swapped.restore()?;
            return Err(error.into());
        }
    };
    started(running.process(), running.live());
    let finished = running.wait(stop).await;
    let edits = swapped.restore()?;
    Ok(Evaluated { finished, edits })
}
