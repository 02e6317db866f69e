//! Runs in short: one, many, and those that go.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use prost::Message;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;
use weco_core::event::EndStatus;
use weco_core::run::{NodeId, RunId};
use weco_core::state::RunStatus;
use weco_core::summary::{Pending, Summary};
use weco_proto::v1;

use crate::clock;
use crate::error::Failure;
use crate::journal::RunEntry;
use crate::rpc::tree::PART_BYTES;
use crate::rpc::{backend, convert};
use crate::run::{Criteria, Filter, Registry, Standing};

/// Most runs told at a time; of those that were told much they are fewer.
const PAGE: usize = 100;

/// Runs removed at a time. The journal does nothing else meanwhile, for some 10 ms.
const REMOVED: usize = 250;

/// Messages that may wait for a slow client.
const AHEAD: usize = 4;

/// A stream of parts of a list.
pub(super) type Parts<T> = ReceiverStream<Result<T, Status>>;

/// One run in short.
pub(super) fn get(registry: &Registry, prefix: &str) -> Result<v1::RunSummary, Failure> {
    let entry = registry.entry(registry.find(prefix)?)?;
    Ok(told(registry, &entry))
}

/// The runs that are wanted.
pub(super) fn list(
    registry: Arc<Registry>,
    request: v1::ListRunsRequest,
) -> Result<Parts<v1::ListRunsReply>, Failure> {
    let directory = Some(request.directory).filter(|directory| !directory.is_empty());
    let filter = Filter { status: standings(&request.status)?, directory };
    let mut runs = registry.list(&filter)?;
    if request.limit > 0 {
        runs.truncate(request.limit as usize);
    }
    Ok(stream(move |sender| async move {
        for runs in (Pages { registry: &registry, left: &runs }) {
            if sender.send(Ok(v1::ListRunsReply { runs })).await.is_err() {
                return;
            }
        }
    }))
}

/// Removes runs, or only tells which would go. Ends with the first failure, or when nobody listens.
pub(super) fn prune(
    registry: Arc<Registry>,
    request: &v1::PruneRunsRequest,
) -> Result<Parts<v1::PruneRunsReply>, Failure> {
    let age = request.older_than_seconds.map(Duration::from_secs);
    let age = age.map(|age| i64::try_from(age.as_millis()).unwrap_or(i64::MAX));
    let criteria = Criteria {
        ended_before: age.map(|age| clock::now().saturating_sub(age)),
        keep: request.keep.map(|keep| keep as usize),
        status: standings(&request.status)?,
    };
    let runs = registry.prunable(&criteria)?;
    let dry_run = request.dry_run;
    Ok(stream(move |sender| async move {
        for batch in runs.chunks(if dry_run { PAGE } else { REMOVED }) {
            let gone = if dry_run { Ok(batch.to_vec()) } else { remove(&registry, batch).await };
            let gone = match gone {
                Ok(gone) => gone,
                Err(failure) => {
                    // The client may be gone, and with it the wish to know.
                    let _ = sender.send(Err(failure.into())).await;
                    return;
                }
            };
            for runs in (Pages { registry: &registry, left: &gone }) {
                if sender.send(Ok(v1::PruneRunsReply { runs })).await.is_err() {
                    return;
                }
            }
        }
    }))
}

async fn remove(registry: &Registry, batch: &[RunEntry]) -> Result<Vec<RunEntry>, Failure> {
    let ids: Vec<_> = batch.iter().map(|entry| entry.id).collect();
    let gone = registry.remove(&ids).await?;
    Ok(batch.iter().filter(|entry| gone.contains(&entry.id)).cloned().collect())
}

/// Runs as clients are told of them, in parts that fit in a message whatever the runs were told.
struct Pages<'a> {
    registry: &'a Registry,
    left: &'a [RunEntry],
}

impl Iterator for Pages<'_> {
    type Item = Vec<v1::RunSummary>;

    fn next(&mut self) -> Option<Self::Item> {
        let (mut page, mut bytes) = (Vec::new(), 0);
        while page.len() < PAGE
            && bytes < PART_BYTES
            && let Some((entry, left)) = self.left.split_first()
        {
            let run = told(self.registry, entry);
            bytes += run.encoded_len();
            page.push(run);
            self.left = left;
        }
        (!page.is_empty()).then_some(page)
    }
}

fn stream<T, F>(work: impl FnOnce(mpsc::Sender<Result<T, Status>>) -> F) -> Parts<T>
where
    F: Future<Output = ()> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(AHEAD);
    tokio::spawn(work(sender));
    ReceiverStream::new(receiver)
}

fn standings(status: &[i32]) -> Result<Vec<Standing>, Failure> {
    let unknown = || Failure::invalid("there is no such status of a run");
    let one = |status: &i32| Standing::try_from(v1::RunStatus::try_from(*status).ok()?).ok();
    status.iter().map(|status| one(status).ok_or_else(unknown)).collect()
}

impl TryFrom<v1::RunStatus> for Standing {
    type Error = ();

    fn try_from(status: v1::RunStatus) -> Result<Self, ()> {
        Ok(match status {
            v1::RunStatus::Unspecified => return Err(()),
            v1::RunStatus::Running => Self::Running,
            v1::RunStatus::Stopping => Self::Stopping,
            v1::RunStatus::Completed => Self::Ended(EndStatus::Completed),
            v1::RunStatus::Terminated => Self::Ended(EndStatus::Terminated),
            v1::RunStatus::Error => Self::Ended(EndStatus::Error),
            v1::RunStatus::Interrupted => Self::Ended(EndStatus::Interrupted),
        })
    }
}

