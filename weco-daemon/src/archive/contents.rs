//! Which contents a run's events name.

use weco_core::event::{Event, RunEvent};
use weco_core::run::BlobId;

/// The contents that an event names and that go with it, in its own order. The environment does not.
pub(super) fn named(event: &Event) -> Vec<BlobId> {
    match &event.kind {
        RunEvent::Created { spec } => spec.sources.iter().map(|source| source.blob).collect(),
        RunEvent::Proposed { files, .. } => files.values().copied().collect(),
        RunEvent::Evaluated { outcome, .. } => vec![outcome.output],
        RunEvent::SourceEdited { text, .. } => text.iter().copied().collect(),
        RunEvent::Asked { .. }
        | RunEvent::Unusable { .. }
        | RunEvent::Failed { .. }
        | RunEvent::EvalIntended { .. }
        | RunEvent::EvalStarted { .. }
        | RunEvent::Warned { .. }
        | RunEvent::Waiting { .. }
        | RunEvent::StopAsked { .. }
        | RunEvent::Resumed { .. }
        | RunEvent::Ended { .. }
        | RunEvent::Applied { .. } => Vec::new(),
    }
}
