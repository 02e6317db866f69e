//! One evaluation from beginning to end.

use std::path::Path;

use weco_core::run::Files;

use super::process::StartError;
use super::repeat::{CommandError, Measured};
use super::workspace::{Edit, RestoreError, Workspace, WorkspaceError};
use crate::backend::Fault;

/// What to put in the sources' place.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    /// Its files.
    pub files: &'a Files,
    /// Where what the command makes of the sources is moved if it must not be lost.
    pub kept: &'a Path,
}

/// An evaluation that took place.
#[derive(Debug)]
pub struct Evaluated {
    /// What came of the commands; none if a stop was asked for before they had ended.
    pub measured: Option<Measured>,
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
    /// The backend cannot evaluate any version as it is; the sources are restored.
    #[error(transparent)]
    Backend(#[from] Fault),
    /// Sources could not be restored. [`Workspace::recover`] is to be tried until it works.
    #[error("{error}")]
    Restore {
        /// What the commands came to, if they ran to their end.
        measured: Option<Box<Measured>>,
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
            Self::Restore { .. } | Self::Backend(_) => false,
        }
    }
}

impl From<CommandError> for EvalError {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Start(error) => Self::Start(error),
            CommandError::Backend(fault) => Self::Backend(fault),
        }
    }
}

impl From<WorkspaceError> for EvalError {
    fn from(error: WorkspaceError) -> Self {
        match error {
            WorkspaceError::NotRolledBack { cause, restore } => {
                tracing::warn!(%cause, "a version could not be put in place");
                Self::Restore { measured: None, error: restore }
            }
            error => Self::Swap(error),
        }
    }
}

/// Swaps the version in, lets `commands` run (see [`repeat`](super::repeat())), and restores the sources once none of
/// their processes is left. If the future is dropped, so are the commands, which kills their processes, and the sources
/// are restored before the drop returns.
///
/// # Errors
/// [`EvalError`]. With [`WorkspaceError::Edited`], nothing was done: store the edits, adopt them, and try
/// again.
pub async fn evaluate(
    workspace: &mut Workspace,
    version: Version<'_>,
    commands: impl Future<Output = Result<Option<Measured>, CommandError>>,
) -> Result<Evaluated, EvalError> {
    // Outlives the commands: they are dropped where they are awaited.
    let swapped = workspace.swap_in(version.files, version.kept)?;
    let measured = match commands.await {
        Ok(measured) => measured,
        Err(error) => {
            swapped.restore().map_err(|error| EvalError::Restore { measured: None, error })?;
            return Err(error.into());
        }
    };
    match swapped.restore() {
        Ok(edits) => Ok(Evaluated { measured, edits }),
        Err(error) => Err(EvalError::Restore { measured: measured.map(Box::new), error }),
    }
}
