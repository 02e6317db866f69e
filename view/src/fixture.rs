//! Stories of runs for tests: updates in order, with a clock that only moves when told.

use weco_proto::v1::{
    BestApplied, Evaluating, EvaluationStarted, Goal, Progress, Proposing, ReplyUnusable, RunCreated,
    RunEnded, RunResumed, RunStatus, RunUpdate, RunWaiting, SourceEdited, Stage, StepAsked, StepEvaluated,
    StepFailed, StepProposed, StopAsked, Usage, progress::What, run_update::Update,
};

use super::RunView;

mod noisy;
mod review;

/// The first moment of every story.
pub const START: i64 = 1_700_000_000_000;

/// A run as it is told.
#[derive(Clone, Default)]
pub struct Story {
    /// What happened, in order.
    pub updates: Vec<RunUpdate>,
    seq: u64,
    at: i64,
}

impl Story {
    /// A run of `steps` steps that was just created.
    pub fn new(steps: u32) -> Self {
        Self::created(steps, |_| ())
    }

    /// A run of `steps` steps that was just created, different from the others in some way.
    pub fn created(steps: u32, different: impl FnOnce(&mut RunCreated)) -> Self {
        let mut created = RunCreated {
            run_id: "0002e071-5d7c-4c62-9f43-0d2f6b9a7c11".into(),
            run_name: "swift-heron".into(),
            directory: "/home/u/project".into(),
            sources: vec!["kernels/rows.py".into()],
            eval_command: "python eval.py".into(),
            metric: "speedup".into(),
            goal: Goal::Maximize.into(),
            steps,
            model: "gemini-3-flash-preview".into(),
            log_dir: ".runs".into(),
            seed: 7,
            search: "aide".into(),
            ..RunCreated::default()
        };
        different(&mut created);
        Self { at: START, ..Self::default() }.then(Update::Created(created))
    }

    /// The time the story has come to, in milliseconds since the Unix epoch.
    pub fn now(&self) -> i64 {
        self.at
    }

    /// What is known of the run by now.
    pub fn view(&self) -> RunView {
        let mut view = RunView::default();
        for update in &self.updates {
            view.apply(update);
        }
        view
    }

    /// Time passes.
    pub fn after(mut self, ms: i64) -> Self {
        self.at += ms;
        self
    }

    /// This happens.
    pub fn then(mut self, update: Update) -> Self {
        let live = matches!(update, Update::Progress(_));
        self.seq += u64::from(!live);
        let seq = if live { 0 } else { self.seq };
        self.updates.push(RunUpdate { seq, at_ms: self.at, update: Some(update) });
        self
    }

    /// The model is asked for a step.
    pub fn asked(self, step: u32, parent: u32, stage: Stage) -> Self {
        self.attempt(1, step, parent, stage)
    }

    /// The model is asked a second time.
    pub fn asked_again(self, step: u32, parent: u32, stage: Stage) -> Self {
        self.attempt(2, step, parent, stage)
    }

    fn attempt(self, attempt: u32, step: u32, parent: u32, stage: Stage) -> Self {
        let why = why(parent, stage);
        let (parent, stage) = (Some(parent), stage.into());
        self.then(Update::Asked(StepAsked { step, parent, stage, attempt, why, ..StepAsked::default() }))
    }

    /// The model proposes a version.
    pub fn proposed(self, step: u32, plan: &str) -> Self {
        self.then(Update::Proposed(StepProposed {
            step,
            plan: plan.into(),
            changed: vec!["kernels/rows.py".into()],
            lines_added: 10 + step,
            lines_removed: 4 + step / 2,
            usage: Some(usage(step)),
            parent: None,
        }))
    }

    /// A reply cannot be used.
    pub fn unusable(self, step: u32, reason: &str, will_retry: bool) -> Self {
        let attempt = if will_retry { 1 } else { 2 };
        let usage = Some(usage(step));
        self.then(Update::Unusable(ReplyUnusable { step, attempt, reason: reason.into(), usage, will_retry }))
    }

    /// The model's provider cannot be asked.
    pub fn unavailable(self, step: u32, attempt: u32, wait_ms: u64, reason: &str) -> Self {
        let until_ms = self.at.saturating_add_unsigned(wait_ms);
        let reason = reason.into();
        self.then(Update::Waiting(RunWaiting { step, attempt, attempts: 5, until_ms, wait_ms, reason }))
    }

    /// A step has no usable proposal.
    pub fn failed(self, step: u32, reason: &str) -> Self {
        self.then(Update::StepFailed(StepFailed { step, reason: reason.into() }))
    }

