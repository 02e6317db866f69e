//! What is asked of the daemon to look into a run.

use weco_proto::connect::Client;
use weco_proto::v1::{GetTreeRequest, Node, RunSummary};

use crate::cmd::ask::{incomplete, request};
use crate::error::Error;

pub(super) use crate::cmd::ask::{connect, node};

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
