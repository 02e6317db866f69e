//! Folding updates into a view.

use std::collections::{BTreeMap, BTreeSet};

use weco_proto::effort;
use weco_proto::v1::{
    Goal, Progress, RunCreated, RunEnded, RunUpdate, StepAsked, StepEvaluated, StepProposed, progress::What,
    run_update::Update,
};

use super::facts::{End, Origin, Outage, Run, Warning};
use super::node::{Evaluation, Node, State};
use super::spending::Spending;
use super::timing::Timing;
use crate::format::{one_line, sanitise};

/// What is known of a run. Pure: time comes in with the updates. All text in it is safe for a terminal.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct RunView {
    pub(super) run: Option<Run>,
    pub(super) nodes: BTreeMap<u32, Node>,
    /// Steps that are not settled.
    pub(super) open: BTreeSet<u32>,
    pub(super) steps: u32,
    pub(super) best: Option<u32>,
    pub(super) stopping: bool,
    pub(super) ended: Option<End>,
    pub(super) outage: Option<Outage>,
    pub(super) warnings: Vec<Warning>,
    pub(super) applied: Vec<String>,
    pub(super) applied_step: Option<u32>,
    pub(super) instructions: String,
    pub(super) latest: Option<u32>,
    pub(super) last_seq: u64,
    pub(super) timing: Timing,
    pub(super) spending: Spending,
}

impl RunView {
    /// Takes in one update. Says whether it was news: recorded updates count once, in their order.
    pub fn apply(&mut self, update: &RunUpdate) -> bool {
        if update.seq != 0 {
            if update.seq <= self.last_seq {
                return false;
            }
            self.last_seq = update.seq;
        }
        let Some(what) = &update.update else { return false };
        self.fold(what, update.at_ms);
        true
    }

    fn fold(&mut self, what: &Update, now: i64) {
        if ends_outage(what) {
            self.outage = None;
        }
        match what {
            Update::Created(created) => self.created(created, now),
            Update::Asked(asked) => self.asked(asked, now),
            Update::Proposed(proposed) => self.proposed(proposed, now),
            Update::Unusable(reply) => {
                let node = self.node(reply.step, now);
                node.unusable = Some(one_line(&reply.reason));
                let before = node.usage;
                node.usage = reply.usage.unwrap_or(before);
                let usage = node.usage;
                self.spending.answered(reply.step, before, usage);
            }
            Update::StepFailed(failed) => {
                let state = State::Failed { reason: one_line(&failed.reason) };
                self.node(failed.step, now).enter(state, now);
                self.spending.done(failed.step, false);
                self.settle(failed.step, now);
            }
            Update::Evaluating(evaluating) => {
                let node = self.node(evaluating.step, now);
                node.rechecking = evaluating.recheck && node.metric().is_some();
                // What is known of it counts until more is.
                if node.rechecking {
                    node.since_ms = now;
                } else {
                    node.enter(State::Evaluating { tail: String::new() }, now);
                }
            }
            Update::Evaluated(evaluated) => self.evaluated(evaluated, now),
            Update::SourceEdited(edit) => self.warn(&edit.message, now),
            Update::Warned(warned) => self.warn(&warned.message, now),
            Update::Waiting(waiting) => {
                self.outage = Some(Outage {
                    step: waiting.step,
                    attempt: waiting.attempt,
                    attempts: waiting.attempts,
                    until_ms: waiting.until_ms,
                    reason: one_line(&waiting.reason),
                });
                self.node(waiting.step, now);
            }
            Update::StopAsked(_) => self.stopping = true,
            Update::Resumed(resumed) => {
                self.steps = resumed.steps;
                self.ended = None;
                self.stopping = false;
                self.spending.resumed(self.timing.elapsed(now));
                self.timing.start(now);
                self.timing.mark(now);
            }
            Update::Ended(ended) => self.end(ended, now),
            Update::Applied(applied) => {
                self.applied = applied.paths.iter().map(|path| one_line(path)).collect();
                self.applied_step = Some(applied.step);
            }
            Update::Progress(progress) => self.progress(progress, now),
            Update::Revised(revised) => self.revised(revised, now),
            Update::Approved(approved) => self.approved(approved, now),
            Update::Rejected(rejected) => self.rejected(rejected, now),
            Update::Returned(returned) => self.returned(returned, now),
            Update::Instructed(instructed) => {
                sanitise(&instructed.instructions).trim().clone_into(&mut self.instructions);
            }
        }
    }

    pub(super) fn warn(&mut self, message: &str, at_ms: i64) {
        self.warnings.push(Warning { message: one_line(message), at_ms });
    }

