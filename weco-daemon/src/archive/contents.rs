//! Which contents a run's events name.

use weco_core::event::{Event, RunEvent};
use weco_core::run::BlobId;

/// The contents that an event names and that go with it, in its own order. Environments do not.
pub(super) fn named(event: &Event) -> Vec<BlobId> {
    match &event.kind {
        RunEvent::Created { spec } => {
            let originals = spec.sources.iter().map(|source| source.blob);
            let protected = spec.measurement.protect.as_ref().map(|protect| protect.record);
            originals.chain(spec.baseline().into_values()).chain(protected).collect()
        }
        RunEvent::Proposed { files, .. } | RunEvent::Revised { files, .. } => {
            files.values().copied().collect()
        }
        RunEvent::Evaluated { outcome, .. } | RunEvent::Inherited { outcome } => vec![outcome.output],
        RunEvent::SourceEdited { text, .. } => text.iter().copied().collect(),
        RunEvent::Asked { .. }
        | RunEvent::Unusable { .. }
        | RunEvent::Failed { .. }
        | RunEvent::Approved { .. }
        | RunEvent::Rejected { .. }
        | RunEvent::Returned { .. }
        | RunEvent::Instructed { .. }
        | RunEvent::EvalIntended { .. }
        | RunEvent::EvalStarted { .. }
        | RunEvent::Weighed { .. }
        | RunEvent::Warned { .. }
        | RunEvent::Waiting { .. }
        | RunEvent::StopAsked { .. }
        | RunEvent::Failing { .. }
        | RunEvent::EvalAbandoned { .. }
        | RunEvent::Resumed { .. }
        | RunEvent::Ended { .. }
        | RunEvent::Applied { .. } => Vec::new(),
    }
}
