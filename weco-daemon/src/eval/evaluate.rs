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
    Swap(WorkspaceError),
    /// The command could not be started; the sources are restored.
    #[error(transparent)]
    Start(#[from] StartError),
    /// Sources could not be restored. [`Workspace::recover`] is to be tried until it works.
    #[error("{error}")]
    Restore {
        /// What the command came to, if it ran.
        finished: Option<Box<Finished>>,
        /// What could not be restored.
        error: RestoreError,
    },
}

impl EvalError {
    /// Whether the same may work later: the machine is out of something, nothing is wrong with the version.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Swap(error) => error.may_pass(),
            Self::Start(error) => error.may_pass(),
            Self::Restore { .. } => false,
        }
    }
}

impl From<WorkspaceError> for EvalError {
    fn from(error: WorkspaceError) -> Self {
        match error {
            WorkspaceError::NotRolledBack { cause, restore } => {
                tracing::warn!(%cause, "a version could not be put in place");
                Self::Restore { finished: None, error: restore }
            }
            error => Self::Swap(error),
        }
    }
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
            swapped.restore().map_err(|error| EvalError::Restore { finished: None, error })?;
            return Err(error.into());
        }
    };
    started(running.process(), running.live());
    let finished = running.wait(stop).await;
    match swapped.restore() {
        Ok(edits) => Ok(Evaluated { finished, edits }),
        Err(error) => Err(EvalError::Restore { finished: Some(Box::new(finished)), error }),
    }
}
