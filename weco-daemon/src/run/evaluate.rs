use std::path::Path;
use std::time::Duration;

use weco_core::decide::Input;
use weco_core::event::{Exit, Outcome, Terms, Verdict};
use weco_core::metric;
use weco_core::run::{FileRefs, NodeId};

use crate::blobs::Blob;
use crate::eval::process::{Command, DEFAULT_GRACE, End, Finished, StopSignal, Token};
use crate::run::approved;
use crate::run::effects::Shared;
use crate::run::feed::LiveWhat;
use crate::run::measure::{Trouble, measure};
use crate::run::turns::{holder, working_tree};

/// Evaluates one version and reports what came of it. The sources are restored on every path.
pub(super) async fn evaluate(
    shared: &Shared,
    node: NodeId,
    attempt: u32,
    refs: FileRefs,
    terms: Option<Box<Terms>>,
    mut stop: StopSignal,
) {
    let command = match command(shared, node, attempt, terms.as_deref()) {
        Ok(command) => command,
        Err(reason) => {
            let returned = Input::EvalReturned { node, attempt, reason };
            return shared.mailbox.send(returned, Vec::new()).await;
        }
    };
    let tree = working_tree(Path::new(&shared.spec.directory));
    let waiting = |holder: &str| {
        let why = format!("{holder} evaluates in this working tree");
        shared.show(node.0, LiveWhat::Waiting { why });
    };
    let turn = tokio::select! {
        turn = shared.deps.turns.take(&tree, holder(&shared.spec), waiting) => turn,
        () = stop.asked() => {
            return shared.mailbox.send(Input::EvalCancelled { node, attempt }, Vec::new()).await;
        }
    };
    let (input, blobs) = match measure(shared, node, attempt, &refs, &command, stop).await {
        Ok(None | Some(Finished { end: End::Stopped, .. })) => {
            (Input::EvalCancelled { node, attempt }, Vec::new())
        }
        Ok(Some(finished)) => {
            let (outcome, output) = judge(shared, finished);
            (Input::EvalEnded { node, attempt, outcome }, vec![output])
        }
        // It would fail again and again: only who approved it can say how it is run instead.
        Err(Trouble { message, is_command: true, .. }) if terms.is_some() => {
            (Input::EvalReturned { node, attempt, reason: message }, Vec::new())
        }
        Err(Trouble { message, hint, .. }) => {
            (Input::EvalFailed { node, attempt, message, hint }, Vec::new())
        }
    };
    if terms.is_some() && !matches!(input, Input::EvalCancelled { .. }) {
        shared.deps.secrets.take_back(shared.spec.id, node);
    }
    // The next in line may begin while this result is recorded.
    drop(turn);
    shared.mailbox.send(input, blobs).await;
}

/// What is run: as the run says, or as whoever approved the node said.
///
/// # Errors
/// In words, what of the terms of an approval is gone.
fn command(shared: &Shared, node: NodeId, attempt: u32, terms: Option<&Terms>) -> Result<Command, String> {
    let spec = &shared.spec;
    let (text, directory, environment) = match terms {
        None => (spec.eval_command.clone(), spec.directory.clone(), shared.environment.clone()),
        Some(terms) if !Path::new(&terms.directory).is_dir() => {
            return Err(format!("the directory that it was approved in, {}, is gone", terms.directory));
        }
        Some(terms) => (
            terms.command.clone().unwrap_or_else(|| spec.eval_command.clone()),
            terms.directory.clone(),
            approved::environment(&shared.deps, spec.id, node, terms)?,
        ),
    };
    Ok(Command {
        text,
        directory: directory.into(),
        environment,
        token: Token::new(spec.id, node, attempt),
        timeout: spec.eval_timeout_seconds.map(Duration::from_secs),
        grace: DEFAULT_GRACE,
    })
}

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
