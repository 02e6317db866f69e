//! Offering the best version: asking, applying, or saying how.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::time::Duration;

use weco_proto::v1::{ApplyBestReply, ApplyBestRequest, RunCreated};

use super::ask::within;
use super::shell::quote;
use super::stdout::say;
use crate::cli::EndArgs;
use crate::daemon::Daemon;
use crate::error::Error;
use crate::ui::format::{one_line, short_id};
use crate::ui::prompt;

/// Longest wait for the best version to be written: at most ten files, each synced.
const APPLY_DEADLINE: Duration = Duration::from_secs(30);

/// Has a version, the run's best if `node` is empty, written over the sources.
pub(super) async fn write(daemon: &Daemon, run_id: &str, node: String) -> Result<ApplyBestReply, Error> {
    let mut client = daemon.connect_or_start().await?;
    let request = within(APPLY_DEADLINE, ApplyBestRequest { run_id: run_id.to_owned(), node });
    Ok(client.apply_best(request).await?.into_inner())
}

/// What came of writing a step over the sources at `paths`.
pub(super) fn told(step: u32, paths: &[String]) -> String {
    let paths: Vec<String> = paths.iter().map(|path| one_line(path)).collect();
    match paths.as_slice() {
        [] => format!("The sources are those of step {step} already.\n"),
        paths => format!("Applied step {step} to {}.\n", paths.join(", ")),
    }
}

/// The best version of a run that has ended, and to whom it is offered.
pub(super) struct Offer<'a> {
    pub(super) daemon: &'a Daemon,
    pub(super) run_id: &'a str,
    pub(super) end: EndArgs,
    pub(super) rich: bool,
    /// Whether the user may be asked: not one who only looked.
    pub(super) asks: bool,
    pub(super) created: Option<&'a RunCreated>,
    pub(super) best_step: Option<u32>,
    /// Sources with an edit of the user's own.
    pub(super) edited: &'a [String],
    /// The files that it was written over already.
    pub(super) applied: &'a [String],
}

impl Offer<'_> {
    /// Applies the best version if the user wants it, and says what was done or is to do.
    pub(super) async fn make(&self) -> Result<(), Error> {
        if !self.applied.is_empty() {
            return say(&format!("The best version is in {} already.\n", self.applied.join(", ")));
        }
        if self.better_step().is_none() || !self.is_wanted().await? {
            return say(&self.how_to_apply());
        }
        let applied = write(self.daemon, self.run_id, String::new()).await?;
        say(&told(applied.step, &applied.paths))
    }

    /// How the user applies the best version himself, if there is a better one than his own.
    pub(super) fn how_to_apply(&self) -> String {
        let (Some(step), Some(created)) = (self.better_step(), self.created) else {
            // The summary has said the rest.
            let found = if self.rich { "Your" } else { "No better version was found; your" };
            return format!("{found} files are as they were.\n");
        };
        let run = short_id(self.run_id);
        if !self.edited.is_empty() && step == 0 {
            return format!(
                "The best version is step 0 (weco run show {run} --step 0); merge it by hand, for {} holds your edit.\n",
                self.edited.join(", ")
            );
        }
        if !self.edited.is_empty() {
            let best =
                Path::new(&created.directory).join(&created.log_dir).join(self.run_id).join("best/files");
            return format!(
                "The best version (step {step}) is in {}; merge it by hand, for {} holds your edit.\n",
                quote(&best.to_string_lossy()),
                self.edited.join(", ")
            );
        }
        // Step 0 is what others are compared with.
        let see = if self.rich || step == 0 {
            String::new()
        } else {
            format!("To see it: weco run diff {run} --step {step}\n")
        };
        format!("{see}To apply the best version (step {step}): weco run apply {run} --step {step}\n")
    }

    /// The best step, unless that is the user's own code; step 0 of a derived run is another run's.
    fn better_step(&self) -> Option<u32> {
        let derived = self.created.is_some_and(|created| created.derived_from.is_some());
        self.best_step.filter(|step| derived || *step > 0)
    }

    async fn is_wanted(&self) -> Result<bool, Error> {
        if self.end.apply_change {
            return Ok(true);
        }
        if !self.asks || !self.rich || !io::stdin().is_terminal() || !self.edited.is_empty() {
            return Ok(false);
        }
        let sources = self.created.map(|created| created.sources.as_slice()).unwrap_or_default();
        prompt::apply(sources).await.map_err(Error::output)
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
