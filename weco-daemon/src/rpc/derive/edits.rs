//! Local sources that are nobody's version: the user's own work, which no version may be written over.

use std::path::Path;

use weco_core::event::RunEvent;
use weco_core::run::{BlobId, NodeId, Source};
use weco_core::state::RunState;

use crate::error::Failure;
use crate::run::Registry;

use super::start::Start;

/// What is recorded of sources whose text no run of the lineage began with or made.
///
/// # Errors
/// If the parent cannot be read.
pub(super) fn own(registry: &Registry, start: &Start, local: &[Source]) -> Result<Vec<RunEvent>, Failure> {
    let parent = start.parent.spec();
    let lineage = registry.lineage(parent.id)?;
    let forest = registry.forest(&lineage, parent.id)?;
    let is_known = |source: &&Source| forest.members().iter().any(|run| knows(run, source));
    let own = local.iter().filter(|source| !is_known(source));
    Ok(own.map(|source| edited(&parent.directory, start.node, source)).collect())
}

/// Whether a run began with this text, or made it.
fn knows(run: &RunState, source: &Source) -> bool {
    let is_it = |blob: Option<&BlobId>| blob == Some(&source.blob);
    let begins = |own: &Source| own.path == source.path && own.blob == source.blob;
    let began = run.spec().derived.is_none() && run.spec().sources.iter().any(begins);
    began
        || run
            .tree()
            .nodes()
            .iter()
            .any(|node| is_it(node.files.as_ref().and_then(|it| it.get(&source.path))))
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