/// A run as clients are told of it.
pub(super) fn told(registry: &Registry, entry: &RunEntry) -> v1::RunSummary {
    let Some(summary) = &entry.summary else { return damaged(entry) };
    let waiting = registry.waiting(entry.id).or_else(|| outage(summary)).unwrap_or_default();
    let log = registry.deps().logs.path(entry.id);
    let log_file = if log.exists() { log.display().to_string() } else { String::new() };
    let under_way = under_way(registry, summary);
    v1::RunSummary { waiting, log_file, under_way, ..summarised(summary) }
}

/// The steps that a run going on works on.
fn under_way(registry: &Registry, summary: &Summary) -> Vec<v1::StepUnderWay> {
    if summary.end_status().is_some() {
        return Vec::new();
    }
    let evaluated = registry.printing(summary.id);
    let step = |node: &NodeId| v1::StepUnderWay { step: node.0, evaluating: evaluated.contains(node) };
    let under_way: BTreeSet<&NodeId> = summary.unfinished.iter().chain(&evaluated).collect();
    under_way.into_iter().map(step).collect()
}

/// The outage that a run going on waits out.
fn outage(summary: &Summary) -> Option<String> {
    let outage = summary.outage.as_ref().filter(|_| summary.end_status().is_none())?;
    Some(format!("the model's provider (attempt {}): {}", outage.attempt, outage.reason))
}

fn damaged(entry: &RunEntry) -> v1::RunSummary {
    v1::RunSummary {
        run_id: entry.id.to_string(),
        status: v1::RunStatus::Error.into(),
        reason: "its record is damaged from the start".to_owned(),
        hint: "weco runs prune --status error".to_owned(),
        last_seq: entry.last_seq,
        ..Default::default()
    }
}

fn pending(run: RunId, node: NodeId, pending: &Pending) -> v1::PendingNode {
    let status = match pending.approved {
        false => v1::NodeStatus::PendingApproval,
        true => v1::NodeStatus::PendingEvaluation,
    };
    v1::PendingNode {
        node_id: run.node_id(node).to_string(),
        step: node.0,
        plan: pending.plan.clone(),
        status: status.into(),
    }
}

/// How much of a run's limits is used by now, or was when it ended.
fn limits_used(summary: &Summary) -> v1::LimitsUsed {
    let used = summary.used;
    let until = summary.ended_at.unwrap_or_else(clock::now);
    let tokens = summary.usage.input_tokens.saturating_add(summary.usage.output_tokens);
    v1::LimitsUsed {
        fruitless_steps: used.fruitless,
        seconds: u64::try_from(until.saturating_sub(used.since) / 1_000).unwrap_or(0),
        tokens: tokens.saturating_sub(used.tokens_before),
        cost: summary.ledger.cost().map(|cost| (cost - used.cost_before).max(0.0)),
    }
}

fn chosen((step, why): (&NodeId, &String)) -> v1::ChosenStep {
    v1::ChosenStep { step: step.0, why: why.clone() }
}

fn summarised(summary: &Summary) -> v1::RunSummary {
    let (reason, hint) = match &summary.status {
        RunStatus::Ended { reason, hint, .. } => (reason.clone(), hint.clone()),
        RunStatus::Running | RunStatus::Stopping => Default::default(),
    };
    v1::RunSummary {
        run_id: summary.id.to_string(),
        name: summary.name.clone(),
        directory: summary.directory.clone(),
        sources: summary.sources.clone(),
        metric: summary.metric.clone(),
        goal: convert::goal(summary.goal).into(),
        model: summary.model.clone(),
        status: convert::run_status(&summary.status).into(),
        reason,
        hint,
        steps_done: summary.steps_done(),
        steps: summary.steps,
        baseline_metric: summary.baseline_metric,
        baseline_failed: summary.baseline_failed,
        best_step: summary.best.map(|best| best.step.0),
        best_metric: summary.best.map(|best| best.metric),
        usage: Some(convert::usage(summary.usage)),
        created_at_ms: summary.created_at,
        updated_at_ms: summary.updated_at,
        ended_at_ms: summary.ended_at,
        last_seq: summary.last_seq,
        log_dir: summary.log_dir.clone(),
        applied_step: summary.applied.map(|node| node.0),
        edited: summary.edited.iter().cloned().collect(),
        require_review: summary.require_review,
        pending: summary.pending.iter().map(|(node, it)| pending(summary.id, *node, it)).collect(),
        instructions: summary.instructions.clone().unwrap_or_default(),
        lineage_id: summary.lineage().to_string(),
        limits: convert::limits(summary.limits),
        limits_used: convert::limits(summary.limits).map(|_| limits_used(summary)),
        accounts: summary.ledger.accounts().iter().map(convert::account).collect(),
        cost: summary.ledger.cost(),
        reasoning_effort: convert::effort(summary.reasoning_effort).into(),
        derived_from: summary.origin.map(|origin| convert::derived_from(origin.run, origin.node)),
        search: summary.search.0.clone(),
        search_parameters: summary.search.1.clone(),
        chosen: summary.why.iter().map(chosen).collect(),
        baseline: summary.baseline_metric.map(|metric| {
            let (sd, count) = summary.baseline_spread.map_or((None, 1), |(sd, count)| (Some(sd), count));
            v1::Spread { metric, sd, count }
        }),
        best: summary.best.as_ref().map(convert::best),
        rechecks: summary.rechecks,
        waiting: String::new(),
        under_way: Vec::new(),
        parallel: summary.parallel,
        log_file: String::new(),
        eval_backend: summary.backend.as_ref().map(backend::told),
    }
}
