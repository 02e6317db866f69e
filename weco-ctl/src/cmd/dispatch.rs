//! From the command line's words to the verb that does them.

use std::process::ExitCode;

use tokio::runtime::{Builder, Runtime};

use super::{daemon, install, logs, print, restart, resume, run, uninstall};
use crate::cli::{Cli, DaemonVerb, Verb};
use crate::error::Error;

/// Does what the command line says. Only what talks to the daemon gets a runtime.
pub(crate) fn perform(cli: Cli) -> Result<ExitCode, Error> {
    match cli.verb {
        Verb::Run(args) => {
            let run = run::prepare(&args.start)?;
            block_on(run::follow(run))
        }
        Verb::Resume(args) => block_on(resume::resume(args)),
        Verb::Daemon(args) => match args.verb {
            DaemonVerb::Start => block_on(daemon::start()),
            DaemonVerb::Stop => block_on(daemon::stop()),
            DaemonVerb::Status => block_on(daemon::status()),
            DaemonVerb::Logs(args) => logs::logs(args),
            DaemonVerb::Restart => block_on(restart::restart()),
            DaemonVerb::Install(args) => block_on(install::install(args)),
            DaemonVerb::Uninstall => block_on(uninstall::uninstall()),
        },
        Verb::Completions { shell } => print::completions(shell),
        Verb::Man => print::man(),
    }
}

fn block_on(work: impl Future<Output = Result<ExitCode, Error>>) -> Result<ExitCode, Error> {
    let runtime: Runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::failure(format!("cannot start: {error}")))?;
    let result = runtime.block_on(work);
    // A thread that waits for an answer on standard input is left behind, not waited for.
    runtime.shutdown_background();
    result
}
