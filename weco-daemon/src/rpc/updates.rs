//! Recorded events as updates for clients.

use weco_core::event::{Event, Exit, Outcome, RunEvent, Verdict};
use weco_core::run::{NodeId, RunSpec};
use weco_core::state::{IllegalEvent, RunState};
use weco_core::tree::Node;
use weco_proto::v1::{self, run_update::Update};

use crate::rpc::{backend, convert};
use crate::run::{Live, LiveWhat};

/// Turns a run's events, from the first on, into updates: some say things that follow from the
/// events before them, such as whether a step is now the best.
#[derive(Default)]
pub(super) struct Translator {
    state: Option<RunState>,
}

impl Translator {
    /// Whether the run has ended, by the events so far.
    pub(super) fn has_ended(&self) -> bool {
        self.state.as_ref().is_some_and(|state| state.end_status().is_some())
    }

    /// The newest step, by the events so far.
    pub(super) fn step(&self) -> u32 {
        self.state.as_ref().map_or(0, |state| state.tree().steps_asked())
    }

    /// The update of the next event; none for one that only the daemon needs. `output` is what its evaluation
    /// printed, if that is known and wanted.
    pub(super) fn next(
        &mut self,
        event: &Event,
        output: Option<Vec<u8>>,
    ) -> Result<Option<v1::RunUpdate>, IllegalEvent> {
        let state = match self.state.take() {
            Some(mut state) => {
                state.apply(event)?;
                state
            }
            None => RunState::new(event)?,
        };
        let update = update(&state, event, output);
        self.state = Some(state);
        Ok(update.map(|update| v1::RunUpdate { seq: event.seq, at_ms: event.at, update: Some(update) }))
    }
}

fn update(state: &RunState, event: &Event, output: Option<Vec<u8>>) -> Option<Update> {
    Some(match &event.kind {
        RunEvent::Created { spec } => Update::Created(created(spec)),
        RunEvent::Asked { node, parent, stage, attempt, grounds } => Update::Asked(v1::StepAsked {
            step: node.0,
            parent: Some(parent.0),
            stage: convert::stage(*stage).into(),
            attempt: *attempt,
            with: grounds.with.map(|with| with.0),
            why: grounds.why.clone(),
            model: convert::model(state.spec(), grounds),
        }),
        RunEvent::Proposed { node, plan, lines_added, lines_removed, .. } => {
            Update::Proposed(v1::StepProposed {
                step: node.0,
                plan: plan.clone(),
                changed: changed(state, *node),
                lines_added: *lines_added,
                lines_removed: *lines_removed,
                parent: state.tree().get(*node).and_then(|node| node.parent).map(|parent| parent.0),
                usage: usage_of(state, *node),
            })
        }
        RunEvent::Unusable { node, attempt, reason, .. } => Update::Unusable(v1::ReplyUnusable {
            step: node.0,
            attempt: *attempt,
            reason: reason.clone(),
            usage: usage_of(state, *node),
            will_retry: state.will_ask_again(*node),
        }),
        RunEvent::Failed { node, reason, .. } => {
            Update::StepFailed(v1::StepFailed { step: node.0, reason: reason.clone() })
        }
        RunEvent::EvalIntended { node, attempt } => {
            let recheck = state.tree().get(*node).is_some_and(|node| node.recheck.is_some());
            Update::Evaluating(v1::EvaluationStarted { step: node.0, attempt: *attempt, recheck })
        }
        RunEvent::EvalStarted { .. } | RunEvent::EvalAbandoned { .. } | RunEvent::Weighed { .. } => {
            return None;
        }
        RunEvent::Evaluated { node, outcome, .. } => {
            Update::Evaluated(evaluated(state, *node, outcome, output))
        }
        RunEvent::Inherited { outcome } => Update::Evaluated(v1::StepEvaluated {
            inherited: true,
            ..evaluated(state, NodeId::BASELINE, outcome, output)
        }),
        RunEvent::Revised { node, by, lines_added, lines_removed, .. } => Update::Revised(v1::StepRevised {
            step: node.0,
            revision: revisions(state, *node),
            by: by.clone(),
            lines_added: *lines_added,
            lines_removed: *lines_removed,
        }),
        RunEvent::Approved { node, by, terms } => Update::Approved(v1::StepApproved {
            step: node.0,
            by: by.clone(),
            eval_command: terms.command.clone(),
        }),
        RunEvent::Rejected { node, by, reason } => {
            Update::Rejected(v1::StepRejected { step: node.0, by: by.clone(), reason: reason.clone() })
        }
        RunEvent::Returned { node, reason } => {
            Update::Returned(v1::StepReturned { step: node.0, reason: reason.clone() })
        }
        RunEvent::Instructed { text, by } => {
            Update::Instructed(v1::RunInstructed { instructions: text.clone(), by: by.clone() })
        }
        RunEvent::SourceEdited { path, kept_at, message, .. } => Update::SourceEdited(v1::SourceEdited {
            path: path.clone(),
            kept_at: kept_at.clone(),
            message: message.clone(),
        }),
        RunEvent::Warned { message } => Update::Warned(v1::Warned { message: message.clone() }),
        RunEvent::Waiting { node, attempt, attempts, until, reason } => Update::Waiting(v1::RunWaiting {
            step: node.0,
            attempt: *attempt,
            attempts: *attempts,
            until_ms: *until,
            wait_ms: until.abs_diff(event.at),
            reason: reason.clone(),
        }),
        RunEvent::StopAsked { force } => Update::StopAsked(v1::StopAsked { force: *force }),
        RunEvent::Failing { reason, .. } => {
            let message = format!("the run cannot go on, and ends what is evaluated first: {reason}");
            Update::Warned(v1::Warned { message })
        }
        RunEvent::Resumed { steps, .. } => Update::Resumed(v1::RunResumed { steps: *steps }),
        RunEvent::Ended { status, reason, hint } => Update::Ended(v1::RunEnded {
            status: convert::end_status(*status).into(),
            reason: reason.clone(),
            hint: hint.clone(),
            baseline_failed: state.baseline().bug().is_some(),
            best_step: state.tree().best().map(|best| best.id.0),
            best_metric: state.tree().best().and_then(Node::metric),
            edited: state.edited().iter().cloned().collect(),
            best: state.best().as_ref().map(convert::best),
        }),
        RunEvent::Applied { node, paths } => {
            Update::Applied(v1::BestApplied { step: node.0, paths: paths.clone() })
        }
    })
}

