//! One version put in the sources' place and measured, however often that has to be tried.

use std::path::Path;
use std::time::Duration;

use weco_core::decide::Input;
use weco_core::run::{FileRefs, Files, NodeId};

use crate::blobs::Blob;
use crate::eval::capture;
use crate::eval::process::StopSignal;
use crate::eval::workspace::{Edit, RestoreError, WorkspaceError};
use crate::eval::{self, EvalError, Evaluated, Measured, Measuring, Version};
use crate::run::effects::Shared;
use crate::run::feed::{LiveSteps, LiveWhat, Printing};
use crate::run::outage::ServiceOutage;
use crate::run::patience::Patience;
use crate::run::place::Place;

/// Looks at the sources that find one edited, before giving up on someone who never stops saving.
const EDITS_TAKEN: u32 = 20;

/// The least time between two looks at the output: screens redraw at 10 Hz at most.
const SCREEN_EVERY: Duration = Duration::from_millis(100);

/// Why an evaluation could not be made.
pub(super) struct Trouble {
    pub(super) message: String,
    pub(super) hint: String,
    /// The command cannot be started as it is to be run, there, and with that environment.
    pub(super) is_command: bool,
}

impl Trouble {
    pub(super) fn new(error: impl std::fmt::Display) -> Self {
        Self { message: error.to_string(), hint: String::new(), is_command: false }
    }
}

/// Evaluates a version and restores the sources; none if a stop was asked for before it ran. What the machine
/// has no room for is tried again until it has.
pub(super) async fn measure(
    shared: &Shared,
    node: NodeId,
    attempt: u32,
    refs: &FileRefs,
    measuring: Measuring<'_>,
    place: &mut Place<'_>,
    mut stop: StopSignal,
) -> Result<Option<Measured>, Trouble> {
    let mut patience = Patience::new(shared, node);
    let mut outage = ServiceOutage::new(shared, node);
    let files = tokio::select! {
        files = patience.read(|| shared.load(refs)) => files.map_err(Trouble::new)?,
        () = stop.asked() => return Ok(None),
    };
    let kept = shared.kept_dir(node);
    let mut edits_taken = 0;
    while edits_taken < EDITS_TAKEN {
        let version = Version { files: &files, kept: &kept };
        let mut is_shown = false;
        let is_beside = place.is_beside();
        let started = |process: &_, live: capture::Live| {
            if is_beside {
                return;
            }
            shared.mailbox.post(Input::EvalStarted { node, attempt, process: Clone::clone(process) });
            // What the first of several commands prints is followed by what the others do.
            if std::mem::replace(&mut is_shown, true) {
                return;
            }
            shared.show(node.0, LiveWhat::Evaluating { output_tail: String::new() });
            let printing = Printing { node, attempt, output: live.clone() };
            shared.printing.send_modify(|printings| drop(printings.insert(node, printing)));
            tokio::spawn(show_output(shared.live.clone(), node, live));
        };
        // Of this machine's, while the command runs; not while a disk is waited for.
        let slot = tokio::select! {
            slot = shared.deps.slots.take(place.slot(), |why| shared.show(node.0, LiveWhat::Waiting { why })) => slot,
            () = stop.asked() => return Ok(None),
        };
        // Until the sources are back.
        let _swap = shared.deps.swaps.note(place.workspace().replacements(&files));
        let evaluated = {
            let commands = eval::repeat(measuring, stop.clone(), started);
            eval::evaluate(place.workspace(), version, commands).await
        };
        if !is_beside {
            shared.printing.send_modify(|printings| drop(printings.remove(&node)));
        }
        match evaluated {
            Ok(Evaluated { measured, edits }) => {
                place.found(shared, &edits).await;
                return Ok(measured);
            }
            Err(EvalError::Swap(WorkspaceError::Edited(edits))) => {
                place.found(shared, &edits).await;
                edits_taken += 1;
                if place.is_spoilt() && !place.renew(shared, node, &mut stop).await? {
                    return Ok(None);
                }
            }
            Err(EvalError::Restore { measured, error }) if place.is_disposable() => {
                drop(slot);
                tracing::info!(run = %shared.spec.id, slot = place.slot(), %error, "a workspace is given up");
                place.spoil();
                if let Some(measured) = measured {
                    return Ok(Some(*measured));
                }
                tokio::select! {
                    () = patience.wait(&error) => {}
                    () = stop.asked() => return Ok(None),
                }
                if !place.renew(shared, node, &mut stop).await? {
                    return Ok(None);
                }
            }
            Err(EvalError::Restore { measured, error }) => {
                drop(slot);
                put_right(shared, place, &files, &kept, error, &mut patience, &mut stop).await?;
                if let Some(measured) = measured {
                    return Ok(Some(*measured));
                }
            }
            Err(EvalError::Backend(fault)) => {
                drop(slot);
                tokio::select! {
                    waited = outage.wait(fault) => waited?,
                    () = stop.asked() => return Ok(None),
                }
            }
            Err(error) if error.may_pass() => {
                drop(slot);
                tokio::select! {
                    () = patience.wait(&error) => {}
                    () = stop.asked() => return Ok(None),
                }
            }
            Err(error) => {
                let is_command = matches!(error, EvalError::Start(_));
                return Err(Trouble { is_command, ..Trouble::new(error) });
            }
        }
    }
    Err(Trouble {
        message: "the sources are being edited all the time, so nothing can be measured".to_owned(),
        hint: "resume the run when the editing is over".to_owned(),
        is_command: false,
    })
}

/// Tries to restore the user's sources until that works, whatever is in the way: a run must not end with a candidate in
/// their place, unless someone insists.
async fn put_right(
    shared: &Shared,
    place: &mut Place<'_>,
    files: &Files,
    kept: &Path,
    mut error: RestoreError,
    patience: &mut Patience<'_>,
    stop: &mut StopSignal,
) -> Result<(), Trouble> {
    loop {
        place.found(shared, &error.edits).await;
        tokio::select! {
            () = patience.wait(&error) => {}
            () = stop.forced() => return Err(Trouble::new(error)),
        }
        match place.workspace().recover(Some(files), kept) {
            Ok(edits) => {
                place.found(shared, &edits).await;
                return Ok(());
            }
            Err(again) => error = again,
        }
    }
}

/// The news of an edit, and the text to keep with it.
pub(crate) fn noticed(edit: &Edit) -> (Input, Vec<Blob>) {
    let content = match edit {
        Edit::InPlace { content, .. } => Some(Blob::new(content.to_vec())),
        Edit::Moved { .. } | Edit::Deleted { .. } => None,
    };
    let input = Input::SourceEdited {
        path: edit.path().to_owned(),
        kept_at: edit.kept_at().display().to_string(),
        message: edit.message(),
        text: content.as_ref().map(Blob::id),
    };
    (input, content.into_iter().collect())
}

/// Shows the output's end as it grows, until the command has ended or something else is shown.
async fn show_output(live: tokio::sync::watch::Sender<LiveSteps>, node: NodeId, output: capture::Live) {
    let mut grown = output.watch();
    // Ends when nothing more can be printed. The newest value is all that watchers see.
    loop {
        let mut is_shown = false;
        live.send_if_modified(|live| {
            is_shown = live.update(node.0, |what| match what {
                LiveWhat::Evaluating { output_tail } => {
                    *output_tail = output.screen();
                    true
                }
                _ => false,
            });
            is_shown
        });
        if !is_shown {
            return;
        }
        tokio::time::sleep(SCREEN_EVERY).await;
        if grown.changed().await.is_err() {
            return;
        }
    }
}
