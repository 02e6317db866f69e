//! Making a run's best version the user's own.

use std::path::Path;
use std::time::Duration;

use weco_core::decide::{Input, decide};
use weco_core::event::{EndStatus, Event};
use weco_core::run::{BlobId, FileRefs, NodeId, RunSpec};
use weco_core::state::RunState;

use crate::clock;
use crate::error::{Failure, FailureKind};
use crate::eval::workspace::{Edit, Workspace, WorkspaceError};
use crate::run::effects::{kept_dir, load};
use crate::run::registry::{Deps, internal};

/// What was written.
pub(super) struct Applied {
    /// The best step.
    pub(super) node: NodeId,
    /// The sources that were written, or that hold it already.
    pub(super) paths: Vec<String>,
    /// To record.
    pub(super) events: Vec<Event>,
}

/// How long someone who asks waits for another run's evaluation in the same files: clients give up after 30 s.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// Whether a run that is over asked for its best version to be written, and has one. The user's own code needs no
/// writing.
pub(super) fn is_due(state: &RunState) -> bool {
    let best = state.tree().best().is_some_and(|node| node.id != NodeId::BASELINE);
    state.spec().apply_best && state.end_status() == Some(EndStatus::Completed) && best
}

/// Writes the best version over the sources of a run that is over; the caller has the turn in its working tree. If it is there already, that is all there is to
/// it.
///
/// # Errors
/// If nothing better than the baseline was found, or a source was edited since.
pub(super) fn apply_best(
    deps: &Deps,
    state: &mut RunState,
    workspace: &mut Workspace,
) -> Result<Applied, Failure> {
    let (node, refs) = best(state)?;
    if !state.edited().is_empty() {
        return Err(edited(state.spec(), state.edited().iter().map(String::as_str)));
    }
    let files = load(deps.journal.as_ref(), state.spec().id, &refs)?;
    let edits = workspace.check()?;
    let changed = refs.iter().filter(|(path, blob)| is_changed(state, path, blob));
    let changed: Vec<String> = changed.map(|(path, _)| path.clone()).collect();
    if edits.is_empty() && *state.originals() == refs {
        return Ok(Applied { node, paths: changed, events: Vec::new() });
    }
    // Written already, by a daemon that died before it could record that.
    let is_written = !edits.is_empty() && changed.iter().all(|path| holds(&edits, path, &files[path]));
    let paths = if is_written && edits.len() == changed.len() {
        changed
    } else {
        let applied = workspace.apply(&files, &kept_dir(state.spec(), "apply"));
        applied.map_err(|error| match error {
            WorkspaceError::Edited(edits) => edited(state.spec(), edits.iter().map(Edit::path)),
            error => error.into(),
        })?
    };
    let decision =
        decide(state, Input::Applied { node, paths: paths.clone() }, clock::now()).map_err(internal)?;
    Ok(Applied { node, paths, events: decision.events })
}

fn best(state: &RunState) -> Result<(NodeId, FileRefs), Failure> {
    let best = state.tree().best().filter(|node| node.id != NodeId::BASELINE);
    best.and_then(|node| Some((node.id, node.files.clone()?)))
        .ok_or_else(|| Failure::new(FailureKind::State, "no version better than the baseline was found"))
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

/// The best version is not written over the user's own edit of `paths`.
fn edited<'a>(spec: &RunSpec, paths: impl Iterator<Item = &'a str>) -> Failure {
    let paths = paths.collect::<Vec<_>>().join(", ");
    let best = Path::new(&spec.log_dir).join(spec.id.to_string()).join("best/files");
    Failure::new(
        FailureKind::State,
        format!("{paths} was edited during the run, so the best version is not written over it"),
    )
    .hint(format!("merge the best version, in {}, into your own", best.display()))
}
