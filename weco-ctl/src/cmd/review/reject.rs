//! `weco run reject`: what waits is turned down.

use std::process::ExitCode;

use serde::Serialize;
use tonic::Request;
use weco_proto::v1::RejectNodeRequest;

use super::{node, user};
use crate::cli::RejectArgs;
use crate::cmd::run::CREATION_DEADLINE;
use crate::cmd::status::{find, print_json};
use crate::daemon::Daemon;
use crate::error::Error;

/// Turns a node that waits for approval down.
pub(in crate::cmd) async fn reject(args: RejectArgs) -> Result<ExitCode, Error> {
    let daemon = Daemon::from_env()?;
    let run = find(&daemon, &args.node.run.run_id).await?;
    let node = node::named(args.node.node, &run)?;
    let reason = args.reason.trim();
    let mut request = Request::new(RejectNodeRequest {
        run_id: run.run_id.clone(),
        node,
        reason: reason.to_owned(),
        by: user(),
    });
    request.set_timeout(CREATION_DEADLINE);
    let rejected = daemon.connect_or_start().await?.reject_node(request).await?.into_inner();
    let told = if reason.is_empty() { "" } else { ", and the model is told why" };
    print_json(&Rejected {
        run_id: &run.run_id,
        node_id: &rejected.node_id,
        step: rejected.step,
        status: "rejected",
        reason,
        message: format!("step {} is not evaluated{told}; the next version is proposed", rejected.step),
    })
}

/// What came of it.
#[derive(Serialize)]
struct Rejected<'a> {
    run_id: &'a str,
    node_id: &'a str,
    step: u32,
    status: &'static str,
    reason: &'a str,
    message: String,
}
