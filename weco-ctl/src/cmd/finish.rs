//! What is done and said when the following of a run has ended.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use weco_proto::v1::{ForgetRunRequest, RunEnded, RunStatus};

use super::apply::Offer;
use super::ask::within;
use super::facts::Facts;
use super::stdout::say;
use crate::cli::EndArgs;
use crate::daemon::Daemon;
use crate::error::{EXIT_FAILURE, EXIT_INTERRUPTED, Error};
use crate::ui::format::short_id;
use crate::ui::{Ending, Followed, RunView, failure, summary};

/// Longest wait for a run to be forgotten.
const FORGET_DEADLINE: Duration = Duration::from_secs(5);

/// A run whose following has ended, and all that is needed to finish.
pub(super) struct Finish {
    pub(super) daemon: Daemon,
    pub(super) run_id: String,
    pub(super) end: EndArgs,
    /// Whether the run was begun or resumed here, rather than looked at.
    pub(super) ours: bool,
    pub(super) rich: bool,
    pub(super) facts: Facts,
    /// What kept a stop from being carried out.
    pub(super) stop_failure: Option<Error>,
}

impl Finish {
    /// Does what the ending asks for. The exit code.
    pub(super) async fn finish(self, followed: Followed) -> Result<ExitCode, Error> {
        match followed.ending {
            Ending::Ended => match self.facts.ended.clone() {
                Some(ended) => self.ended(&ended, &followed).await,
                None => Err(Error::failure("the run ended without saying how").hint(self.resume())),
            },
            Ending::Detached => {
                if self.rich {
                    say(&summary::detached(&followed.view, &here()))?;
                }
                Ok(ExitCode::SUCCESS)
            }
            Ending::Forced => Err(self.forced()),
            Ending::Lost(status) => Err(Error::from(status).or_hint(self.resume())),
        }
    }

    async fn ended(self, ended: &RunEnded, followed: &Followed) -> Result<ExitCode, Error> {
        let view = &followed.view;
        if ended.baseline_failed {
            return self.baseline_failed(ended, view).await;
        }
        let status = ended.status();
        if self.rich && matches!(status, RunStatus::Completed | RunStatus::Terminated) {
            say(&summary::summary(view, &here()))?;
        }
        match status {
            RunStatus::Completed => {
                self.offer(ended, view).make().await?;
                Ok(ExitCode::SUCCESS)
            }
            RunStatus::Terminated => {
                let offer = self.offer(ended, view);
                if followed.interrupted {
                    say(&offer.how_to_apply())?
                } else {
                    offer.make().await?
                }
                self.say_resume()?;
                Ok(ExitCode::from(if followed.stopped { EXIT_INTERRUPTED } else { EXIT_FAILURE }))
            }
            _ => {
                say(&self.offer(ended, view).how_to_apply())?;
                if self.is_said() {
                    if ended.hint.is_empty() {
                        self.say_resume()?;
                    }
                    return Ok(ExitCode::from(EXIT_FAILURE));
                }
                Err(Error::failure(&ended.reason).hint(&ended.hint).or_hint(self.resume()))
            }
        }
    }

    /// Nothing was searched, so nothing is worth keeping: not even the run.
    async fn baseline_failed(self, ended: &RunEnded, view: &RunView) -> Result<ExitCode, Error> {
        let Some(text) = failure::failure(view) else {
            return Err(Error::failure(&ended.reason).hint(&ended.hint));
        };
        if !self.is_said() {
            io::stderr().write_all(text.as_bytes()).map_err(Error::output)?;
        }
        if !self.ours {
            return Ok(ExitCode::from(EXIT_FAILURE));
        }
        if let Some(mut client) = self.daemon.connect().await? {
            let request = within(FORGET_DEADLINE, ForgetRunRequest { run_id: self.run_id });
            client.forget_run(request).await?;
        }
        Ok(ExitCode::from(EXIT_FAILURE))
    }

    fn forced(self) -> Error {
        match &self.stop_failure {
            Some(failure) => Error::interrupted("the run could not be stopped")
                .evidence("because", failure.message())
                .hint("weco daemon status"),
            None => Error::interrupted("left before the run's end was seen; the daemon brings it about")
                .hint(self.resume()),
        }
    }

    /// Whether standard error's reader has had it from standard output: the lines told why the run ended, what it
    /// printed, and what to do.
    fn is_said(&self) -> bool {
        let place = |fd: BorrowedFd<'_>| {
            let metadata = File::from(fd.try_clone_to_owned().ok()?).metadata().ok()?;
            Some((metadata.dev(), metadata.ino()))
        };
        let places = (place(io::stdout().as_fd()), place(io::stderr().as_fd()));
        !self.rich && places.0.is_some() && places.0 == places.1
    }

    fn offer<'a>(&'a self, ended: &'a RunEnded, view: &'a RunView) -> Offer<'a> {
        Offer {
            daemon: &self.daemon,
            run_id: &self.run_id,
            end: self.end,
            rich: self.rich,
            asks: self.ours,
            created: self.facts.created.as_ref(),
            best_step: ended.best_step,
            edited: &ended.edited,
            applied: if view.best_is_applied() { view.applied() } else { &[] },
        }
    }

    fn say_resume(&self) -> Result<(), Error> {
        say(&format!("To go on with this run: {}\n", self.resume()))
    }

    fn resume(&self) -> String {
        format!("weco resume {}", short_id(&self.run_id))
    }
}

/// The working directory; empty if there is none any more, which is above nothing.
fn here() -> PathBuf {
    std::env::current_dir().unwrap_or_default()
}
