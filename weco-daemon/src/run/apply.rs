//! Making one of a run's versions the user's own: usually the best.

use std::path::Path;
use std::time::Duration;

use weco_core::decide::{Input, decide};
use weco_core::event::{EndStatus, Event};
use weco_core::run::{BlobId, FileRefs, NodeId};
use weco_core::state::RunState;
use weco_core::tree::Node;

use crate::clock;
use crate::error::{Failure, FailureKind};
use crate::eval::workspace::{Edit, Workspace, WorkspaceError};
use crate::run::effects::{kept_dir, load};
use crate::run::registry::{Deps, short};

/// What was written.
pub(super) struct Applied {
    /// The step.
    pub(super) node: NodeId,
    /// The sources that were written, or that hold it already.
    pub(super) paths: Vec<String>,
    /// To record.
    pub(super) events: Vec<Event>,
}

/// How long someone who asks waits for another run's evaluation in the same files: clients give up after 30 s.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// Whether a run that is over asked for its best version to be written, and has one.
pub(super) fn is_due(state: &RunState) -> bool {
    let completed = state.end_status() == Some(EndStatus::Completed);
    state.spec().apply_best && completed && best(state).is_some()
}

/// The run's best version, unless that is the user's own code, which needs no writing: of a derived run step 0 is not.
fn best(state: &RunState) -> Option<&Node> {
    let is_derived = state.spec().derived.is_some();
    state.tree().best().filter(|node| is_derived || node.id != NodeId::BASELINE)
}

/// Which version is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Version {
    /// The run's best, which must not be the user's own code.
    Best,
    /// This one, whatever came of it.
    Of(NodeId),
}

/// Writes a version over the sources of a run that is over; the caller has the turn in its working tree. If it is
/// there already, that is all there is to it.
///
/// # Errors
/// If there is no such version, or a source was edited since.
pub(super) fn apply(
    deps: &Deps,
    state: &mut RunState,
    workspace: &mut Workspace,
    version: Version,
) -> Result<Applied, Failure> {
    let (node, refs) = chosen(state, version)?;
    if !state.edited().is_empty() {
        return Err(edited(state, node, state.edited().iter().map(String::as_str)));
    }
    let files = load(deps.journal.as_ref(), state.spec().id, &refs)?;
    let edits = workspace.check()?;
    if edits.is_empty() && *state.originals() == refs {
        let changed = refs.iter().filter(|(path, blob)| is_changed(state, path, blob));
        let paths = changed.map(|(path, _)| path.clone()).collect();
        return Ok(Applied { node, paths, events: Vec::new() });
    }
    // Written already, by a daemon that died before it could record that.
    let differs = |(path, blob): &(&String, &BlobId)| state.originals().get(*path) != Some(*blob);
    let due: Vec<String> = refs.iter().filter(differs).map(|(path, _)| path.clone()).collect();
    let is_written = !edits.is_empty() && due.iter().all(|path| holds(&edits, path, &files[path]));
    let paths = if is_written && edits.len() == due.len() {
        due
    } else {
        let applied = workspace.apply(&files, &kept_dir(state.spec(), "apply"));
        applied.map_err(|error| match error {
            WorkspaceError::Edited(edits) => edited(state, node, edits.iter().map(Edit::path)),
            error => error.into(),
        })?
    };
    let decision = decide(state, Input::Applied { node, paths: paths.clone() }, clock::now())
        .map_err(Failure::internal)?;
    Ok(Applied { node, paths, events: decision.events })
}

fn chosen(state: &RunState, version: Version) -> Result<(NodeId, FileRefs), Failure> {
    let refused = |message: String| Failure::new(FailureKind::State, message);
    match version {
        Version::Best => {
            let best = best(state).and_then(|node| Some((node.id, node.files.clone()?)));
            best.ok_or_else(|| none_better(state))
        }
        Version::Of(id) => {
            let files = state.tree().get(id).and_then(|node| node.files.clone());
            files.map(|files| (id, files)).ok_or_else(|| {
                let run = short(state.spec().id);
                refused(format!("step {id} of run {run} has no code: it was never proposed"))
                    .hint(format!("steps with code: weco run results {run}"))
            })
        }
    }
}

fn none_better(state: &RunState) -> Failure {
    let run = short(state.spec().id);
    Failure::new(FailureKind::State, "no version better than the baseline was found")
        .hint(format!("to have another version all the same: weco run results {run}"))
}

/// Whether the source at `path` was found to hold `text`.
fn holds(edits: &[Edit], path: &str, text: &str) -> bool {
    edits.iter().any(|edit| match edit {
        Edit::InPlace { path: found, content, .. } => found == path && **content == *text.as_bytes(),
        Edit::Moved { .. } | Edit::Deleted { .. } => false,
    })
}

fn is_changed(state: &RunState, path: &str, blob: &BlobId) -> bool {
    state.spec().sources.iter().any(|source| source.path == path && source.blob != *blob)
}

/// A version is not written over the user's own edit of `paths`.
fn edited<'a>(state: &RunState, node: NodeId, paths: impl Iterator<Item = &'a str>) -> Failure {
    let paths = paths.collect::<Vec<_>>().join(", ");
    let (spec, is_best) = (state.spec(), state.tree().best().is_some_and(|best| best.id == node));
    let version = if is_best { "the best version".to_owned() } else { format!("step {node}") };
    // Not everything is there: not what was imported, nor what nobody evaluated.
    let places = [is_best.then(|| "best/files".to_owned()), Some(format!("steps/{node}/files"))];
    let artifacts = Path::new(&spec.log_dir).join(spec.id.to_string());
    let kept = places.into_iter().flatten().map(|place| artifacts.join(place)).find(|place| place.is_dir());
    let hint = match kept {
        Some(kept) => format!("merge {version}, in {}, into your own", kept.display()),
        None if node == NodeId::BASELINE => {
            format!("merge {version} into your own: weco run show {} --step 0", short(spec.id))
        }
        None => format!(
            "merge {version} into your own; what it changes: weco run diff {} --step {node}",
            short(spec.id)
        ),
    };
    let message = format!("{paths} holds an edit of your own, so {version} is not written over it");
    Failure::new(FailureKind::State, message).hint(hint)
}
