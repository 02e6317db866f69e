//! `--daemon`: a run that is left to the daemon as soon as it goes.

use std::process::ExitCode;

use super::session::Interruptible;
use super::stdout::say;
use crate::error::Error;
use crate::ui::format::short_id;

/// A run that goes on by itself.
pub(super) struct Detached {
    pub(super) run_id: String,
    pub(super) run_name: String,
    /// Where the daemon keeps its lines.
    pub(super) log_file: String,
}

impl Interruptible<Detached> {
    /// Says how to come back to the run.
    pub(super) fn leave(self) -> Result<ExitCode, Error> {
        say(&self.reply.text())?;
        if !self.interrupted {
            return Ok(ExitCode::SUCCESS);
        }
        Err(Error::interrupted("the run had begun when Ctrl-C was heard, and goes on")
            .hint(format!("weco run stop {}", short_id(&self.reply.run_id))))
    }
}

impl Detached {
    fn text(&self) -> String {
        let Self { run_id, run_name, log_file } = self;
        let short = short_id(run_id);
        format!(
            "Run ID: {run_id}\nRun Name: {run_name}\nLog: {log_file}\n\
             Follow it: weco attach {short}\nStop it: weco run stop {short}\n"
        )
    }
}