    fn created(&mut self, created: &RunCreated, now: i64) {
        self.steps = created.steps;
        self.spending = Spending::new(created);
        self.timing.start(now);
        sanitise(&created.instructions).trim().clone_into(&mut self.instructions);
        self.run = Some(Run {
            id: one_line(&created.run_id),
            name: one_line(&created.run_name),
            sources: created.sources.iter().map(|path| one_line(path)).collect(),
            eval_command: one_line(&created.eval_command),
            is_backend: created.eval_backend.is_some(),
            metric: one_line(&created.metric),
            maximize: created.goal() != Goal::Minimize,
            model: one_line(&created.model),
            log_dir: one_line(&created.log_dir),
            require_review: created.require_review,
            parallel: created.parallel.max(1),
            isolated: created.isolated,
            has_several_models: created.models.len() > 1,
            reasoning_effort: effort::word(created.reasoning_effort()),
            search: one_line(&created.search),
            search_parameters: one_line(&created.search_parameters),
            derived_from: created
                .derived_from
                .as_ref()
                .map(|from| Origin { run_id: one_line(&from.run_id), step: from.step }),
        });
    }

    fn asked(&mut self, asked: &StepAsked, now: i64) {
        let node = self.node(asked.step, now);
        node.parent = asked.parent;
        node.stage = asked.stage();
        node.with = asked.with;
        node.why = one_line(&asked.why);
        node.attempt = asked.attempt.max(1);
        node.model = one_line(&asked.model);
        node.enter(State::asked(), now);
        self.spending.asked(asked.step, &asked.model);
    }

    fn proposed(&mut self, proposed: &StepProposed, now: i64) {
        let reviewed = self.run.as_ref().is_some_and(|run| run.require_review);
        let node = self.node(proposed.step, now);
        sanitise(&proposed.plan).trim().clone_into(&mut node.plan);
        node.changed = proposed.changed.iter().map(|path| one_line(path)).collect();
        node.lines = (proposed.lines_added, proposed.lines_removed);
        let before = node.usage;
        node.usage = proposed.usage.unwrap_or(before);
        let usage = node.usage;
        node.parent = proposed.parent.or(node.parent);
        node.unusable = None;
        node.enter(if reviewed { State::Pending } else { State::Proposed }, now);
        self.spending.answered(proposed.step, before, usage);
    }

    fn evaluated(&mut self, evaluated: &StepEvaluated, now: i64) {
        let state = State::Evaluated(Evaluation::new(evaluated));
        let node = self.node(evaluated.step, now);
        node.enter(state, now);
        node.rechecking = false;
        node.rechecks += u32::from(evaluated.recheck);
        if evaluated.is_best {
            self.best = Some(evaluated.step);
        } else if evaluated.recheck || evaluated.best_step.is_some() {
            self.best = evaluated.best_step;
        }
        // What is measured again was done before, whatever that makes of it.
        if !evaluated.recheck {
            self.spending.done(evaluated.step, evaluated.is_best);
        }
        self.settle(evaluated.step, now);
    }

    /// Live news: says more about a state, never changes which step is where for good. It may come after what is
    /// recorded, so it never takes a step back: a proposal that waits for approval must not seem to be awaited still.
    fn progress(&mut self, progress: &Progress, now: i64) {
        let Some(what) = &progress.what else { return };
        let node = self.node(progress.step, now);
        let is_late = match what {
            What::Waiting(_) => false,
            What::Proposing(_) => !matches!(node.state, State::Proposing { .. }),
            What::Evaluating(_) => node.is_pending(),
        };
        if is_late || node.is_settled() {
            return;
        }
        node.waiting = None;
        match what {
            What::Waiting(reason) => node.waiting = Some(one_line(reason)),
            What::Proposing(news) => {
                node.state = State::Proposing {
                    characters: news.characters,
                    tries: news.tries.max(1),
                    last_fault: one_line(&news.last_fault),
                };
            }
            What::Evaluating(news) => {
                let state = State::Evaluating { tail: sanitise(&news.output_tail) };
                match node.state {
                    State::Evaluating { .. } => node.state = state,
                    _ => node.enter(state, now),
                }
            }
        }
    }

    pub(super) fn settle(&mut self, step: u32, now: i64) {
        self.open.remove(&step);
        if step == 0 { self.timing.mark(now) } else { self.timing.finish(now) }
    }

    fn end(&mut self, ended: &RunEnded, now: i64) {
        self.best = ended.best_step.or(self.best);
        self.stopping = false;
        // Measuring again that was cut off says no more of itself.
        for step in &self.open {
            if let Some(node) = self.nodes.get_mut(step) {
                node.rechecking = false;
            }
        }
        self.timing.stop(now);
        self.ended = Some(End {
            status: ended.status(),
            reason: one_line(&ended.reason),
            hint: one_line(&ended.hint),
            baseline_failed: ended.baseline_failed,
        });
    }

    /// The step's node, which has news.
    pub(super) fn node(&mut self, step: u32, now: i64) -> &mut Node {
        self.latest = Some(step);
        let node = self.nodes.entry(step).or_insert_with(|| Node::new(step, now));
        self.open.insert(step);
        node
    }
}

/// Whether the model's provider was heard of again, or is not waited for any more.
fn ends_outage(what: &Update) -> bool {
    match what {
        Update::Proposed(_)
        | Update::Unusable(_)
        | Update::StepFailed(_)
        | Update::Resumed(_)
        | Update::Ended(_) => true,
        Update::Progress(Progress { what: Some(What::Proposing(news)), .. }) => news.characters > 0,
        _ => false,
    }
}
