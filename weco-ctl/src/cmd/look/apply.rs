//! `weco run apply`: a step's files, written over the sources.

use std::process::ExitCode;

use crate::cli::ApplyArgs;
use crate::cmd::apply::{told, write};
use crate::cmd::stdout::say;
use crate::daemon::Daemon;
use crate::error::Error;

/// Has the step written, and says what was.
pub(crate) async fn apply(args: ApplyArgs) -> Result<ExitCode, Error> {
    let daemon = Daemon::from_env()?;
    let applied = write(&daemon, &args.run.run_id, args.step.unwrap_or_default()).await?;
    say(&told(applied.step, &applied.paths))?;
    Ok(ExitCode::SUCCESS)
}
