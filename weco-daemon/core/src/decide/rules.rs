use crate::decide::brief::brief;
use crate::decide::chance::{model_rng, step_rng};
use crate::decide::recheck::{self, Due};
use crate::decide::{Decision, Effect, Input, ModelFailure, SourceEdit};
use crate::event::{EndStatus, Event, Fault, Outcome, RunEvent, Timestamp, Usage, Verdict};
use crate::run::NodeId;
use crate::search::{Choice, Policy, policy_for};
use crate::state::{IllegalEvent, RunState, RunStatus};
use crate::tree::{Node, Progress};

/// Decides what follows from an input and moves the state on accordingly.
///
/// The state runs ahead of the journal until the caller has recorded [`Decision::events`]: if that
/// fails, the state must be dropped and replayed.
///
/// # Errors
/// [`IllegalEvent`] if an input that is not out of date contradicts the state: a defect.
pub fn decide(state: &mut RunState, input: Input, now: Timestamp) -> Result<Decision, IllegalEvent> {
    let policy = policy_for(&state.spec().search);
    decide_with(policy.as_ref(), state, input, now)
}

/// As [`decide`], with this policy in place of the one that the run was created with: for those who
/// compare policies. A run that is to be taken up again needs its policy in its record.
///
/// # Errors
/// As [`decide`].
pub fn decide_with(
    policy: &dyn Policy,
    state: &mut RunState,
    input: Input,
    now: Timestamp,
) -> Result<Decision, IllegalEvent> {
    let mut turn = Turn { policy, state, now, decision: Decision::default() };
    turn.take(input)?;
    Ok(turn.decision)
}

/// One input being worked on.
pub(super) struct Turn<'a> {
    policy: &'a dyn Policy,
    pub(super) state: &'a mut RunState,
    pub(super) now: Timestamp,
    pub(super) decision: Decision,
}

pub(super) type Step = Result<(), IllegalEvent>;