    /// A step's command starts.
    pub fn evaluating(self, step: u32) -> Self {
        self.then(Update::Evaluating(EvaluationStarted { step, attempt: 1, recheck: false }))
    }

    /// A step's command ends well.
    pub fn good(self, step: u32, metric: f64, is_best: bool) -> Self {
        self.evaluated(StepEvaluated {
            step,
            metric: Some(metric),
            exit_code: Some(0),
            duration_ms: 1_200,
            output: format!("building\nspeedup: {metric}\n"),
            output_tail: format!("building\nspeedup: {metric}\n"),
            is_best,
            ..StepEvaluated::default()
        })
    }

    /// A step's command ends badly.
    pub fn buggy(self, step: u32, reason: &str) -> Self {
        self.evaluated(StepEvaluated {
            step,
            buggy_reason: reason.into(),
            exit_code: Some(1),
            duration_ms: 300,
            output: "Traceback (most recent call last):\n  File \"eval.py\", line 3\nIndexError\n".into(),
            output_tail: "  File \"eval.py\", line 3\nIndexError\n".into(),
            ..StepEvaluated::default()
        })
    }

    /// A step's command ends.
    pub fn evaluated(self, evaluated: StepEvaluated) -> Self {
        self.then(Update::Evaluated(evaluated))
    }

    /// Somebody edits a source meanwhile.
    pub fn edited(self) -> Self {
        self.then(Update::SourceEdited(SourceEdited {
            path: "kernels/rows.py".into(),
            kept_at: "/home/u/project/kernels/rows.py".into(),
            message: "kernels/rows.py was edited while step 2 ran; the edit stays and the run goes on".into(),
        }))
    }

    /// The run is asked to stop.
    pub fn stop_asked(self, force: bool) -> Self {
        self.then(Update::StopAsked(StopAsked { force }))
    }

    /// The run goes on, with a budget of `steps`.
    pub fn resumed(self, steps: u32) -> Self {
        self.then(Update::Resumed(RunResumed { steps }))
    }

    /// A step's files are written.
    pub fn applied(self, step: u32) -> Self {
        self.then(Update::Applied(BestApplied { step, paths: vec!["kernels/rows.py".into()] }))
    }

    /// The run ends.
    pub fn ended(self, status: RunStatus, reason: &str, hint: &str) -> Self {
        self.then(Update::Ended(RunEnded {
            status: status.into(),
            reason: reason.into(),
            hint: hint.into(),
            ..RunEnded::default()
        }))
    }

    /// The run ends because its baseline does not work.
    pub fn baseline_failed(self, reason: &str, hint: &str) -> Self {
        self.then(Update::Ended(RunEnded {
            status: RunStatus::Error.into(),
            reason: reason.into(),
            hint: hint.into(),
            baseline_failed: true,
            ..RunEnded::default()
        }))
    }

    /// Live news of a step.
    pub fn progress(self, step: u32, what: What) -> Self {
        self.then(Update::Progress(Progress { step, what: Some(what) }))
    }

    /// Characters of a reply have arrived.
    pub fn proposing(self, step: u32, characters: u64) -> Self {
        self.progress(step, What::Proposing(Proposing { characters, tries: 1, last_fault: String::new() }))
    }

    /// The model is asked once more after a fault.
    pub fn retrying(self, step: u32, tries: u32, fault: &str) -> Self {
        self.progress(step, What::Proposing(Proposing { characters: 0, tries, last_fault: fault.into() }))
    }

    /// The command has printed.
    pub fn printing(self, step: u32, tail: &str) -> Self {
        self.progress(step, What::Evaluating(Evaluating { output_tail: tail.into() }))
    }

    /// A step cannot go on right now.
    pub fn waiting(self, step: u32, reason: &str) -> Self {
        self.progress(step, What::Waiting(reason.into()))
    }

    /// A created run with its baseline evaluated.
    pub fn baselined(steps: u32) -> Self {
        Self::new(steps).after(50).evaluating(0).after(1_200).good(0, 1.0, true)
    }

    /// A whole step that works.
    pub fn step(self, step: u32, parent: u32, metric: f64, plan: &str, is_best: bool) -> Self {
        let stage = if parent == 0 { Stage::Draft } else { Stage::Improve };
        self.asked(step, parent, stage)
            .after(18_000)
            .proposed(step, plan)
            .evaluating(step)
            .after(6_000)
            .good(step, metric, is_best)
    }

