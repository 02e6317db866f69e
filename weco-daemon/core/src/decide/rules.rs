use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::decide::brief::brief;
use crate::decide::outage::{LONGEST_ASKED_WAIT_MS, wait_ms};
use crate::decide::{Decision, Effect, Input, ModelFailure, SourceEdit};
use crate::event::{EndStatus, Event, Outcome, RunEvent, Stage, Timestamp, Verdict};
use crate::run::{AutoResume, NodeId};
use crate::search::{Policy, policy_for};
use crate::state::{IllegalEvent, Outage, RunState, RunStatus};
use crate::tree::Progress;

/// Proposals under way at a time. The state allows more; one is used.
const IN_FLIGHT: usize = 1;

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
    now: Timestamp,
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
            Input::Started if self.state.baseline().is_done() => self.dispatch(),
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
            Input::Replied { node, attempt, plan, files, lines, usage, from } => {
                if !self.awaits_reply(node, attempt) {
                    return Ok(());
                }
                let (lines_added, lines_removed) = lines;
                let proposed =
                    RunEvent::Proposed { node, plan, files, lines_added, lines_removed, usage, from };
                self.emit(proposed)?;
                self.evaluate_or_wait(node)
            }
            Input::Unusable { node, attempt, reason, usage } => {
                if !self.awaits_reply(node, attempt) {
                    return Ok(());
                }
                self.emit(RunEvent::Unusable { node, attempt, reason: reason.clone(), usage })?;
                self.ask_again_or_fail(node, reason)
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
                self.end(EndStatus::Error, message, hint)
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
            && self.state.tree().get(node).is_some_and(|node| {
                node.eval_attempt == attempt && matches!(node.progress, Progress::Evaluating { .. })
            })
    }

    pub(super) fn evaluate(&mut self, id: NodeId) -> Step {
        let Some(node) = self.state.tree().get(id) else { return Ok(()) };
        let Some(files) = node.files.clone() else { return Ok(()) };
        let terms = node.approval.as_ref().map(|approval| Box::new(approval.terms.clone()));
        let attempt = node.eval_attempt + 1;
        self.emit(RunEvent::EvalIntended { node: id, attempt })?;
        self.decision.effects.push(Effect::Evaluate { node: id, attempt, files, terms });
        Ok(())
    }

    fn ask(&mut self, id: NodeId, parent: NodeId, stage: Stage, attempt: u32) -> Step {
        self.emit(RunEvent::Asked { node: id, parent, stage, attempt })?;
        let asked = self.state.tree().get(id).and_then(|node| brief(self.state, node));
        if let Some(brief) = asked {
            self.decision.effects.push(Effect::Propose { node: id, attempt, brief: Box::new(brief) });
        }
        Ok(())
    }

    fn ask_again(&mut self, id: NodeId) -> Step {
        let Some(node) = self.state.tree().get(id) else { return Ok(()) };
        let Some(parent) = node.parent else { return Ok(()) };
        self.ask(id, parent, node.stage, node.attempt + 1)
    }

    fn ask_again_or_fail(&mut self, id: NodeId, reason: String) -> Step {
        if self.state.will_ask_again(id) {
            return self.ask_again(id);
        }
        self.emit(RunEvent::Failed { node: id, reason })?;
        self.dispatch()
    }

    fn model_failed(&mut self, node: NodeId, failure: ModelFailure) -> Step {
        match failure {
            ModelFailure::Step { reason } => {
                self.emit(RunEvent::Failed { node, reason })?;
                self.dispatch()
            }
            ModelFailure::Unavailable { reason, hint, retry_after_ms } => {
                self.wait_or_end(node, reason, hint, retry_after_ms)
            }
            ModelFailure::Run { reason, hint } => self.end(EndStatus::Error, reason, hint),
            ModelFailure::NothingLeft { reason } => {
                self.emit(RunEvent::Failed { node, reason: reason.clone() })?;
                self.end(EndStatus::Completed, reason, String::new())
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
        let limit = self.state.limit_reached(self.now);
        while limit.is_none() && self.state.tree().unfinished().count() < IN_FLIGHT {
            if self.state.tree().steps_asked() >= self.state.steps() {
                break;
            }
            let id = self.state.tree().next_id();
            let mut rng = step_rng(self.state.spec().seed, id);
            let choice = self.policy.choose(self.state.tree(), &mut rng);
            self.ask(id, choice.parent, choice.stage, 1)?;
        }
        if self.state.tree().unfinished().next().is_some() {
            return Ok(());
        }
        let reason = limit.unwrap_or_else(|| format!("all {} steps are done", self.state.steps()));
        self.end(EndStatus::Completed, reason, String::new())
    }

    /// Does again what was under way, then goes on as usual.
    fn go_on(&mut self) -> Step {
        if *self.state.status() == RunStatus::Stopping {
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
        if self.state.baseline().metric().is_some() { self.dispatch() } else { Ok(()) }
    }

    /// Waits for a provider that cannot be asked now, unless it has been waited for long enough.
    fn wait_or_end(
        &mut self,
        node: NodeId,
        reason: String,
        hint: String,
        retry_after_ms: Option<u64>,
    ) -> Step {
        let AutoResume { attempts, first_wait_ms } = self.state.auto_resume();
        let attempt = self.state.outage().map_or(0, |outage| outage.attempt) + 1;
        if attempt > attempts || retry_after_ms.is_some_and(|wait| wait > LONGEST_ASKED_WAIT_MS) {
            let resume = format!("weco resume {}", self.state.spec().id.short());
            let hint = if hint.is_empty() { resume } else { hint + " Then go on: " + &resume };
            return self.end(EndStatus::Error, reason, hint);
        }
        let mut rng = step_rng(self.state.spec().seed ^ u64::from(attempt), node);
        let usual = wait_ms(first_wait_ms, attempt, rng.random());
        let after_ms = usual.max(retry_after_ms.unwrap_or(0));
        let until = self.now.saturating_add_unsigned(after_ms);
        self.emit(RunEvent::Waiting { node, attempt, attempts, until, reason })?;
        self.decision.effects.push(Effect::Wake { node, attempt, after_ms });
        Ok(())
    }

    /// Asks again after a wait, unless the run went another way meanwhile.
    fn woke(&mut self, node: NodeId, attempt: u32) -> Step {
        let waits = |outage: &Outage| outage.node == node && outage.attempt == attempt;
        let asked = self.state.tree().get(node).is_some_and(|node| node.progress == Progress::Asked);
        if *self.state.status() == RunStatus::Running && asked && self.state.outage().is_some_and(waits) {
            return self.ask_again(node);
        }
        Ok(())
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

    fn stop(&mut self, force: bool) -> Step {
        if self.state.end_status().is_some() {
            return Ok(());
        }
        self.emit(RunEvent::StopAsked { force })?;
        self.decision.effects.push(Effect::Cancel { force });
        let evaluating = |progress: &Progress| matches!(progress, Progress::Evaluating { .. });
        if self.state.tree().unfinished().any(|node| evaluating(&node.progress)) {
            return Ok(());
        }
        self.end_stopped()
    }

    pub(super) fn end_stopped(&mut self) -> Step {
        self.end(EndStatus::Terminated, "stopped by the user".to_owned(), String::new())
    }

    fn end(&mut self, status: EndStatus, reason: String, hint: String) -> Step {
        self.emit(RunEvent::Ended { status, reason, hint })
    }
}

/// The random stream of one step: a function of the run's seed and the step alone, so that a run
/// repeats exactly, also across restarts.
fn step_rng(seed: u64, node: NodeId) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(u64::from(node.0));
    rng
}
