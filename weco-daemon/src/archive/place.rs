//! Where an imported run is to be, and how it stands.

use std::path::{Component, Path};

use weco_core::decide::{Input, decide};
use weco_core::event::{Event, RunEvent, Timestamp};
use weco_core::run::RunSpec;
use weco_core::state::{IllegalEvent, RunState};

/// Where a run keeps its artifacts if its old place for them was outside its directory.
const LOG_DIR: &str = ".runs";

/// Moves a run to `directory`, with its log directory if that was below the old one.
pub(super) fn move_to(directory: &str, spec: &mut RunSpec) {
    let below = Path::new(&spec.log_dir).strip_prefix(&spec.directory).ok();
    // `..` is recorded as the user wrote it, and leads anywhere.
    let plain = |below: &&Path| below.components().all(|part| matches!(part, Component::Normal(_)));
    let log_dir = Path::new(directory).join(below.filter(plain).unwrap_or(Path::new(LOG_DIR)));
    spec.log_dir = log_dir.display().to_string();
    directory.clone_into(&mut spec.directory);
}

/// Where a run's creation says that it is.
pub(super) fn spec_of(events: &mut [Event]) -> Option<&mut RunSpec> {
    match events.first_mut().map(|event| &mut event.kind) {
        Some(RunEvent::Created { spec }) => Some(spec),
        _ => None,
    }
}

/// What follows the events of a run that was going on when it was exported: here it is not, unless someone resumes
/// it. Nothing of a run that had ended.
///
/// # Errors
/// If the events do not allow it.
pub(super) fn interruption(
    state: &mut RunState,
    last: Timestamp,
    exported_at: Timestamp,
) -> Result<Vec<Event>, IllegalEvent> {
    if state.end_status().is_some() {
        return Ok(Vec::new());
    }
    let reason = "exported while it was going on".to_owned();
    let hint = format!("weco resume {}", state.spec().id.short());
    Ok(decide(state, Input::Interrupted { reason, hint }, exported_at.max(last))?.events)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use weco_core::fixture;
    use weco_core::run::RunId;

    use super::*;

    #[test]
    fn a_log_directory_moves_along_if_it_is_within_the_runs_own() {
        let moved = |log_dir: &str| {
            let mut spec = RunSpec { log_dir: log_dir.to_owned(), ..fixture::spec(RunId(Uuid::nil())) };
            move_to("/elsewhere", &mut spec);
            assert_eq!(spec.directory, "/elsewhere");
            spec.log_dir
        };
        for (log_dir, there) in [
            ("/home/u/project/.runs", "/elsewhere/.runs"),
            ("/home/u/project/./deep/logs", "/elsewhere/deep/logs"),
            ("/home/u/logs", "/elsewhere/.runs"),
            ("/home/u/project/../runs", "/elsewhere/.runs"),
            ("/home/u/project/logs/../../../etc", "/elsewhere/.runs"),
        ] {
            assert_eq!(moved(log_dir), there, "{log_dir}");
        }
    }
}
