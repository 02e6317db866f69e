//! What is asked of the daemon to look into a run.

use std::time::Duration;

use tonic::Request;
use weco_proto::connect::Client;
use weco_proto::v1::{GetNodeRequest, GetTreeRequest, Node, RunSummary};

use crate::daemon::Daemon;
use crate::error::Error;

/// Longest wait for an answer: with all code of a thousand steps it takes tens of milliseconds.
const ANSWER_DEADLINE: Duration = Duration::from_secs(30);

/// The daemon, started if need be.
pub(super) async fn connect() -> Result<Client, Error> {
    Daemon::from_env()?.connect_or_start().await
}

/// A request that is answered in time or given up.
pub(super) fn request<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(ANSWER_DEADLINE);
    request
}

/// Nodes and the runs that they belong to.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Tree {
    /// Oldest first; never empty.
    pub(super) members: Vec<RunSummary>,
    pub(super) nodes: Vec<Node>,
}

/// The nodes of a run or its lineage.
pub(super) async fn tree(client: &mut Client, wanted: GetTreeRequest) -> Result<Tree, Error> {
    let mut parts = client.get_tree(request(wanted)).await?.into_inner();
    let mut tree = Tree::default();
    while let Some(part) = parts.message().await? {
        tree.members.extend(part.members);
        tree.nodes.extend(part.nodes);
    }
    if tree.members.is_empty() {
        return Err(incomplete("no run"));
    }
    Ok(tree)
}

/// One node and its run.
pub(super) async fn node(client: &mut Client, wanted: GetNodeRequest) -> Result<(Node, RunSummary), Error> {
    let reply = client.get_node(request(wanted)).await?.into_inner();
    let node = reply.node.ok_or_else(|| incomplete("no step"))?;
    Ok((node, reply.run.ok_or_else(|| incomplete("no run"))?))
}

fn incomplete(what: &str) -> Error {
    Error::failure(format!("the daemon's answer names {what}")).hint("weco daemon restart")
}