fn created(spec: &RunSpec) -> v1::RunCreated {
    v1::RunCreated {
        run_id: spec.id.to_string(),
        run_name: spec.name.clone(),
        directory: spec.directory.clone(),
        sources: spec.sources.iter().map(|source| source.path.clone()).collect(),
        eval_command: spec.eval_command.clone(),
        metric: spec.metric.clone(),
        goal: convert::goal(spec.goal).into(),
        steps: spec.steps,
        model: spec.model.clone(),
        log_dir: spec.log_dir.clone(),
        seed: spec.seed,
        search: spec.search.name().to_owned(),
        search_parameters: spec.search.parameters(),
        save_logs: spec.save_logs,
        require_review: spec.require_review,
        derived_from: spec.derived.as_ref().map(|it| convert::derived_from(it.run, it.node)),
        lineage_id: spec.lineage().to_string(),
        instructions: spec.instructions.clone().unwrap_or_default(),
        parallel: spec.parallel,
        isolated: spec.is_isolated(),
        limits: convert::limits(spec.limits),
        models: spec.models.clone(),
        prices: spec.prices.iter().map(convert::price).collect(),
        reasoning_effort: convert::effort(spec.reasoning_effort).into(),
        eval_backend: spec.backend.as_ref().map(backend::told),
    }
}

/// How many revisions a node has.
fn revisions(state: &RunState, node: NodeId) -> u32 {
    let count = state.tree().get(node).map_or(0, |node| node.revisions.len());
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn usage_of(state: &RunState, node: NodeId) -> Option<v1::Usage> {
    state.tree().get(node).map(|node| convert::usage(node.usage))
}

/// Paths in which a node differs from its parent.
fn changed(state: &RunState, node: NodeId) -> Vec<String> {
    let node = state.tree().get(node);
    let parent = node.and_then(|node| state.tree().get(node.parent?)?.files.as_ref());
    let files = node.and_then(|node| node.files.as_ref());
    let (Some(files), Some(parent)) = (files, parent) else { return Vec::new() };
    files
        .iter()
        .filter(|(path, blob)| parent.get(*path) != Some(blob))
        .map(|(path, _)| path.clone())
        .collect()
}

fn evaluated(
    state: &RunState,
    node: NodeId,
    outcome: &Outcome,
    output: Option<Vec<u8>>,
) -> v1::StepEvaluated {
    let (metric, buggy_reason) = match &outcome.verdict {
        Verdict::Good { metric } => (Some(*metric), String::new()),
        Verdict::Buggy { reason, .. } => (None, reason.clone()),
    };
    let (exit_code, signal, timed_out) = match outcome.exit {
        Exit::Code { code } => (Some(code), None, false),
        Exit::Signal { signal } => (None, Some(signal), false),
        Exit::TimedOut { .. } => (None, None, true),
    };
    let with_examples = output.is_some();
    let report = outcome.report.as_deref().map(backend::report).map(|report| match with_examples {
        true => report,
        false => v1::EvalReport { worst: Vec::new(), ..report },
    });
    v1::StepEvaluated {
        step: node.0,
        metric,
        buggy_reason,
        exit_code,
        signal,
        timed_out,
        duration_ms: outcome.duration_ms,
        output: output.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default(),
        output_tail: outcome.output_tail.clone(),
        is_best: state.tree().best().is_some_and(|best| best.id == node),
        inherited: false,
        samples: outcome.samples.clone(),
        total: state.tree().get(node).and_then(convert::total),
        best_step: state.tree().best().map(|best| best.id.0),
        recheck: state.tree().get(node).is_some_and(|node| node.rechecks > 0),
        report,
    }
}

/// Momentary news as an update; none while nothing in particular goes on.
pub(crate) fn live_update(live: &Live, at_ms: i64) -> Option<v1::RunUpdate> {
    use v1::progress::What;
    let what = match &live.what {
        LiveWhat::Nothing => return None,
        LiveWhat::Proposing { characters, tries, last_fault } => What::Proposing(v1::Proposing {
            characters: *characters,
            tries: *tries,
            last_fault: last_fault.clone(),
        }),
        LiveWhat::Evaluating { output_tail } => {
            What::Evaluating(v1::Evaluating { output_tail: output_tail.clone() })
        }
        LiveWhat::Waiting { why } => What::Waiting(why.clone()),
    };
    let progress = v1::Progress { step: live.step, what: Some(what) };
    Some(v1::RunUpdate { seq: 0, at_ms, update: Some(Update::Progress(progress)) })
}