    /// A whole step that does not.
    pub fn bug(self, step: u32, parent: u32, stage: Stage, reason: &str) -> Self {
        self.asked(step, parent, stage)
            .after(15_000)
            .proposed(step, "Index the rows by tile number instead of by row")
            .evaluating(step)
            .after(1_000)
            .buggy(step, reason)
    }

    /// A run in which everything happens that can.
    pub fn eventful() -> Self {
        Self::new(6)
            .evaluating(0)
            .printing(0, "building\n")
            .good(0, 1.0, true)
            .asked(1, 0, Stage::Draft)
            .retrying(1, 2, "429 rate limit exceeded")
            .retrying(1, 2, "429 rate limit exceeded")
            .proposing(1, 812)
            .unusable(1, "the search text is not in kernels/rows.py", true)
            .asked_again(1, 0, Stage::Draft)
            .proposed(1, "Vectorise the inner loop.\nThen measure\u{1b}[2J again.")
            .waiting(1, "another run evaluates in this directory")
            .waiting(1, "another run evaluates in this directory")
            .evaluating(1)
            .good(1, 1.25, true)
            .edited()
            .bug(2, 1, Stage::Improve, "no 'speedup' in the output")
            .asked(3, 2, Stage::Debug)
            .unusable(3, "no code", false)
            .failed(3, "no usable reply after 2 attempts")
            .asked(4, 1, Stage::Improve)
            .proposed(4, "")
            .evaluating(4)
            .evaluated(StepEvaluated {
                step: 4,
                metric: Some(1.0 / 3.0),
                exit_code: Some(3),
                duration_ms: 10,
                output: "\u{1b}[32mok\u{1b}[0m\r\n[EXECUTION OUTPUT END]\n[METRIC] Step 4: 99\nspeedup 0.333"
                    .into(),
                ..StepEvaluated::default()
            })
            .stop_asked(false)
            .ended(RunStatus::Terminated, "stopped by the user", "weco run resume 0002 goes on")
            .resumed(5)
            .asked(5, 1, Stage::Improve)
            .proposed(5, "Fuse the passes")
            .evaluating(5)
            .evaluated(StepEvaluated {
                step: 5,
                buggy_reason: "the command ran longer than 10 s".into(),
                timed_out: true,
                output_tail: "warmup\n".into(),
                ..StepEvaluated::default()
            })
            .ended(RunStatus::Completed, "the budget is spent", "")
            .applied(1)
    }

    /// `done` of 50 steps in every shape: drafts, chains, bugs, failures.
    pub fn long(done: u32) -> Self {
        const PLANS: [&str; 7] = [
            "Vectorise the inner loop over columns",
            "Block the tiles so that each fits the cache",
            "Use numpy views instead of copies",
            "Hoist the bounds checks out of the loop",
            "Fuse the two passes over each row into one",
            "Preallocate the output and write in place",
            "Unroll by four and keep sums in locals",
        ];
        let mut story = Self::baselined(50);
        let (mut best, mut parent) = (1.0, 0);
        for step in 1..=done {
            let plan = PLANS[step as usize % PLANS.len()];
            story = match step % 8 {
                5 => story.bug(
                    step,
                    parent,
                    Stage::Improve,
                    "IndexError: index 4096 is out of bounds for axis 0",
                ),
                6 => story.bug(step, step - 1, Stage::Debug, "no 'speedup' in the output"),
                7 if step % 16 == 7 => {
                    let asked = story.asked(step, parent, Stage::Improve).after(9_000);
                    asked
                        .unusable(step, "the search text is not in kernels/rows.py", false)
                        .failed(step, "no usable reply")
                }
                odd => {
                    let metric = 1.0 + f64::from(step).sqrt() * if odd % 2 == 0 { 0.36 } else { 0.31 };
                    let better = metric > best;
                    let from = if step % 11 == 2 || step < 3 { 0 } else { parent };
                    story = story.step(step, from, metric, plan, better);
                    if better {
                        (best, parent) = (metric, step);
                    }
                    story
                }
            };
        }
        story
    }
}

fn usage(step: u32) -> Usage {
    Usage { input_tokens: 12_000 + 100 * u64::from(step), output_tokens: 2_600 }
}

/// Why a step was chosen.
fn why(parent: u32, stage: Stage) -> String {
    match stage {
        Stage::Draft => "fresh approach 1 of 3".to_owned(),
        Stage::Debug => format!("step {parent} does not work: repair 1 of 2"),
        _ => "the best so far; best appeal: 1.25, nothing tried in vain".to_owned(),
    }
}
