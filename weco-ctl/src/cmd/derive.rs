//! `weco run derive`: a run begins from a step of another one.

use std::process::ExitCode;
use std::time::Duration;

use weco_proto::connect::Client;
use weco_proto::instructions::read_instructions;
use weco_proto::v1::{CheckDeriveReply, CheckDeriveRequest, DeriveRunRequest, StartRunReply};

use super::ask::{CHECKED_DEADLINE, incomplete, request, within};
use super::dashboard::show_run;
use super::detach::Detached;
use super::session::{Interruptible, Session, is_rich};
use super::stdout::say;
use super::{backend, environment, run};
use crate::cli::{DeriveArgs, FixedArgs};
use crate::daemon::Daemon;
use crate::error::{EXIT_FAILURE, Error};
use crate::ui::derivation::Derivation;
use crate::ui::{OnInterrupt, prompt};

/// Longest wait for a run to be derived: before it begins, its parent's evaluation is ended, which has a grace
/// period, its sources are restored, and its backend is asked.
const DERIVATION_DEADLINE: Duration = CHECKED_DEADLINE.saturating_add(Duration::from_secs(60));

/// Derives a run and follows it to its end, unless it is to go alone.
pub(super) async fn derive(args: DeriveArgs) -> Result<ExitCode, Error> {
    let mut request = prepare(&args)?;
    let daemon = Daemon::from_env()?;
    let mut client = daemon.connect_or_start().await?;
    let derivation = check(&mut client, &args).await?;
    let asks = !args.end.daemon && is_rich(args.end.output);
    if asks && !prompt::derive(&derivation).await.map_err(Error::output)? {
        say("Nothing was done.\n")?;
        return Ok(ExitCode::from(EXIT_FAILURE));
    }
    // What was told is what is done: the best may be another by now.
    request.from_step = derivation.node_id().to_owned();
    let request = within(DERIVATION_DEADLINE, request);
    let Interruptible { reply, interrupted } = Interruptible::finish(client.derive_run(request)).await?;
    let StartRunReply { run_id, run_name, log_file, dashboard_url, checked } = reply?.into_inner();
    backend::show(checked.as_ref(), args.end.daemon)?;
    if !asks {
        say(&derivation.line())?;
    }
    show_run(&dashboard_url, args.page, args.end)?;
    if args.end.daemon {
        return Interruptible { reply: Detached { run_id, run_name, log_file }, interrupted }.leave();
    }
    let on_interrupt = OnInterrupt::Stop;
    Session { daemon, run_id, from_seq: 1, end: args.end, on_interrupt, interrupted }.play().await
}

/// Checks everything that needs no daemon.
fn prepare(args: &DeriveArgs) -> Result<DeriveRunRequest, Error> {
    refuse(&args.fixed)?;
    let api_keys = run::keys(&args.keys.api_keys)?;
    let instructions = match &args.additional_instructions {
        Some(value) => Some(read_instructions(&environment::working_directory()?.0, value)?),
        None => None,
    };
    Ok(DeriveRunRequest {
        run_id: args.run.run_id.clone(),
        from_step: args.from_step.clone(),
        steps: args.steps,
        instructions,
        environment: environment::variables(),
        api_keys,
        auto_resume_attempts: args.outage.attempts(),
        detached: args.end.daemon,
        apply_best: args.end.apply_change,
        keep_parent: args.keep_parent,
        seed: args.seed,
        recorded_environment: false,
    })
}

/// Runs of one lineage are compared: what they measure, and of what, stays.
fn refuse(fixed: &FixedArgs) -> Result<(), Error> {
    let given = fixed.given();
    if given.is_empty() {
        return Ok(());
    }
    Err(Error::usage(format!("{} may not change within a lineage", given.join(" and ")))
        .hint("start a new run: weco run …"))
}

async fn check(client: &mut Client, args: &DeriveArgs) -> Result<Derivation, Error> {
    let request =
        request(CheckDeriveRequest { run_id: args.run.run_id.clone(), from_step: args.from_step.clone() });
    let CheckDeriveReply { from, run, parent, differing } = client.check_derive(request).await?.into_inner();
    match (from, run, parent) {
        (Some(from), Some(run), Some(parent)) => {
            Ok(Derivation { from, run, parent, differing, keep_parent: args.keep_parent })
        }
        _ => Err(incomplete("no step")),
    }
}
