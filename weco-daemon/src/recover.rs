//! After a restart: every run that was going on is put right, then goes on by itself.
//!
//! Evaluations that the last daemon left running are ended, sources are restored, and what was
//! intended but not completed is done again. A run that needs secrets which are gone waits as
//! `interrupted` and says which.

mod hints;

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use weco_core::decide::{Input, decide};
use weco_core::event::{EndStatus, ProcessRef};
use weco_core::run::{NodeId, RunId};
use weco_core::state::RunState;

use crate::blobs::Blob;
use crate::clock;
use crate::environment;
use crate::error::{Failure, FailureKind};
use crate::eval::process::{DEFAULT_GRACE, Token, kill_leftover};
use crate::eval::workspace::Workspace;
use crate::isolate::Workspaces;
use crate::journal::{Durability, RunEntry};
use crate::rpc::context_for;
use crate::run::{Registry, Turn, kept_dir, load, noticed, overlap, short, working_tree};
use crate::secrets::{Recalled, recall};

/// How long until a run that could not be put right is tried again: at first, and at most.
const TRY_AGAIN: Duration = Duration::from_secs(1);
const TRY_AGAIN_MOST: Duration = Duration::from_secs(60);

/// Leftovers that are ended at once, over all runs: each may take its grace period.
const AT_ONCE: usize = 64;

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
    let named: HashSet<String> = unfinished.iter().map(|run| Workspaces::name(*run)).collect();
    registry.deps().workspaces.sweep(|name| named.contains(name));
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
        // The user's own code needs no writing. What a derived run began from may: but often it is there already, which
        // nothing records, and would be looked at again at every start.
        let better = summary.best.is_some_and(|best| best.step != NodeId::BASELINE);
        if summary.apply_best && completed && just_ended && better {
            match registry.apply_best(entry.id).await {
                Ok((step, _)) => tracing::info!(run = %entry.id, %step, "applied the best version"),
                Err(failure) => tracing::warn!(run = %entry.id, %failure, "the best version was not applied"),
            }
        }
    }
}

/// A run that could not be put right.
struct Left {
    run: RunId,
    /// Where a version of it may be in a source's place: nobody may evaluate there meanwhile. Unknown if its
    /// record cannot be read.
    tree: Option<PathBuf>,
}

/// Tries until all are right, or the daemon stops.
async fn later(registry: Arc<Registry>, mut left: Vec<Left>) {
    let mut pause = TRY_AGAIN;
    let mut turns = Vec::new();
    while !left.is_empty() {
        hold_trees(&registry, &left, &mut turns);
        tokio::time::sleep(pause).await;
        if registry.is_stopping() {
            return;
        }
        left = try_all(&registry, left.into_iter().map(|left| left.run).collect()).await;
        pause = (pause * 2).min(TRY_AGAIN_MOST);
    }
}

/// Has the turn in every tree of `left`, and in no other.
fn hold_trees(registry: &Registry, left: &[Left], turns: &mut Vec<(PathBuf, Turn)>) {
    let trees: Vec<(&PathBuf, RunId)> =
        left.iter().filter_map(|left| Some((left.tree.as_ref()?, left.run))).collect();
    turns.retain(|(held, _)| trees.iter().any(|(tree, _)| *tree == held));
    for (tree, run) in trees {
        if !turns.iter().any(|(held, _)| held == tree) {
            let holder = format!("run {}", run.short());
            turns.push((tree.clone(), registry.deps().turns.claim(tree, holder)));
        }
    }
}

/// An unfinished run, while it is put right.
struct Unfinished {
    state: RunState,
    tree: PathBuf,
    /// Whether a version of it is in a source's place.
    swapped: bool,
}

/// Puts the runs right: first all files are brought back, then the runs go on, so that none takes another's
/// version for the user's file. Returns those that could not be put right.
async fn try_all(registry: &Registry, runs: Vec<RunId>) -> Vec<Left> {
    let (mut left, mut found) = (Vec::new(), Vec::new());
    for run in runs {
        match look(registry, run) {
            Ok(Some(unfinished)) => found.push(unfinished),
            Ok(None) => {}
            Err(failure) => report(&mut left, run, None, &failure),
        }
    }
    let ends = found.iter().flat_map(|run| leftovers(&run.state));
    stream::iter(ends).for_each_concurrent(AT_ONCE, Leftover::end).await;
    // At most one of those that share a source has a version in its place.
    found.sort_by_key(|run| !run.swapped);
    let mut restored = Vec::new();
    for mut unfinished in found {
        let (run, tree) = (unfinished.state.spec().id, unfinished.tree.clone());
        let blocked = left.iter().any(|left| left.tree.as_ref().is_some_and(|other| overlap(other, &tree)));
        if blocked {
            left.push(Left { run, tree: Some(tree) });
            continue;
        }
        // Nothing works there any more. What the run needs is made anew.
        registry.deps().workspaces.discard(run);
        match restore(registry, &mut unfinished.state).await {
            Ok(workspace) => restored.push((unfinished, workspace)),
            Err(failure) => report(&mut left, run, Some(tree), &failure),
        }
    }
    for (unfinished, workspace) in restored {
        let run = unfinished.state.spec().id;
        if let Err(failure) = go_on(registry, unfinished.state, workspace).await {
            report(&mut left, run, Some(unfinished.tree), &failure);
        }
    }
    left
}

