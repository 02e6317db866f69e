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
    say(&told(applied.step, &paths))?;
    Ok(ExitCode::SUCCESS)
}

fn told(step: u32, paths: &[String]) -> String {
    match paths {
        [] => format!("The sources are those of step {step} already.\n"),
        _ => format!("Applied step {step} to {}.\n", paths.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn it_says_what_was_written_if_anything_was() {
        assert_eq!(told(3, &["a.py".into(), "b.py".into()]), "Applied step 3 to a.py, b.py.\n");
        assert_eq!(told(0, &[]), "The sources are those of step 0 already.\n");
    }
}
