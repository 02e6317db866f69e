//! After a restart: every run that was going on is put right, then goes on by itself.
//!
//! Evaluations that the last daemon left running are ended, sources are restored, and what was
//! intended but not completed is done again. A run that needs secrets which are gone waits as
//! `interrupted` and says which.

use std::sync::Arc;
use std::time::Duration;

use weco_core::decide::{Input, decide};
use weco_core::run::{RunId, RunSpec};
use weco_core::state::RunState;
use weco_core::tree::Progress;

use crate::blobs::Blob;
use crate::clock;
use crate::environment::{self, Environment};
use crate::error::{Failure, FailureKind};
use crate::eval::process::{DEFAULT_GRACE, Token, kill_leftover};
use crate::eval::workspace::Workspace;
use crate::journal::Durability;
use crate::rpc::context_for;
use crate::run::{Registry, kept_dir, load, noticed, short};

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
    let left = try_all(registry, runs.iter().filter(|run| !run.ended).map(|run| run.id).collect()).await;
    if !left.is_empty() {
        tokio::spawn(later(Arc::clone(registry), left));
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
    let needed = environment(registry, &state);
    match needed.and_then(|environment| context_for(registry, &state, workspace, environment)) {
        Ok(context) => {
            tracing::info!(%run, "run goes on");
            registry.start(state, Input::Recovered, context);
            Ok(())
        }
        Err(failure) => {
            let reason = format!("the daemon restarted, and {}", failure.message);
            let hint = how_to_go_on(state.spec(), failure.kind);
            tracing::warn!(%run, reason, "run is interrupted");
            record(registry, &mut state, Input::Interrupted { reason, hint }, Vec::new()).await
        }
    }
}

/// The command that lets an interrupted run go on.
fn how_to_go_on(spec: &RunSpec, why: FailureKind) -> String {
    let resume = format!("weco resume {}", short(spec.id));
    match (why, spec.model.split_once('/')) {
        (FailureKind::Key, Some((provider, _))) => format!("{resume} --api-key {provider}=<key>"),
        _ => resume,
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

/// The run's environment: what is recorded of it, and the secrets that this daemon has in its own.
fn environment(registry: &Registry, state: &RunState) -> Result<Environment, Failure> {
    let spec = state.spec();
    let record = registry.deps().journal.blob(spec.id, spec.environment)?.unwrap_or_default();
    let mut environment = environment::from_record(&record);
    let mut missing = Vec::new();
    for name in &spec.secret_variables {
        match std::env::var_os(name) {
            Some(value) => environment.push((name.into(), value)),
            None => missing.push(name.as_str()),
        }
    }
    if missing.is_empty() {
        return Ok(environment);
    }
    let missing = missing.join(", ");
    Err(Failure::new(
        FailureKind::State,
        format!("secrets are not kept on disk: {missing} must be given again"),
    ))
}
