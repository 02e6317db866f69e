//! `weco resume`: a run goes on.

use std::process::ExitCode;

use weco_proto::connect::Client;
use weco_proto::v1::{CheckSourcesRequest, ResumeRunReply, ResumeRunRequest};

use super::ask::{CHECKED_DEADLINE, request, within};
use super::dashboard::show_run;
use super::detach::Detached;
use super::session::{Interruptible, Session, is_rich};
use super::stdout::say;
use super::{backend, environment, run};
use crate::cli::ResumeArgs;
use crate::daemon::Daemon;
use crate::error::{EXIT_FAILURE, Error};
use crate::ui::{OnInterrupt, prompt};

/// Lets the run go on and follows it to its end.
pub(super) async fn resume(args: ResumeArgs) -> Result<ExitCode, Error> {
    let api_keys = run::keys(&args.keys.api_keys)?;
    let daemon = Daemon::from_env()?;
    let mut client = daemon.connect_or_start().await?;
    if !args.end.daemon && is_rich(args.end.output) && !is_wanted(&mut client, &args.run_id).await? {
        say("Nothing was done.\n")?;
        return Ok(ExitCode::from(EXIT_FAILURE));
    }
    let resume = ResumeRunRequest {
        run_id: args.run_id,
        steps: args.steps,
        environment: environment::variables(),
        api_keys,
        auto_resume_attempts: args.outage.attempts(),
        detached: args.end.daemon,
        apply_best: args.end.apply_change,
        recorded_environment: false,
    };
    let request = within(CHECKED_DEADLINE, resume);
    let resumed = Interruptible::finish(client.resume_run(request)).await?;
    let interrupted = resumed.interrupted;
    let ResumeRunReply { run_id, run_name, from_seq, log_file, dashboard_url, checked } =
        resumed.reply?.into_inner();
    backend::show(checked.as_ref(), args.end.daemon)?;
    show_run(&dashboard_url, args.page, args.end)?;
    if args.end.daemon {
        return Interruptible { reply: Detached { run_id, run_name, log_file }, interrupted }.leave();
    }
    let on_interrupt = OnInterrupt::Stop;
    Session { daemon, run_id, from_seq, end: args.end, on_interrupt, interrupted }.play().await
}

/// Asks whether to go on with sources that are not as the run would restore them. They stay as they are.
async fn is_wanted(client: &mut Client, run_id: &str) -> Result<bool, Error> {
    let request = request(CheckSourcesRequest { run_id: run_id.to_owned() });
    let edited = client.check_sources(request).await?.into_inner().edited;
    if edited.is_empty() {
        return Ok(true);
    }
    prompt::go_on_with_edited(&edited).await.map_err(Error::output)
}
