//! Looking into runs: their nodes, in parts, and one of them alone.
//!
//! Code is in memory one part at a time: it is read when the client has taken the parts before.

use std::collections::VecDeque;
use std::sync::Arc;

use futures_util::{TryStreamExt, stream};
use prost::Message;
use tokio::task::yield_now;
use tonic::Status;
use tonic::codegen::BoxStream;
use weco_core::run::{NodeId, RunId};
use weco_core::state::RunState;
use weco_core::tree::Node;
use weco_proto::v1::{self, TreeOrder};

use crate::blocking::blocking;
use crate::error::{Failure, FailureKind};
use crate::eval::capture::{PROMPT_TAIL_CHARS, tail};
use crate::rpc::nodes;
use crate::rpc::runs::told;
use crate::run::{Forest, Registry};

/// A part is sent once it takes so many bytes: far below the limit of a message, also with the longest code
/// that a node can have on top, and little enough that the client reads one while the next is made.
pub(super) const PART_BYTES: usize = 32 << 10;

/// One node.
pub(super) async fn get_node(
    registry: Arc<Registry>,
    request: v1::GetNodeRequest,
) -> Result<v1::GetNodeReply, Failure> {
    blocking(move || {
        let (run, id) = registry.select(registry.find(&request.run_id)?, &request.node)?;
        let forest = registry.forest(&registry.lineage(run)?, run)?;
        let found = forest.position(run).and_then(|member| Some((member, forest.members().get(member)?)));
        let found = found.and_then(|(member, state)| Some((member, state, state.tree().get(id)?)));
        let (member, state, found) = found.ok_or_else(|| {
            Failure::new(FailureKind::System, format!("step {id} of run {run} cannot be read"))
        })?;
        let mut node = nodes::detailed(state, found, forest.global_step(member, id));
        if request.code {
            node.files = nodes::files(&registry, state, found)?;
        }
        node.instructions = state.instructions_of(found).unwrap_or_default().to_owned();
        let output = nodes::output(&registry, state, found)?;
        node.output_tail = tail(&output, PROMPT_TAIL_CHARS);
        if request.output {
            node.output = output;
        }
        let run = told(&registry, &registry.entry(run)?);
        Ok(v1::GetNodeReply { node: Some(node), run: Some(run) })
    })
    .await
}

/// The nodes that are wanted, after the runs that they belong to.
pub(super) async fn get_tree(
    registry: Arc<Registry>,
    request: v1::GetTreeRequest,
) -> Result<BoxStream<v1::TreePart>, Failure> {
    let code = request.code;
    let telling = blocking(move || Telling::prepare(registry, &request)).await?;
    // The next part is made when the client has taken those before it.
    let parts = stream::try_unfold(telling, move |mut telling: Telling| async move {
        let next = move || Ok(telling.part()?.map(|part| (part, telling)));
        if code {
            return blocking(next).await;
        }
        // From memory a part takes less than the way to another thread; the one before is sent meanwhile.
        yield_now().await;
        next()
    });
    Ok(Box::pin(parts.map_err(Status::from)))
}

/// A tree that is being told.
struct Telling {
    registry: Arc<Registry>,
    forest: Forest,
    members: VecDeque<v1::RunSummary>,
    /// Members' positions and their nodes, in the order wanted.
    nodes: VecDeque<(usize, NodeId)>,
    code: bool,
    /// Most characters of a plan.
    plan_chars: usize,
}

impl Telling {
    fn prepare(registry: Arc<Registry>, request: &v1::GetTreeRequest) -> Result<Self, Failure> {
        let run = registry.find(&request.run_id)?;
        let lineage = registry.lineage(run)?;
        let forest = registry.forest(&lineage, run)?;
        let wanted = |id: RunId| request.lineage || id == run;
        let members = lineage.members().iter().filter(|entry| wanted(entry.id));
        let members = members.map(|entry| told(&registry, entry)).collect();
        let mut nodes = Vec::new();
        for (member, state) in
            forest.members().iter().enumerate().filter(|(_, state)| wanted(state.spec().id))
        {
            let taken = state.tree().nodes().iter().filter(|node| takes(&request.status, state, node));
            nodes.extend(taken.map(|node| (member, node.id)));
        }
        if request.order() == TreeOrder::Metric {
            sort_by_metric(&mut nodes, &forest);
        }
        if request.limit > 0 {
            nodes.truncate(request.limit as usize);
        }
        let plan_chars = if request.plan_chars == 0 { usize::MAX } else { request.plan_chars as usize };
        Ok(Self { registry, forest, members, nodes: nodes.into(), code: request.code, plan_chars })
    }

    /// The next part; none when all is told.
    fn part(&mut self) -> Result<Option<v1::TreePart>, Failure> {
        let (mut part, mut bytes) = (v1::TreePart::default(), 0);
        while bytes < PART_BYTES
            && let Some(run) = self.members.pop_front()
        {
            bytes += run.encoded_len();
            part.members.push(run);
        }
        while bytes < PART_BYTES
            && let Some((member, id)) = self.nodes.pop_front()
        {
            let node = self.node(member, id)?;
            bytes += node.as_ref().map_or(0, Message::encoded_len);
            part.nodes.extend(node);
        }
        Ok((bytes > 0).then_some(part))
    }

    fn node(&self, member: usize, id: NodeId) -> Result<Option<v1::Node>, Failure> {
        let Some(state) = self.forest.members().get(member) else { return Ok(None) };
        let Some(found) = state.tree().get(id) else { return Ok(None) };
        let mut node = nodes::node(state, found, self.forest.global_step(member, id));
        if let Some((end, _)) = node.plan.char_indices().nth(self.plan_chars) {
            node.plan.truncate(end);
        }
        if self.code {
            node.files = nodes::files(&self.registry, state, found)?;
        }
        Ok(Some(node))
    }
}

fn takes(wanted: &[i32], state: &RunState, node: &Node) -> bool {
    wanted.is_empty() || wanted.contains(&nodes::status(state, node).into())
}

/// Best first; of equals the earliest; then those without a metric, in the order they have.
fn sort_by_metric(nodes: &mut [(usize, NodeId)], forest: &Forest) {
    let score = |(member, id): &(usize, NodeId)| {
        let state = forest.members().get(*member)?;
        Some(state.spec().goal.score(state.tree().get(*id)?.metric()?))
    };
    // The sort is stable; -∞ is no metric, which is always finite.
    nodes.sort_by(|a, b| {
        let (a, b) = (score(a).unwrap_or(f64::NEG_INFINITY), score(b).unwrap_or(f64::NEG_INFINITY));
        b.total_cmp(&a)
    });
}
