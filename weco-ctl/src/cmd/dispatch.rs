//! From the command line's words to the verb that does them.

use std::process::ExitCode;

use tokio::runtime::{Builder, Runtime};

use super::{
    attach, daemon, dashboard, derive, export, import, install, key_sources, keys, logs, look, print,
    restart, resume, review, run, runs, status, uninstall,
};
use crate::cli::{Cli, DaemonVerb, KeysVerb, RunArgs, RunVerb, RunsVerb, Verb};
use crate::error::Error;

/// Does what the command line says. Only what talks to the daemon gets a runtime.
pub(crate) fn perform(cli: Cli) -> Result<ExitCode, Error> {
    match cli.verb {
        Verb::Run(RunArgs { verb: Some(verb), .. }) => match *verb {
            RunVerb::Status(args) => block_on(status::status(args)),
            RunVerb::Stop(args) => block_on(status::stop(args)),
            RunVerb::Review(args) => block_on(review::list(args)),
            RunVerb::Revise(args) => block_on(review::revise(args)),
            RunVerb::Submit(args) => block_on(review::submit(args)),
            RunVerb::Reject(args) => block_on(review::reject(args)),
            RunVerb::Instruct(args) => block_on(review::instruct(args)),
            RunVerb::Derive(args) => block_on(derive::derive(*args)),
            RunVerb::Export(args) => block_on(export::export(args)),
            RunVerb::Results(args) => block_on(look::results(args)),
            RunVerb::Show(args) => block_on(look::show(args)),
            RunVerb::Diff(args) => block_on(look::diff(args)),
            RunVerb::Overview(args) => block_on(look::overview(args)),
            RunVerb::Logs(args) => block_on(look::logs(args)),
            RunVerb::Apply(args) => block_on(look::apply(args)),
        },
        Verb::Run(args) => {
            let run = run::prepare(&args.start)?;
            block_on(run::follow(run))
        }
        Verb::Attach(args) => block_on(attach::attach(args)),
        Verb::Resume(args) => block_on(resume::resume(args)),
        Verb::Runs(args) => match args.verb {
            None => block_on(runs::list(args.list)),
            Some(RunsVerb::Prune(prune)) => block_on(runs::prune(prune)),
        },
        Verb::Import(args) => block_on(import::import(args)),
        Verb::Keys(args) => match args.verb {
            KeysVerb::Set(args) => block_on(keys::set(&args)),
            KeysVerb::List(args) => block_on(key_sources::list(args.format)),
            KeysVerb::Remove { provider } => keys::remove(provider),
        },
        Verb::Dashboard(args) => block_on(dashboard::dashboard(args)),
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
