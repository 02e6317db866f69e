//! `weco resume`: a run goes on, or one that never stopped is shown again.

use std::process::ExitCode;

use tonic::{Code, Request};
use weco_proto::v1::{ResumeRunReply, ResumeRunRequest};

use super::detach::{self, Detached};
use super::session::{Interruptible, Session};
use super::{environment, run};
use crate::cli::ResumeArgs;
use crate::daemon::Daemon;
use crate::error::Error;

/// Lets the run go on and follows it to its end.
pub(super) async fn resume(args: ResumeArgs) -> Result<ExitCode, Error> {
    detach::check(args.end)?;
    let api_keys = run::keys(&args.keys.api_keys)?;
    let daemon = Daemon::from_env()?;
    let mut client = daemon.connect_or_start().await?;
    let mut request = Request::new(ResumeRunRequest {
        run_id: args.run_id.clone(),
        steps: args.steps,
        environment: environment::variables(),
        api_keys,
        detached: args.end.daemon,
    });
    request.set_timeout(run::CREATION_DEADLINE);
    let resumed = Interruptible::finish(client.resume_run(request)).await?;
    let interrupted = resumed.interrupted;
    let (run_id, from_seq) = match resumed.reply {
        Ok(reply) => {
            let ResumeRunReply { run_id, run_name, from_seq, log_file } = reply.into_inner();
            if args.end.daemon {
                return Interruptible { reply: Detached { run_id, run_name, log_file }, interrupted }.leave();
            }
            (run_id, from_seq)
        }
        // It is going: there is nothing to resume, but all to see.
        Err(status) if status.code() == Code::AlreadyExists && args.steps.is_none() && !args.end.daemon => {
            (args.run_id, 1)
        }
        Err(status) => return Err(status.into()),
    };
    Session { daemon, run_id, from_seq, end: args.end, interrupted }.play().await
}
