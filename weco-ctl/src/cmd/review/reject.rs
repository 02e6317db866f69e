//! `weco run reject`: what waits is turned down.

use std::process::ExitCode;

use serde::Serialize;
use weco_proto::v1::RejectNodeRequest;

use super::{node, user};
use crate::cli::RejectArgs;
use crate::cmd::ask::request;
use crate::cmd::json;
use crate::cmd::status::find;
use crate::daemon::Daemon;
use crate::error::Error;

/// Turns a node that waits for approval down.
pub(in crate::cmd) async fn reject(args: RejectArgs) -> Result<ExitCode, Error> {
    let daemon = Daemon::from_env()?;
    let run = find(&daemon, &args.node.run.run_id).await?;
    let node = node::named(args.node.node, &run)?;
    let reason = args.reason.trim();
    let request = request(RejectNodeRequest {
        run_id: run.run_id.clone(),
        node,
        reason: reason.to_owned(),
        by: user(),
    });
    let rejected = daemon.connect_or_start().await?.reject_node(request).await?.into_inner();
    // What comes next is decided by now: a limit may have ended the run.
    let end = find(&daemon, &run.run_id).await.map(|run| run.reason).unwrap_or_default();
    json::print(&Rejected {
        run_id: &run.run_id,
        node_id: &rejected.node_id,
        step: rejected.step,
        status: "rejected",
        reason,
        message: message(rejected.step, &end, reason),
    })
}

/// What becomes of a run when `step` is turned down; `end` is why it has ended, if it has.
fn message(step: u32, end: &str, reason: &str) -> String {
    if !end.is_empty() {
        return format!("step {step} is not evaluated, and the run is over: {end}");
    }
    let told = if reason.is_empty() { "" } else { ", and the model is told why" };
    format!("step {step} is not evaluated{told}; the next version is proposed")
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

#[cfg(test)]
mod tests {
    use super::message;

    #[test]
    fn the_next_version_is_promised_only_if_there_is_one() {
        assert_eq!(message(4, "", ""), "step 4 is not evaluated; the next version is proposed");
        let told = "step 4 is not evaluated, and the model is told why; the next version is proposed";
        assert_eq!(message(4, "", "too long"), told);
        let over = "step 5 is not evaluated, and the run is over: all 5 steps are done";
        assert_eq!(message(5, "all 5 steps are done", "too long"), over);
    }
}
