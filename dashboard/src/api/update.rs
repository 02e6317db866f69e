use serde::Serialize;
use utoipa::ToSchema;
use weco_proto::v1::{self, run_update::Update};

use super::words;

/// One thing that happened to a run.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(as = RunUpdate)]
pub(super) struct UpdateJson {
    /// Its place in the run's journal, from 1; 0 for `progress`, which is not recorded.
    pub(super) seq: u64,
    at_ms: i64,
    #[serde(flatten)]
    what: WhatJson,
}

/// What happened. The fields are those of the protocol's messages of these names.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schema(as = What)]
pub(super) enum WhatJson {
    Created {
        run_id: String,
        run_name: String,
        steps: u32,
        search: String,
    },
    Asked {
        step: u32,
        parent: Option<u32>,
        stage: String,
        attempt: u32,
        with: Option<u32>,
        why: String,
        /// Who is asked.
        model: String,
    },
    Proposed(ProposedJson),
    Unusable {
        step: u32,
        attempt: u32,
        reason: String,
        will_retry: bool,
        input_tokens: u64,
        output_tokens: u64,
    },
    StepFailed {
        step: u32,
        reason: String,
    },
    Evaluating {
        step: u32,
        attempt: u32,
        /// The step works and is measured again, which takes a step of the budget.
        recheck: bool,
    },
    Evaluated(EvaluatedJson),
    SourceEdited {
        path: String,
        kept_at: String,
        message: String,
    },
    StopAsked {
        force: bool,
    },
    Resumed {
        steps: u32,
    },
    Ended(EndedJson),
    Applied {
        step: u32,
        paths: Vec<String>,
    },
    Progress(ProgressJson),
    Warned {
        message: String,
    },
    Waiting {
        step: u32,
        attempt: u32,
        attempts: u32,
        until_ms: i64,
        wait_ms: u64,
        reason: String,
    },
    Revised {
        step: u32,
        revision: u32,
        by: String,
        lines_added: u32,
        lines_removed: u32,
    },
    Approved {
        step: u32,
        by: String,
        eval_command: Option<String>,
    },
    Rejected {
        step: u32,
        by: String,
        reason: String,
    },
    Returned {
        step: u32,
        reason: String,
    },
    Instructed {
        instructions: String,
        by: String,
    },
}

#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(as = Proposed)]
pub(super) struct ProposedJson {
    step: u32,
    plan: String,
    changed: Vec<String>,
    lines_added: u32,
    lines_removed: u32,
    input_tokens: u64,
    output_tokens: u64,
    parent: Option<u32>,
}

#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(as = Evaluated)]
pub(super) struct EvaluatedJson {
    step: u32,
    /// All that is known of the step now: the mean of this and of earlier evaluations.
    metric: Option<f64>,
    /// Standard deviation of the single measurements; absent if there is one.
    metric_sd: Option<f64>,
    metric_count: Option<u32>,
    /// What this evaluation measured, if it did so several times.
    samples: Vec<f64>,
    buggy_reason: String,
    exit_code: Option<i32>,
    signal: Option<i32>,
    timed_out: bool,
    duration_ms: u64,
    output_tail: String,
    is_best: bool,
    /// The run's best step now, which another one may have been before.
    best_step: Option<u32>,
    /// The step had been evaluated before, and this was to make sure.
    recheck: bool,
    inherited: bool,
}

#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(as = Ended)]
pub(super) struct EndedJson {
    status: String,
    reason: String,
    hint: String,
    baseline_failed: bool,
    best_step: Option<u32>,
    best_metric: Option<f64>,
    /// Standard deviation of its measurements; absent if there is one.
    best_sd: Option<f64>,
    best_count: Option<u32>,
    edited: Vec<String>,
}

/// What goes on right now: one of the three.
#[derive(Clone, PartialEq, Debug, Default, Serialize, ToSchema)]
#[schema(as = Progress)]
pub(super) struct ProgressJson {
    step: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    proposing: Option<ProposingJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evaluating: Option<EvaluatingJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting: Option<String>,
}

#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(as = Proposing)]
pub(super) struct ProposingJson {
    characters: u64,
    tries: u32,
    last_fault: String,
}

#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(as = Evaluating)]
pub(super) struct EvaluatingJson {
    output_tail: String,
}

impl UpdateJson {
    /// None for news of a kind that this version does not know.
    pub(super) fn new(update: v1::RunUpdate) -> Option<Self> {
        Some(Self { seq: update.seq, at_ms: update.at_ms, what: update.update?.into() })
    }

    /// Whether nothing follows until the run is resumed.
    pub(super) fn is_end(&self) -> bool {
        matches!(self.what, WhatJson::Ended(_))
    }
}

