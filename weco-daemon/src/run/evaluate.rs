use std::path::Path;
use std::time::Duration;

use weco_core::decide::Input;
use weco_core::event::{Exit, Outcome, Verdict};
use weco_core::metric;
use weco_core::run::{FileRefs, NodeId};

use crate::blobs::Blob;
use crate::eval::capture;
use crate::eval::process::{Command, DEFAULT_GRACE, End, Finished, StopSignal, Token};
use crate::eval::workspace::{Edit, WorkspaceError};
use crate::eval::{self, EvalError, Evaluated, Evaluation};
use crate::run::effects::Shared;
use crate::run::feed::{Live, LiveWhat};
use crate::run::slots::Slot;
use crate::run::turns::{Turn, working_tree};

/// Looks at the sources that find one edited, before giving up on someone who never stops saving.
const EDITS_TAKEN: u32 = 20;

/// Evaluates one version and reports what came of it. The sources are restored on every path.
pub(super) async fn evaluate(
    shared: &Shared,
    node: NodeId,
    attempt: u32,
    refs: FileRefs,
    mut stop: StopSignal,
) {
    let place = tokio::select! {
        place = take_place(shared, node) => place,
        () = stop.asked() => {
            return shared.mailbox.send(Input::EvalCancelled { node, attempt }, Vec::new()).await;
        }
    };
    let (input, blobs) = match measure(shared, node, attempt, &refs, stop).await {
        Ok(Finished { end: End::Stopped, .. }) => (Input::EvalCancelled { node, attempt }, Vec::new()),
        Ok(finished) => {
            let (outcome, output) = judge(shared, finished);
            (Input::EvalEnded { node, attempt, outcome }, vec![output])
        }
        Err(Trouble { message, hint }) => (Input::EvalFailed { node, attempt, message, hint }, Vec::new()),
    };
    // The next in line may begin while this result is recorded.
    drop(place);
    shared.mailbox.send(input, blobs).await;
}

/// Waits until nobody else evaluates in the working tree, then until the machine has a place.
async fn take_place(shared: &Shared, node: NodeId) -> (Turn, Slot) {
    let wait = |why| shared.show(node.0, LiveWhat::Waiting { why });
    let tree = working_tree(Path::new(&shared.spec.directory));
    let busy = || wait("another run evaluates in this working tree".to_owned());
    let turn = shared.deps.turns.take(&tree, busy).await;
    (turn, shared.deps.slots.take(wait).await)
}

/// Why an evaluation could not be made.
struct Trouble {
    message: String,
    hint: String,
}

impl Trouble {
    fn new(error: impl std::fmt::Display) -> Self {
        Self { message: error.to_string(), hint: String::new() }
    }
}

async fn measure(
    shared: &Shared,
    node: NodeId,
    attempt: u32,
    refs: &FileRefs,
    stop: StopSignal,
) -> Result<Finished, Trouble> {
    let files = shared.load(refs).map_err(Trouble::new)?;
    let kept = shared.kept_dir(node);
    let mut workspace = shared.workspace.lock().await;
    for _ in 0..EDITS_TAKEN {
        let evaluation = Evaluation { files: &files, command: command(shared, node, attempt), kept: &kept };
        let started = |process: &_, live: capture::Live| {
            shared.mailbox.post(Input::EvalStarted { node, attempt, process: Clone::clone(process) });
            shared.show(node.0, LiveWhat::Evaluating { output_tail: String::new() });
            tokio::spawn(show_output(shared.live.clone(), node, live));
        };
        let swap = shared.deps.swaps.note(workspace.replacements(&files));
        let evaluated = eval::evaluate(&mut workspace, evaluation, stop.clone(), started).await;
        drop(swap);
        match evaluated {
            Ok(Evaluated { finished, edits }) => {
                report(shared, &edits).await;
                workspace.adopt(&edits);
                return Ok(finished);
            }
            Err(EvalError::Swap(WorkspaceError::Edited(edits))) => {
                report(shared, &edits).await;
                workspace.adopt(&edits);
            }
            Err(error) => return Err(Trouble::new(error)),
        }
    }
    Err(Trouble {
        message: "the sources are being edited all the time, so nothing can be measured".to_owned(),
        hint: "resume the run when the editing is over".to_owned(),
    })
}

fn command(shared: &Shared, node: NodeId, attempt: u32) -> Command {
    Command {
        text: shared.spec.eval_command.clone(),
        directory: shared.spec.directory.clone().into(),
        environment: shared.environment.clone(),
        token: Token::new(shared.spec.id, node, attempt),
        timeout: shared.spec.eval_timeout_seconds.map(Duration::from_secs),
        grace: DEFAULT_GRACE,
    }
}

/// Records the user's edits; returns once they are durable.
async fn report(shared: &Shared, edits: &[Edit]) {
    for edit in edits {
        let (input, blobs) = noticed(edit);
        shared.mailbox.ask(input, blobs).await;
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
async fn show_output(live: tokio::sync::watch::Sender<Live>, node: NodeId, output: capture::Live) {
    let mut grown = output.watch();
    // Ends when the capture is dropped. The newest value is all that watchers see.
    loop {
        let shown = live.send_if_modified(|live| match &mut live.what {
            LiveWhat::Evaluating { output_tail } if live.step == node.0 => {
                *output_tail = output.screen();
                true
            }
            _ => false,
        });
        if !shown {
            return;
        }
        tokio::time::sleep(SCREEN_EVERY).await;
        if grown.changed().await.is_err() {
            return;
        }
    }
}

/// The least time between two looks at the output: screens redraw at 10 Hz at most.
const SCREEN_EVERY: Duration = Duration::from_millis(100);

fn judge(shared: &Shared, finished: Finished) -> (Outcome, Blob) {
    let exit = match finished.end {
        End::Exited(exit) => exit,
        End::Stopped => Exit::Signal { signal: 15 },
    };
    let verdict = verdict(&finished.output, &shared.spec.metric, exit);
    let output = Blob::new(finished.output.into_bytes());
    let outcome = Outcome {
        verdict,
        exit,
        duration_ms: u64::try_from(finished.duration.as_millis()).unwrap_or(u64::MAX),
        output: output.id(),
        output_tail: finished.output_tail,
    };
    (outcome, output)
}

/// A printed metric counts however the command exited; a timeout never does.
fn verdict(output: &str, name: &str, exit: Exit) -> Verdict {
    if let Exit::TimedOut { limit_seconds } = exit {
        let reason = format!("the evaluation timed out after {limit_seconds} s");
        return Verdict::Buggy {
            reason,
            hint: "allow more with --eval-timeout, or make it quicker".to_owned(),
        };
    }
    let missing = match metric::find(output, name) {
        Ok(metric) => return Verdict::Good { metric },
        Err(missing) => missing,
    };
    let (reason, hint) = match exit {
        Exit::Code { code: 0 } | Exit::TimedOut { .. } => return missing_metric(&missing),
        Exit::Code { code } => (format!("the command failed with exit code {code}; {missing}"), SEE_TO_IT),
        Exit::Signal { signal } => {
            (format!("the command was ended by signal {signal}; {missing}"), SEE_TO_IT)
        }
    };
    Verdict::Buggy { reason, hint: hint.to_owned() }
}

fn missing_metric(missing: &metric::NotFound) -> Verdict {
    Verdict::Buggy { reason: missing.to_string(), hint: missing.hint() }
}

/// What to do about a baseline whose command fails.
const SEE_TO_IT: &str = "run the command by hand in this directory until it prints the metric";
