//! Folding updates into a view.

use std::collections::BTreeMap;

use weco_proto::v1::{
    Goal, Progress, RunCreated, RunEnded, RunStatus, RunUpdate, Stage, StepAsked, StepProposed, Usage,
    progress::What, run_update::Update,
};

use super::node::{Evaluation, Node, State};
use super::timing::Timing;
use crate::ui::format::{Precision, one_line, sanitise};

/// What a run was created with.
#[derive(Clone, PartialEq, Debug)]
pub struct Run {
    /// Its id.
    pub id: String,
    /// Its name, such as `swift-heron`.
    pub name: String,
    /// Relative paths of the files it works on.
    pub sources: Vec<String>,
    /// The command that evaluates a version.
    pub eval_command: String,
    /// The metric's name.
    pub metric: String,
    /// Whether more is better.
    pub maximize: bool,
    /// The model that is asked.
    pub model: String,
    /// Where the run's files are written, absolute or relative to the run's directory.
    pub log_dir: String,
}

/// How a run ended, for now.
#[derive(Clone, PartialEq, Debug)]
pub struct End {
    /// How.
    pub status: RunStatus,
    /// One sentence.
    pub reason: String,
    /// What to do next; may be empty.
    pub hint: String,
    /// The user's own code did not work, so that nothing was searched.
    pub baseline_failed: bool,
}

/// A user's edit of a source that was noticed.
#[derive(Clone, PartialEq, Debug)]
pub struct Edit {
    /// The source.
    pub path: String,
    /// Where the edited text is.
    pub kept_at: String,
    /// What happened and what the run does now.
    pub message: String,
    /// When it was noticed, in milliseconds since the Unix epoch.
    pub at_ms: i64,
}