impl Turn<'_> {
    pub(super) fn emit(&mut self, kind: RunEvent) -> Step {
        let event = Event { seq: self.state.seq() + 1, at: self.now, kind };
        self.state.apply(&event)?;
        self.decision.events.push(event);
        Ok(())
    }

    fn take(&mut self, input: Input) -> Step {
        match input {
            // A derived run has inherited what its first step came to.
            Input::Started if self.state.baseline().is_done() => {
                self.weigh()?;
                self.warn_of_noise()?;
                self.dispatch()
            }
            Input::Started => self.evaluate(NodeId::BASELINE),
            Input::Revised { node, revision, by } => self.revise(node, revision, by),
            Input::Approved { node, revision, by, terms } => self.approve(node, revision, by, *terms),
            Input::Rejected { node, by, reason } => self.reject(node, by, reason),
            Input::Instructed { text, append, by } => self.instruct(text, append, by),
            Input::Recovered => self.go_on(),
            Input::ResumeAsked { steps, attempts, environment, apply_best, edits } => {
                let steps =
                    steps.map_or(self.state.steps(), |more| self.state.steps_done().saturating_add(more));
                self.resume(RunEvent::Resumed { steps, attempts, environment, apply_best }, edits)
            }
            Input::StopAsked { force } => self.stop(force),
            Input::Interrupted { reason, hint } => self.end(EndStatus::Interrupted, reason, hint),
            Input::SourceEdited { path, kept_at, message, text } => {
                self.emit(RunEvent::SourceEdited { path, kept_at, message, text })
            }
            Input::Warned { message } => self.emit(RunEvent::Warned { message }),
            Input::Applied { node, paths } => self.emit(RunEvent::Applied { node, paths }),
            Input::Replied { node, attempt, plan, files, lines, usage, from, written, elsewhere } => {
                if !self.awaits_reply(node, attempt) {
                    return Ok(());
                }
                if let Some(reason) = self.tried_already(written, elsewhere) {
                    return self.unusable(node, attempt, reason, usage, Fault::Seen);
                }
                let (lines_added, lines_removed) = lines;
                let proposed = RunEvent::Proposed {
                    node,
                    plan,
                    files,
                    lines_added,
                    lines_removed,
                    usage,
                    from,
                    written,
                };
                self.emit(proposed)?;
                self.evaluate_or_wait(node)?;
                // One that waits for a person may be all that a limit has left.
                if self.state.tree().get(node).is_some_and(|node| self.state.is_pending(node)) {
                    return self.dispatch();
                }
                Ok(())
            }
            Input::Unusable { node, attempt, reason, usage, fault } => {
                if !self.awaits_reply(node, attempt) {
                    return Ok(());
                }
                let reason =
                    if fault == Fault::Seen { self.unchanged(node).unwrap_or(reason) } else { reason };
                self.unusable(node, attempt, reason, usage, fault)
            }
            Input::ModelFailed { node, attempt, failure } => {
                if !self.awaits_reply(node, attempt) {
                    return Ok(());
                }
                self.model_failed(node, failure)
            }
            Input::Woke { node, attempt } => self.woke(node, attempt),
            Input::EvalStarted { node, attempt, process } => {
                if !self.awaits_evaluation(node, attempt) {
                    return Ok(());
                }
                self.emit(RunEvent::EvalStarted { node, attempt, process })
            }
            Input::EvalEnded { node, attempt, outcome } => {
                if !self.awaits_evaluation(node, attempt) {
                    return Ok(());
                }
                self.evaluated(node, attempt, outcome)
            }
            Input::EvalFailed { node, attempt, message, hint } => {
                if !self.awaits_evaluation(node, attempt) {
                    return Ok(());
                }
                self.abandon(node, attempt)?;
                self.fail(message, hint)
            }
            Input::EvalReturned { node, attempt, reason } => {
                if !self.awaits_evaluation(node, attempt) {
                    return Ok(());
                }
                self.returned(node, reason)
            }
            Input::EvalCancelled { node, attempt } => {
                if !self.awaits_evaluation(node, attempt) {
                    return Ok(());
                }
                self.abandon(node, attempt)?;
                self.end_stopped()
            }
        }
    }

    fn instruct(&mut self, text: String, append: bool, by: String) -> Step {
        let text = match self.state.instructions().filter(|_| append) {
            Some(so_far) => format!("{}\n\n{text}", so_far.trim_end()),
            None => text,
        };
        self.emit(RunEvent::Instructed { text, by })
    }

    /// Whether news of this proposal is still wanted: it is the newest attempt of a going run.
    fn awaits_reply(&self, node: NodeId, attempt: u32) -> bool {
        *self.state.status() == RunStatus::Running
            && self
                .state
                .tree()
                .get(node)
                .is_some_and(|node| node.attempt == attempt && node.progress == Progress::Asked)
    }

    /// Whether news of this evaluation is still wanted. A stopping run waits for its end.
    fn awaits_evaluation(&self, node: NodeId, attempt: u32) -> bool {
        self.state.end_status().is_none()
            && self
                .state
                .tree()
                .get(node)
                .is_some_and(|node| node.eval_attempt == attempt && node.is_evaluating())
    }

    pub(super) fn evaluate(&mut self, id: NodeId) -> Step {
        let Some(node) = self.state.tree().get(id) else { return Ok(()) };
        let Some(files) = node.files.clone() else { return Ok(()) };
        let terms = node.approval.as_ref().map(|approval| Box::new(approval.terms.clone()));
        let attempt = node.eval_attempt + 1;
        self.emit(RunEvent::EvalIntended { node: id, attempt })?;
        let Some(plan) = self.state.tree().get(id).map(|node| self.state.plan(node)) else { return Ok(()) };
        self.decision.effects.push(Effect::Evaluate { node: id, attempt, files, terms, plan });
        Ok(())
    }

    pub(super) fn ask(&mut self, id: NodeId, choice: Choice, attempt: u32) -> Step {
        let Choice { parent, stage, grounds } = choice;
        let model = grounds.model;
        self.emit(RunEvent::Asked { node: id, parent, stage, attempt, grounds })?;
        let asked = self.state.tree().get(id).and_then(|node| brief(self.state, node));
        if let Some(brief) = asked {
            self.decision.effects.push(Effect::Propose { node: id, attempt, model, brief: Box::new(brief) });
        }
        Ok(())
    }

    pub(super) fn ask_again(&mut self, id: NodeId) -> Step {
        let Some(node) = self.state.tree().get(id) else { return Ok(()) };
        let Some(parent) = node.parent else { return Ok(()) };
        let (attempt, choice) =
            (node.attempt + 1, Choice { parent, stage: node.stage, grounds: node.grounds.clone() });
        self.ask(id, choice, attempt)
    }

    fn unusable(&mut self, node: NodeId, attempt: u32, reason: String, usage: Usage, fault: Fault) -> Step {
        self.emit(RunEvent::Unusable { node, attempt, reason: reason.clone(), usage, fault })?;
        self.ask_again_or_fail(node, reason)
    }

    fn ask_again_or_fail(&mut self, id: NodeId, reason: String) -> Step {
        if self.state.will_ask_again(id) {
            return self.ask_again(id);
        }
        self.emit(RunEvent::Failed { node: id, reason, last: false })?;
        self.dispatch()
    }

    fn model_failed(&mut self, node: NodeId, failure: ModelFailure) -> Step {
        match failure {
            ModelFailure::Step { reason } => {
                self.emit(RunEvent::Failed { node, reason, last: false })?;
                self.dispatch()
            }
            ModelFailure::Unavailable { reason, hint, retry_after_ms } => {
                if self.ask_another(node, &reason)? {
                    Ok(())
                } else {
                    self.wait_or_end(node, reason, hint, retry_after_ms)
                }
            }
            ModelFailure::Run { reason, hint } => self.fail(reason, hint),
            ModelFailure::NothingLeft { reason } => {
                self.emit(RunEvent::Failed { node, reason, last: true })?;
                self.dispatch()
            }
        }
    }

    fn evaluated(&mut self, node: NodeId, attempt: u32, outcome: Outcome) -> Step {
        let baseline_bug = match &outcome.verdict {
            Verdict::Buggy { reason, hint } if node == NodeId::BASELINE => {
                Some((reason.clone(), hint.clone()))
            }
            _ => None,
        };
        self.emit(RunEvent::Evaluated { node, attempt, outcome })?;
        self.weigh()?;
        if node == NodeId::BASELINE {
            self.warn_of_noise()?;
        }
        if *self.state.status() == RunStatus::Stopping {
            return self.end_stopped();
        }
        match baseline_bug {
            Some((reason, hint)) => {
                self.end(EndStatus::Error, format!("the baseline does not work: {reason}"), hint)
            }
            None => self.dispatch(),
        }
    }

    /// Asks for as many proposals as may be under way, or ends the run when the budget is spent or a limit reached.
    pub(super) fn dispatch(&mut self) -> Step {
        let limit = self.state.exhausted().map(str::to_owned);
        let limit = limit.or_else(|| self.state.limit_reached(self.now));
        // Nothing new is looked for any more, but there may be budget left to look at what was found.
        let is_searched = limit.is_some() && self.state.is_searched();
        let parallel = self.state.spec().parallel.max(1) as usize;
        while (limit.is_none() || is_searched) && self.state.tree().unfinished().count() < parallel {
            if self.state.steps_spent() >= self.state.steps() {
                break;
            }
            match recheck::due(self.state, is_searched) {
                Due::Nothing if is_searched => break,
                Due::Nothing => {}
                Due::Wait => break,
                Due::Node(node) => {
                    self.evaluate(node)?;
                    continue;
                }
            }
            let id = self.state.tree().next_id();
            let mut rng = step_rng(self.state.spec().seed, id);
            let mut choice = self.policy.choose(self.state.tree(), &mut rng);
            choice.grounds.model =
                self.state.choose_model(self.now, &mut model_rng(self.state.spec().seed, id));
            self.ask(id, choice, 1)?;
        }
        // What waits for a person may wait for ever: a limit leaves it for when the run goes on.
        let is_waited_for = |node: &Node| limit.is_none() || !self.state.is_pending(node);
        if self.state.tree().unfinished().any(is_waited_for) {
            return Ok(());
        }
        let reason = limit.unwrap_or_else(|| format!("all {} steps are done", self.state.steps()));
        self.end(EndStatus::Completed, reason, String::new())
    }

    /// Does again what was under way, then goes on as usual.
    fn go_on(&mut self) -> Step {
        if *self.state.status() == RunStatus::Stopping {
            // Their processes were ended before.
            let evaluating: Vec<_> =
                self.state.evaluating().map(|node| (node.id, node.eval_attempt)).collect();
            evaluating.into_iter().try_for_each(|(node, attempt)| self.abandon(node, attempt))?;
            return self.end_stopped();
        }
        if self.state.baseline().bug().is_some() {
            return self.evaluate(NodeId::BASELINE);
        }
        let unfinished: Vec<(NodeId, bool)> =
            self.state.tree().unfinished().map(|node| (node.id, node.progress == Progress::Asked)).collect();
        for (id, asked) in unfinished {
            if asked { self.ask_again(id)? } else { self.evaluate_or_wait(id)? }
        }
        if self.state.baseline().metric().is_none() {
            return Ok(());
        }
        self.weigh()?;
        self.dispatch()
    }

    fn resume(&mut self, resumed: RunEvent, edits: Vec<SourceEdit>) -> Step {
        if self.state.end_status().is_none() {
            return Ok(());
        }
        self.emit(resumed)?;
        for SourceEdit { path, kept_at, message, text } in edits {
            self.emit(RunEvent::SourceEdited { path, kept_at, message, text: Some(text) })?;
        }
        self.go_on()
    }
}
