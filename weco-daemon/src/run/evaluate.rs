use std::path::Path;
use std::time::Duration;

use weco_core::decide::Input;
use weco_core::event::{Outcome, Terms, Verdict};
use weco_core::plan::Plan;
use weco_core::run::{FileRefs, NodeId};

use crate::backend::{Call, Question};
use crate::blobs::Blob;
use crate::eval::process::{Command, DEFAULT_GRACE, StopSignal, Token};
use crate::eval::{Measured, Measuring};
use crate::run::approved;
use crate::run::disturbance::{self, Company};
use crate::run::effects::Shared;
use crate::run::measure::{Trouble, measure};
use crate::run::place::Place;

/// Evaluates one version and reports what came of it. The sources are restored on every path.
pub(super) async fn evaluate(
    shared: &Shared,
    node: NodeId,
    attempt: u32,
    refs: FileRefs,
    terms: Option<Box<Terms>>,
    plan: Plan,
    mut stop: StopSignal,
) {
    let command = match command(shared, node, attempt, terms.as_deref()) {
        Ok(command) => command,
        Err(reason) => {
            let returned = Input::EvalReturned { node, attempt, reason };
            return shared.mailbox.send(returned, Vec::new()).await;
        }
    };
    let (mut input, mut blobs) = (Input::EvalCancelled { node, attempt }, Vec::new());
    match Place::take(shared, node, &mut stop).await {
        Ok(None) => {}
        Ok(Some(mut place)) => {
            let may_return = terms.is_some();
            let verify = shared.spec.measurement.verify_command.as_deref();
            let question = shared.spec.backend.as_ref();
            let question = question.map(|backend| Question::evaluate(&shared.spec, backend, node));
            let backend = question.as_ref().map(|question| Call { bridge: &shared.deps.bridge, question });
            let metric = &shared.spec.metric;
            let measuring = Measuring { command: &command, backend, metric, plan, verify };
            (input, blobs) =
                evaluate_in(shared, node, attempt, &refs, measuring, may_return, &mut place, stop).await;
            // The next in line may begin while this result is recorded.
            place.leave().await;
        }
        Err(Trouble { message, hint, .. }) => input = Input::EvalFailed { node, attempt, message, hint },
    }
    if terms.is_some() && !matches!(input, Input::EvalCancelled { .. }) {
        shared.deps.secrets.take_back(shared.spec.id, node);
    }
    shared.mailbox.send(input, blobs).await;
}

/// Evaluates the version in its place. `may_return`: someone approved it, and can say how it is run instead.
#[expect(clippy::too_many_arguments, reason = "all of one evaluation, named once")]
async fn evaluate_in<'s>(
    shared: &'s Shared,
    node: NodeId,
    attempt: u32,
    refs: &FileRefs,
    measuring: Measuring<'_>,
    may_return: bool,
    place: &mut Place<'s>,
    stop: StopSignal,
) -> (Input, Vec<Blob>) {
    let cancelled = (Input::EvalCancelled { node, attempt }, Vec::new());
    match guarded(shared, node, attempt, refs, measuring, place, stop.clone()).await {
        Ok(None) => cancelled,
        Ok(Some(measured)) => {
            let (outcome, output) = outcome(measured);
            if let Verdict::Good { metric } = outcome.verdict
                && disturbance::is_due(shared, node)
            {
                let alone = if outcome.samples.is_empty() { vec![metric] } else { outcome.samples.clone() };
                match disturbance::check(shared, attempt, refs, measuring, place, &stop, &alone).await {
                    Company::Fine => {}
                    Company::Disturbed(message) => {
                        shared.mailbox.send(Input::Warned { message }, Vec::new()).await;
                    }
                    Company::Fails { message, hint } => {
                        return (Input::EvalFailed { node, attempt, message, hint }, Vec::new());
                    }
                    Company::Stopped => return cancelled,
                }
            }
            (Input::EvalEnded { node, attempt, outcome }, vec![output])
        }
        // It would fail again and again: only who approved it can say how it is run instead.
        Err(Trouble { message, is_command: true, .. }) if may_return => {
            (Input::EvalReturned { node, attempt, reason: message }, Vec::new())
        }
        Err(Trouble { message, hint, .. }) => {
            (Input::EvalFailed { node, attempt, message, hint }, Vec::new())
        }
    }
}

/// Measures a version, unless the files that this depends on are not as they were; one under which they change is no
/// good.
async fn guarded(
    shared: &Shared,
    node: NodeId,
    attempt: u32,
    refs: &FileRefs,
    measuring: Measuring<'_>,
    place: &mut Place<'_>,
    stop: StopSignal,
) -> Result<Option<Measured>, Trouble> {
    let command = place.fit(measuring.command.clone())?;
    let measuring = Measuring { command: &command, ..measuring };
    let protected = shared.protected().await.map_err(Trouble::new)?;
    let mut asked_to_stop = stop.clone();
    // Of much data the first look takes a while.
    let changed = tokio::select! {
        changed = protected.changed(shared, node) => changed,
        () = asked_to_stop.asked() => return Ok(None),
    };
    if let Some(changed) = changed {
        let (message, hint) = (changed.message(), changed.hint(&shared.spec));
        return Err(Trouble { message, hint, is_command: false });
    }
    let mut measured = measure(shared, node, attempt, refs, measuring, place, stop).await?;
    if let Some(measured) = &mut measured {
        let changed = tokio::select! {
            changed = place.changed(protected, shared, node) => changed,
            () = asked_to_stop.asked() => return Ok(None),
        };
        if let Some(changed) = changed {
            (measured.verdict, measured.verified) = (changed.verdict(), false);
        }
    }
    Ok(measured)
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

/// The outcome as it is recorded, and what was printed.
fn outcome(measured: Measured) -> (Outcome, Blob) {
    let Measured { verdict, exit, duration, output, output_tail, samples, verified, report } = measured;
    let output = Blob::new(output.into_bytes());
    let outcome = Outcome {
        verdict,
        exit,
        duration_ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
        output: output.id(),
        output_tail,
        // The metric itself says it of one.
        samples: if samples.len() > 1 { samples } else { Vec::new() },
        verified,
        report,
    };
    (outcome, output)
}
