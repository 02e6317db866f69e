//! `weco run revise`: other code for what waits.

use std::process::ExitCode;

use serde::Serialize;
use weco_proto::v1::ReviseNodeRequest;

use super::{files, node, user};
use crate::cli::ReviseArgs;
use crate::cmd::ask::request;
use crate::cmd::environment;
use crate::cmd::json;
use crate::cmd::run::one_or_several;
use crate::cmd::status::find;
use crate::daemon::Daemon;
use crate::error::Error;
use crate::ui::format::short_id;

/// Replaces the code of a node that waits for approval.
pub(in crate::cmd) async fn revise(args: ReviseArgs) -> Result<ExitCode, Error> {
    let names = one_or_several(&args.files.source, &args.files.sources)?;
    if names.is_empty() {
        return Err(Error::usage("--source or --sources is required")
            .hint("name the file with the new code: --source mine.py"));
    }
    let (here, _) = environment::working_directory()?;
    let daemon = Daemon::from_env()?;
    let run = find(&daemon, &args.node.run.run_id).await?;
    let node = node::named(args.node.node, &run)?;
    let files = files::read(&here, &run, names)?;
    let request = request(ReviseNodeRequest { run_id: run.run_id.clone(), node, files, by: user() });
    let revised = daemon.connect_or_start().await?.revise_node(request).await?.into_inner();
    let message = format!(
        "step {} has revision {} now; to evaluate it: weco run submit {} --node {}",
        revised.step,
        revised.number,
        short_id(&run.run_id),
        revised.step
    );
    json::print(&Revised {
        node_id: &revised.node_id,
        revision_id: &revised.revision_id,
        plan: &revised.plan,
        created_by: &revised.created_by,
        message,
        run_id: &run.run_id,
        step: revised.step,
        revision: revised.number,
    })
}

/// What came of it. The first keys are those of the hosted service's `run revise`.
#[derive(Serialize)]
struct Revised<'a> {
    node_id: &'a str,
    revision_id: &'a str,
    plan: &'a str,
    created_by: &'a str,
    message: String,
    run_id: &'a str,
    step: u32,
    revision: u32,
}
