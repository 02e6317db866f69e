//! A run's report, from its record.

use std::io::Write;

use weco_core::event::{Event, Timestamp};
use weco_core::run::{FileRefs, Files, RunId};
use weco_core::state::RunState;
use weco_proto::version::VERSION;
use weco_report::Report;

use super::export::ExportError;
use crate::journal::{Journal, JournalError};
use crate::run::load;

/// Writes the report of `run` as it is now. Of a damaged record it shows what can be read. Blocks.
///
/// # Errors
/// [`ExportError`] if not even the beginning can be read, or the reader is gone.
pub(crate) fn report(
    journal: &dyn Journal,
    run: RunId,
    now: Timestamp,
    mut out: impl Write,
) -> Result<(), ExportError> {
    let last = journal.runs_in(run..=run, 1)?.first().map_or(0, |entry| entry.last_seq);
    let events = journal.read(run, 1, usize::try_from(last).unwrap_or(usize::MAX))?;
    let state = RunState::replay(&events).map_err(|error| ExportError::Record(error.to_string()))?;
    Ok(out.write_all(html(journal, &state, &events, now)?.as_bytes())?)
}

/// The page.
///
/// # Errors
/// If the journal fails; a content that it has lost is left out.
pub(super) fn html(
    journal: &dyn Journal,
    state: &RunState,
    events: &[Event],
    now: Timestamp,
) -> Result<String, JournalError> {
    let run = state.spec().id;
    let version = |files: Option<&FileRefs>| -> Result<Option<Files>, JournalError> {
        match files.map(|files| load(journal, run, files)) {
            None | Some(Err(JournalError::Damaged(_))) => Ok(None),
            Some(files) => files.map(Some),
        }
    };
    let baseline = version(state.baseline().files.as_ref())?;
    let best = version(state.tree().best().and_then(|best| best.files.as_ref()))?;
    let report = Report {
        state,
        tails: &weco_report::tails(events),
        code: baseline.as_ref().zip(best.as_ref()),
        elapsed: weco_report::elapsed(events),
        made_at: now,
        version: VERSION,
    };
    Ok(report.html())
}
