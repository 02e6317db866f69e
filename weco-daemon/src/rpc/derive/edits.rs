//! Local sources that are nobody's version: the user's own work, which no version may be written over.

use std::path::Path;

use weco_core::event::{Event, RunEvent};
use weco_core::run::{BlobId, NodeId, Source};
use weco_core::state::RunState;

use crate::error::Failure;
use crate::run::Registry;

use super::start::Start;

/// Events of a derived run that come before those of edits: see [`Registry::create`].
const FIRST_EVENTS: usize = 2;

/// What is recorded of sources whose text no run of the lineage began with or made.
///
/// # Errors
/// If the parent cannot be read.
pub(super) fn own(registry: &Registry, start: &Start, local: &[Source]) -> Result<Vec<RunEvent>, Failure> {
    let parent = start.parent.spec();
    let lineage = registry.lineage(parent.id)?;
    let forest = registry.forest(&lineage, parent.id)?;
    let is_known = |source: &&Source| forest.members().iter().any(|run| knows(registry, run, source));
    let own = local.iter().filter(|source| !is_known(source));
    Ok(own.map(|source| edited(&parent.directory, start.node, source)).collect())
}

/// Whether a run began with this text, or made it.
fn knows(registry: &Registry, run: &RunState, source: &Source) -> bool {
    let is_it = |blob: Option<&BlobId>| blob == Some(&source.blob);
    let mut versions = run.tree().nodes().iter().filter_map(|node| node.files.as_ref());
    versions.any(|files| is_it(files.get(&source.path))) || began(registry, run, source)
}

/// Whether a run began with this text in this place, and not as an edit of the user's own: of a derived run its
/// first events tell, also when the run that it comes from is not recorded any more.
fn began(registry: &Registry, run: &RunState, source: &Source) -> bool {
    let spec = run.spec();
    if !spec.sources.iter().any(|own| own.path == source.path && own.blob == source.blob) {
        return false;
    }
    let edit = |event: &Event| match &event.kind {
        RunEvent::SourceEdited { path, text, .. } => *path == source.path && *text == Some(source.blob),
        _ => false,
    };
    let first = || registry.deps().journal.read(spec.id, 1, FIRST_EVENTS + spec.sources.len());
    // One whose record cannot be read now is asked in vain: the user's own is what is not known.
    spec.derived.is_none() || first().is_ok_and(|first| !first.iter().any(edit))
}

fn edited(directory: &str, node: NodeId, source: &Source) -> RunEvent {
    let path = &source.path;
    RunEvent::SourceEdited {
        path: path.clone(),
        kept_at: Path::new(directory).join(path).display().to_string(),
        message: format!(
            "{path} holds an edit of your own, which step {node} does not have; yours stays in place and is what \
             is restored after evaluations"
        ),
        text: Some(source.blob),
    }
}
