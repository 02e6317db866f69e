//! How a run's versions are measured: from a request to what is recorded.

use std::path::{Path, PathBuf};

use weco_core::plan;
use weco_core::run::{Measurement, Protect};
use weco_proto::bounds::MAX_REPEATS;
use weco_proto::v1;

use crate::blobs::Blob;
use crate::error::{Failure, FailureKind};
use crate::eval::protect::{self, Guard, Looking, ProtectError};

/// What is let in is what is done.
const _: () = assert!(MAX_REPEATS == plan::MAX_REPEATS);

/// Checks what needs no look at files.
pub(super) fn check(request: &v1::StartRunRequest) -> Result<(), Failure> {
    if request.eval_repeats.is_some_and(|repeats| !(1..=MAX_REPEATS).contains(&repeats)) {
        return Err(Failure::invalid(format!(
            "the command is run 1 to {MAX_REPEATS} times for each version"
        )));
    }
    if request.verify_command.as_ref().is_some_and(|command| command.trim().is_empty()) {
        return Err(Failure::invalid("the command that verifies is empty"));
    }
    Ok(())
}

/// What is recorded, and the contents that it names. `own` is what the run writes: its sources and its log directory.
pub(super) fn measurement(
    repeats: Option<u32>,
    verify_command: Option<String>,
    paths: Vec<String>,
    directory: &Path,
    own: &[PathBuf],
    looking: Looking<'_>,
) -> Result<(Measurement, Option<Blob>), Failure> {
    let (protect, record) = protected(paths, directory, own, looking)?.unzip();
    Ok((Measurement { repeats, verify_command, protect }, record))
}

/// What is to be protected as it is now; none if nothing is.
pub(super) fn protected(
    paths: Vec<String>,
    directory: &Path,
    own: &[PathBuf],
    looking: Looking<'_>,
) -> Result<Option<(Protect, Blob)>, Failure> {
    if paths.is_empty() {
        return Ok(None);
    }
    protect::refuse_own(directory, &paths, own)?;
    let record = Blob::new(Guard::take(directory, &paths, looking)?.record());
    Ok(Some((Protect { paths, record: record.id() }, record)))
}

impl From<ProtectError> for Failure {
    fn from(error: ProtectError) -> Self {
        let hint = error.hint();
        match error.may_pass() {
            true => Self::new(FailureKind::System, error.to_string()),
            false => Self::invalid(error.to_string()).hint(hint),
        }
    }
}