impl From<Update> for WhatJson {
    fn from(update: Update) -> Self {
        match update {
            Update::Created(it) => {
                Self::Created { run_id: it.run_id, run_name: it.run_name, steps: it.steps, search: it.search }
            }
            Update::Asked(it) => Self::Asked {
                stage: words::stage(it.stage()),
                step: it.step,
                parent: it.parent,
                attempt: it.attempt,
                with: it.with,
                why: it.why,
                model: it.model,
            },
            Update::Proposed(it) => Self::Proposed(it.into()),
            Update::Unusable(it) => {
                let usage = it.usage.unwrap_or_default();
                Self::Unusable {
                    step: it.step,
                    attempt: it.attempt,
                    reason: it.reason,
                    will_retry: it.will_retry,
                    input_tokens: usage.input_tokens,
                    output_tokens: usage.output_tokens,
                }
            }
            Update::StepFailed(it) => Self::StepFailed { step: it.step, reason: it.reason },
            Update::Evaluating(it) => {
                Self::Evaluating { step: it.step, attempt: it.attempt, recheck: it.recheck }
            }
            Update::Evaluated(it) => Self::Evaluated(it.into()),
            Update::SourceEdited(it) => {
                Self::SourceEdited { path: it.path, kept_at: it.kept_at, message: it.message }
            }
            Update::StopAsked(it) => Self::StopAsked { force: it.force },
            Update::Resumed(it) => Self::Resumed { steps: it.steps },
            Update::Ended(it) => Self::Ended(it.into()),
            Update::Applied(it) => Self::Applied { step: it.step, paths: it.paths },
            Update::Progress(it) => Self::Progress(it.into()),
            Update::Warned(it) => Self::Warned { message: it.message },
            Update::Waiting(it) => Self::Waiting {
                step: it.step,
                attempt: it.attempt,
                attempts: it.attempts,
                until_ms: it.until_ms,
                wait_ms: it.wait_ms,
                reason: it.reason,
            },
            Update::Revised(it) => Self::Revised {
                step: it.step,
                revision: it.revision,
                by: it.by,
                lines_added: it.lines_added,
                lines_removed: it.lines_removed,
            },
            Update::Approved(it) => {
                Self::Approved { step: it.step, by: it.by, eval_command: it.eval_command }
            }
            Update::Rejected(it) => Self::Rejected { step: it.step, by: it.by, reason: it.reason },
            Update::Returned(it) => Self::Returned { step: it.step, reason: it.reason },
            Update::Instructed(it) => Self::Instructed { instructions: it.instructions, by: it.by },
        }
    }
}

impl From<v1::StepProposed> for ProposedJson {
    fn from(it: v1::StepProposed) -> Self {
        let usage = it.usage.unwrap_or_default();
        Self {
            step: it.step,
            plan: it.plan,
            changed: it.changed,
            lines_added: it.lines_added,
            lines_removed: it.lines_removed,
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens,
            parent: it.parent,
        }
    }
}

impl From<v1::StepEvaluated> for EvaluatedJson {
    fn from(it: v1::StepEvaluated) -> Self {
        Self {
            step: it.step,
            metric: it.total.map_or(it.metric, |total| Some(total.metric)),
            metric_sd: it.total.and_then(|total| total.sd),
            metric_count: it.total.map(|total| total.count),
            samples: it.samples,
            buggy_reason: it.buggy_reason,
            exit_code: it.exit_code,
            signal: it.signal,
            timed_out: it.timed_out,
            duration_ms: it.duration_ms,
            output_tail: it.output_tail,
            is_best: it.is_best,
            best_step: it.best_step,
            recheck: it.recheck,
            inherited: it.inherited,
        }
    }
}

impl From<v1::RunEnded> for EndedJson {
    fn from(it: v1::RunEnded) -> Self {
        Self {
            status: words::run_status(it.status()),
            reason: it.reason,
            hint: it.hint,
            baseline_failed: it.baseline_failed,
            best_step: it.best_step,
            best_metric: it.best_metric,
            best_sd: it.best.and_then(|best| best.sd),
            best_count: it.best.map(|best| best.count),
            edited: it.edited,
        }
    }
}

impl From<v1::Progress> for ProgressJson {
    fn from(it: v1::Progress) -> Self {
        use v1::progress::What;
        let mut progress = Self { step: it.step, ..Self::default() };
        match it.what {
            Some(What::Proposing(it)) => {
                let (characters, tries, last_fault) = (it.characters, it.tries, it.last_fault);
                progress.proposing = Some(ProposingJson { characters, tries, last_fault });
            }
            Some(What::Evaluating(it)) => {
                progress.evaluating = Some(EvaluatingJson { output_tail: it.output_tail });
            }
            Some(What::Waiting(why)) => progress.waiting = Some(why),
            None => {}
        }
        progress
    }
}
