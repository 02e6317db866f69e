//! After a restart: every run that was going on is put right, then goes on by itself.
//!
//! Evaluations that the last daemon left running are ended, sources are restored, and what was
//! intended but not completed is done again. A run that needs secrets which are gone waits as
//! `interrupted` and says which.

mod hints;

use std::collections::HashSet;
use std::ffi::OsStr;
use std::sync::Arc;
use std::time::Duration;

use weco_core::decide::{Input, decide};
use weco_core::event::EndStatus;
use weco_core::run::{NodeId, RunId};
use weco_core::state::RunState;
use weco_core::tree::Progress;

use crate::blobs::Blob;
use crate::clock;
use crate::environment;
use crate::error::{Failure, FailureKind};
use crate::eval::process::{DEFAULT_GRACE, Token, kill_leftover};
use crate::eval::workspace::Workspace;
use crate::journal::{Durability, RunEntry};
use crate::rpc::context_for;
use crate::run::{Registry, kept_dir, load, noticed};
use crate::secrets::{Recalled, recall};

/// How long until a run that could not be put right is tried again: at first, and at most.
const TRY_AGAIN: Duration = Duration::from_secs(1);
const TRY_AGAIN_MOST: Duration = Duration::from_secs(60);

/// Puts every unfinished run right. One that cannot be is reported and tried again later, because the disk may
/// be full or the handles used up; the others go on.
pub(crate) async fn all(registry: &Arc<Registry>) {
    let runs = match registry.deps().journal.runs() {
        Ok(runs) => runs,
        Err(error) => return tracing::error!(%error, "the runs cannot be listed"),
    };
    // A run may have ended too late to be released.
    let unfinished: HashSet<RunId> = runs.iter().filter(|run| !run.ended).map(|run| run.id).collect();
    registry.deps().secrets.retain(|run| unfinished.contains(&run));
    apply_due(registry, &runs).await;
    let left = try_all(registry, runs.iter().filter(|run| !run.ended).map(|run| run.id).collect()).await;
    if !left.is_empty() {
        tokio::spawn(later(Arc::clone(registry), left));
    }
}

/// Writes the best version of runs that asked for it and whose daemon died between their end and that.
async fn apply_due(registry: &Registry, runs: &[RunEntry]) {
    for entry in runs.iter().filter(|run| run.ended) {
        let Some(summary) = &entry.summary else { continue };
        let completed = summary.end_status() == Some(EndStatus::Completed);
        let just_ended = summary.ended_at == Some(summary.updated_at) && summary.applied.is_none();
        let better = summary.best.is_some_and(|best| best.step != NodeId::BASELINE);
        if summary.apply_best && completed && just_ended && better {
            match registry.apply_best(entry.id).await {
                Ok((step, _)) => tracing::info!(run = %entry.id, %step, "applied the best version"),
                Err(failure) => tracing::warn!(run = %entry.id, %failure, "the best version was not applied"),
            }
        }
    }
}

/// Tries until all are right, or the daemon stops.
async fn later(registry: Arc<Registry>, mut left: Vec<RunId>) {
    let mut pause = TRY_AGAIN;
    while !left.is_empty() {
        tokio::time::sleep(pause).await;
        if registry.is_stopping() {
            return;
        }
        left = try_all(&registry, left).await;
        pause = (pause * 2).min(TRY_AGAIN_MOST);
    }
}

/// Returns those that could not be put right.
async fn try_all(registry: &Registry, runs: Vec<RunId>) -> Vec<RunId> {
    let mut left = Vec::new();
    for run in runs {
        if let Err(failure) = one(registry, run).await {
            tracing::error!(%run, %failure, "the run cannot be recovered; it is tried again");
            left.push(run);
        }
    }
    left
}

async fn one(registry: &Registry, run: RunId) -> Result<(), Failure> {
    let mut state = registry.state(run)?;
    if state.end_status().is_some() {
        return Ok(());
    }
    end_leftovers(&state).await;
    let workspace = restore(registry, &mut state).await?;
    let context = match recalled(registry, &state) {
        Ok(recalled) => context_for(registry, &state, workspace, recalled)
            .map_err(|failure| hints::after_failure(failure, state.spec(), &registry.deps().access)),
        Err(failure) => Err(failure),
    };
    match context {
        Ok(context) => {
            tracing::info!(%run, "run goes on");
            registry.start(state, Input::Recovered, context);
            Ok(())
        }
        Err(failure) => {
            let reason = format!("the daemon restarted, and {}", failure.message);
            tracing::warn!(%run, reason, "run is interrupted");
            let interrupted = Input::Interrupted { reason, hint: failure.hint };
            record(registry, &mut state, interrupted, Vec::new()).await?;
            registry.deps().secrets.release(run);
            Ok(())
        }
    }
}

async fn end_leftovers(state: &RunState) {
    for node in state.tree().unfinished() {
        let Progress::Evaluating { process } = &node.progress else { continue };
        let token = Token::new(state.spec().id, node.id, node.eval_attempt);
        let ended = kill_leftover(process.as_ref(), &token, DEFAULT_GRACE).await;
        tracing::info!(run = %state.spec().id, step = %node.id, ?ended, "ended what was left of an evaluation");
    }
}

/// Brings the user's files back, and records edits that were made while no daemon was there.
async fn restore(registry: &Registry, state: &mut RunState) -> Result<Workspace, Failure> {
    let mut workspace = registry.workspace(state)?;
    let evaluating = |progress: &Progress| matches!(progress, Progress::Evaluating { .. });
    let under_way = state.tree().unfinished().find(|node| evaluating(&node.progress));
    let candidate = match under_way.and_then(|node| node.files.as_ref()) {
        Some(refs) => Some(load(registry.deps().journal.as_ref(), state.spec().id, refs)?),
        None => None,
    };
    let kept = kept_dir(state.spec(), "restart");
    let edits = workspace
        .recover(candidate.as_ref(), &kept)
        .map_err(|error| Failure::new(FailureKind::System, error.to_string()))?;
    for edit in &edits {
        let (input, blobs) = noticed(edit);
        record(registry, state, input, blobs).await?;
    }
    workspace.adopt(&edits);
    Ok(workspace)
}

async fn record(
    registry: &Registry,
    state: &mut RunState,
    input: Input,
    blobs: Vec<Blob>,
) -> Result<(), Failure> {
    let decision = decide(state, input, clock::now())
        .map_err(|error| Failure::new(FailureKind::System, error.to_string()))?;
    let run = state.spec().id;
    Ok(registry.deps().journal.append(run, decision.events, blobs, Durability::Flushed).await?)
}

/// What is recorded of the run's environment, with its secrets.
fn recalled(registry: &Registry, state: &RunState) -> Result<Recalled, Failure> {
    let (spec, deps) = (state.spec(), registry.deps());
    let record = deps.journal.blob(spec.id, spec.environment)?.unwrap_or_default();
    let recorded = environment::from_record(&record);
    let own = |name: &OsStr| std::env::var_os(name);
    recall(spec, recorded, deps.secrets.get(spec.id), own, &deps.access)
        .map_err(|lacking| hints::lacking(lacking, spec.id))
}