fn report(left: &mut Vec<Left>, run: RunId, tree: Option<PathBuf>, failure: &Failure) {
    tracing::error!(%run, %failure, "the run cannot be recovered; it is tried again");
    left.push(Left { run, tree });
}

/// What is recorded of a run, unless it has ended or was removed meanwhile.
fn look(registry: &Registry, run: RunId) -> Result<Option<Unfinished>, Failure> {
    if registry.deps().journal.runs_in(run..=run, 1)?.is_empty() {
        return Ok(None);
    }
    let state = registry.state(run)?;
    if state.end_status().is_some() {
        return Ok(None);
    }
    // A directory that cannot be looked into is found out about when its files are brought back.
    let swapped = registry.workspace(&state).is_ok_and(|workspace| workspace.is_swapped().unwrap_or(true));
    let tree = working_tree(Path::new(&state.spec().directory));
    Ok(Some(Unfinished { state, tree, swapped }))
}

/// Starts a run whose files are back; one that lacks something is interrupted.
async fn go_on(registry: &Registry, mut state: RunState, workspace: Workspace) -> Result<(), Failure> {
    let run = state.spec().id;
    let context = recalled(registry, &state)?.and_then(|recalled| {
        context_for(registry, &state, workspace, recalled)
            .map_err(|failure| hints::after_failure(failure, state.spec(), &registry.deps().access))
    });
    match context {
        Ok(context) => {
            tracing::info!(%run, "run goes on");
            registry.start(state, Input::Recovered, context);
            Ok(())
        }
        // The machine refuses: it may not for long.
        Err(failure) if failure.kind == FailureKind::System => Err(failure),
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

/// What a dead daemon may have left of an evaluation.
struct Leftover {
    run: RunId,
    step: NodeId,
    process: Option<ProcessRef>,
    token: Token,
}

/// Those of a run's evaluations.
fn leftovers(state: &RunState) -> impl Iterator<Item = Leftover> {
    let run = state.spec().id;
    state.tree().unfinished().filter(|node| node.is_evaluating()).flat_map(move |node| {
        let (step, attempt) = (node.id, node.eval_attempt);
        let one =
            Leftover { run, step, process: node.process().cloned(), token: Token::new(run, step, attempt) };
        let beside = Leftover { run, step, process: None, token: Token::beside(run, step, attempt) };
        std::iter::once(one).chain((step == NodeId::BASELINE).then_some(beside))
    })
}

impl Leftover {
    async fn end(self) {
        let ended = kill_leftover(self.process.as_ref(), &self.token, DEFAULT_GRACE).await;
        tracing::info!(run = %self.run, step = %self.step, ?ended, "ended what was left of an evaluation");
    }
}

/// Brings the user's files back, and records edits that were made while no daemon was there. A run that has ended
/// may have been about to write its best version.
pub(crate) async fn restore(registry: &Registry, state: &mut RunState) -> Result<Workspace, Failure> {
    let mut workspace = registry.workspace(state)?;
    // A run with workspaces of its own has nothing in the sources' place but what it wrote at its end.
    let in_place = !state.spec().is_isolated();
    let under_way = state.tree().unfinished().find(|node| in_place && node.is_evaluating());
    let version = under_way.or_else(|| state.tree().best().filter(|_| state.end_status().is_some()));
    let candidate = match version.and_then(|node| node.files.as_ref()) {
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

/// What is recorded of the run's environment, with its secrets; or what it lacks.
///
/// # Errors
/// If the record cannot be read now.
pub(crate) fn recalled(registry: &Registry, state: &RunState) -> Result<Result<Recalled, Failure>, Failure> {
    let (spec, deps) = (state.spec(), registry.deps());
    let Some(record) = deps.journal.blob(spec.id, spec.environment)? else {
        let message = "the environment of its evaluations was lost with a damaged record";
        let hint = format!("weco resume {} from a shell that has it", short(spec.id));
        return Ok(Err(Failure::new(FailureKind::State, message).hint(hint)));
    };
    let recorded = environment::from_record(&record);
    let own = |name: &OsStr| std::env::var_os(name);
    Ok(recall(spec, recorded, deps.secrets.get(spec.id), own, &deps.access)
        .map_err(|lacking| hints::lacking(lacking, spec.id)))
}