/// What is known of a run. Pure: time comes in with the updates. All text in it is safe for a terminal.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct RunView {
    run: Option<Run>,
    nodes: BTreeMap<u32, Node>,
    steps: u32,
    best: Option<u32>,
    stopping: bool,
    ended: Option<End>,
    edits: Vec<Edit>,
    applied: Vec<String>,
    latest: Option<u32>,
    last_seq: u64,
    timing: Timing,
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
        match what {
            Update::Created(created) => self.created(created, now),
            Update::Asked(asked) => self.asked(asked, now),
            Update::Proposed(proposed) => self.proposed(proposed, now),
            Update::Unusable(reply) => {
                let node = self.node(reply.step, now);
                node.unusable = Some(one_line(&reply.reason));
                node.usage = reply.usage.unwrap_or(node.usage);
            }
            Update::StepFailed(failed) => {
                let state = State::Failed { reason: one_line(&failed.reason) };
                self.node(failed.step, now).enter(state, now);
                self.settle(failed.step, now);
            }
            Update::Evaluating(evaluating) => {
                self.node(evaluating.step, now).enter(State::Evaluating { tail: String::new() }, now);
            }
            Update::Evaluated(evaluated) => {
                let state = State::Evaluated(Evaluation::new(evaluated));
                self.node(evaluated.step, now).enter(state, now);
                if evaluated.is_best {
                    self.best = Some(evaluated.step);
                }
                self.settle(evaluated.step, now);
            }
            Update::SourceEdited(edit) => self.edits.push(Edit {
                path: one_line(&edit.path),
                kept_at: one_line(&edit.kept_at),
                message: one_line(&edit.message),
                at_ms: now,
            }),
            Update::StopAsked(_) => self.stopping = true,
            Update::Resumed(resumed) => {
                self.steps = resumed.steps;
                self.ended = None;
                self.stopping = false;
                self.timing.start(now);
                self.timing.mark(now);
            }
            Update::Ended(ended) => self.end(ended, now),
            Update::Applied(applied) => {
                self.applied = applied.paths.iter().map(|path| one_line(path)).collect()
            }
            Update::Progress(progress) => self.progress(progress, now),
        }
    }

    fn created(&mut self, created: &RunCreated, now: i64) {
        self.steps = created.steps;
        self.timing.start(now);
        self.run = Some(Run {
            id: one_line(&created.run_id),
            name: one_line(&created.run_name),
            sources: created.sources.iter().map(|path| one_line(path)).collect(),
            eval_command: one_line(&created.eval_command),
            metric: one_line(&created.metric),
            maximize: created.goal() != Goal::Minimize,
            model: one_line(&created.model),
            log_dir: one_line(&created.log_dir),
        });
    }

    fn asked(&mut self, asked: &StepAsked, now: i64) {
        let node = self.node(asked.step, now);
        node.parent = asked.parent;
        node.stage = asked.stage();
        node.attempt = asked.attempt.max(1);
        node.enter(State::asked(), now);
    }

    fn proposed(&mut self, proposed: &StepProposed, now: i64) {
        let node = self.node(proposed.step, now);
        sanitise(&proposed.plan).trim().clone_into(&mut node.plan);
        node.changed = proposed.changed.iter().map(|path| one_line(path)).collect();
        node.lines = (proposed.lines_added, proposed.lines_removed);
        node.usage = proposed.usage.unwrap_or(node.usage);
        node.unusable = None;
        node.enter(State::Proposed, now);
    }

    /// Live news: says more about a state, never changes which step is where for good.
    fn progress(&mut self, progress: &Progress, now: i64) {
        let Some(what) = &progress.what else { return };
        let node = self.node(progress.step, now);
        if node.is_settled() {
            return;
        }
        node.waiting = None;
        match what {
            What::Waiting(reason) => node.waiting = Some(one_line(reason)),
            What::Proposing(news) => {
                let state = State::Proposing {
                    characters: news.characters,
                    tries: news.tries.max(1),
                    last_fault: one_line(&news.last_fault),
                };
                match node.state {
                    State::Proposing { .. } => node.state = state,
                    _ => node.enter(state, now),
                }
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

    fn settle(&mut self, step: u32, now: i64) {
        if step == 0 { self.timing.mark(now) } else { self.timing.finish(now) }
    }

    fn end(&mut self, ended: &RunEnded, now: i64) {
        self.best = ended.best_step.or(self.best);
        self.stopping = false;
        self.timing.stop(now);
        self.ended = Some(End {
            status: ended.status(),
            reason: one_line(&ended.reason),
            hint: one_line(&ended.hint),
            baseline_failed: ended.baseline_failed,
        });
    }

    /// The step's node, which has news.
    fn node(&mut self, step: u32, now: i64) -> &mut Node {
        self.latest = Some(step);
        self.nodes.entry(step).or_insert_with(|| Node::new(step, now))
    }
}

impl RunView {
    /// What the run was created with, if that was among the updates.
    pub fn run(&self) -> Option<&Run> {
        self.run.as_ref()
    }

    /// Its nodes by step.
    pub fn nodes(&self) -> &BTreeMap<u32, Node> {
        &self.nodes
    }

    /// The node of a step.
    pub fn step(&self, step: u32) -> Option<&Node> {
        self.nodes.get(&step)
    }

    /// The user's own code.
    pub fn baseline(&self) -> Option<&Node> {
        self.nodes.get(&0)
    }

    /// The best working version so far.
    pub fn best(&self) -> Option<&Node> {
        self.best.and_then(|step| self.nodes.get(&step))
    }

    /// The step that something was last heard of: what goes on now, or what went on last.
    pub fn latest(&self) -> Option<&Node> {
        self.latest.and_then(|step| self.nodes.get(&step))
    }

    /// Proposals allowed after the baseline.
    pub fn budget(&self) -> u32 {
        self.steps
    }

    /// Proposals dealt with, whatever came of them.
    pub fn done(&self) -> u32 {
        let done = self.nodes.range(1..).filter(|(_, node)| node.is_settled()).count();
        u32::try_from(done).unwrap_or(u32::MAX)
    }

    /// How it ended, unless it goes on.
    pub fn ended(&self) -> Option<&End> {
        self.ended.as_ref()
    }

    /// Whether it was asked to stop and has not yet.
    pub fn stopping(&self) -> bool {
        self.stopping
    }

    /// The user's edits of sources that were noticed, in order.
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// The files that the best version was written over.
    pub fn applied(&self) -> &[String] {
        &self.applied
    }

    /// The sequence number of the last recorded update taken in; 0 before the first.
    pub fn last_seq(&self) -> u64 {
        self.last_seq
    }

    /// Whether a larger metric is better.
    pub fn maximize(&self) -> bool {
        self.run.as_ref().is_none_or(|run| run.maximize)
    }

    /// The metrics of the baseline and of the best version.
    pub fn span(&self) -> (Option<f64>, Option<f64>) {
        (self.baseline().and_then(Node::metric), self.best().and_then(Node::metric))
    }

    /// The decimals this run's metric is shown with.
    pub fn precision(&self) -> Precision {
        let (baseline, best) = self.span();
        Precision::of([baseline, best].into_iter().flatten())
    }

    /// Tokens used so far.
    pub fn usage(&self) -> Usage {
        self.nodes.values().fold(Usage::default(), |sum, node| Usage {
            input_tokens: sum.input_tokens.saturating_add(node.usage.input_tokens),
            output_tokens: sum.output_tokens.saturating_add(node.usage.output_tokens),
        })
    }

    /// Milliseconds the run has been going, pauses between an end and a resumption left out.
    pub fn elapsed_ms(&self, now_ms: i64) -> i64 {
        self.timing.elapsed(now_ms)
    }

    /// Milliseconds until the budget is spent, at the pace of the last steps.
    pub fn left_ms(&self, now_ms: i64) -> Option<i64> {
        let left = self.steps.saturating_sub(self.done());
        if left == 0 || self.ended.is_some() { None } else { self.timing.left(left, now_ms) }
    }

    /// The files in which the step differs from the baseline, by the changes on its way there.
    pub fn changed_files(&self, step: u32) -> Vec<&str> {
        let mut files = Vec::new();
        let mut next = self.nodes.get(&step);
        // A path down a tree of n nodes has at most n of them.
        for _ in 0..self.nodes.len() {
            let Some(node) = next else { break };
            files.extend(node.changed.iter().map(String::as_str));
            // A draft starts from the baseline, wherever it hangs in the tree.
            next =
                node.parent.filter(|_| node.stage != Stage::Draft).and_then(|parent| self.nodes.get(&parent));
        }
        files.sort_unstable();
        files.dedup();
        files
    }

    /// Where the best version's files are kept, relative to the run's directory or absolute.
    pub fn best_files(&self) -> Option<String> {
        let run = self.run.as_ref()?;
        self.best()?;
        Some(format!("{}/{}/best/files/", run.log_dir.trim_end_matches('/'), run.id))
    }
}
