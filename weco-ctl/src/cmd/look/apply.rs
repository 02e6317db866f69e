//! `weco run apply`: a step's files, written over the sources.

use std::process::ExitCode;

use crate::cli::ApplyArgs;
use crate::cmd::apply::write;
use crate::cmd::finish::say;
use crate::daemon::Daemon;
use crate::error::Error;
use crate::ui::format::one_line;

/// Has the step written, and says what was.
pub(crate) async fn apply(args: ApplyArgs) -> Result<ExitCode, Error> {
    let daemon = Daemon::from_env()?;
    let applied = write(&daemon, &args.run.run_id, args.step.unwrap_or_default()).await?;
    let paths: Vec<String> = applied.paths.iter().map(|path| one_line(path)).collect();
    say(&format!("Applied step {} to {}.\n", applied.step, paths.join(", ")))?;
    Ok(ExitCode::SUCCESS)
}
