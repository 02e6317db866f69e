//! A run in short as JSON: the one shape of it, for every command that prints it.

use std::borrow::Cow;

use serde::Serialize;
use weco_proto::effort;
use weco_proto::v1::{Goal, RunStatus, RunSummary};

use super::limits_json::{AccountJson, LimitsJson};
use super::node_json::{BestSpreadJson, DerivedFromJson, PendingJson};
use super::report_json::BackendJson;
use crate::ui::runs::pending_approval;

/// A run in short. The first keys are those of the hosted service's `run status`, with its meaning; what follows
/// is ours. Keys may be added, never renamed or removed.
#[derive(Serialize, PartialEq, Debug)]
pub(super) struct StatusJson<'a> {
    run_id: &'a str,
    status: &'static str,
    name: &'a str,
    /// Steps that are evaluated or failed, without the baseline.
    current_step: u32,
    /// The budget.
    total_steps: u32,
    best_metric: Option<f64>,
    /// 0 is the baseline.
    best_step: Option<u32>,
    metric_name: &'a str,
    goal: &'static str,
    model: &'a str,
    /// Whether every proposal waits for approval.
    require_review: bool,
    /// Proposals that wait for approval, or for their evaluation to begin.
    pending_nodes: Vec<PendingJson<'a>>,
    /// The lineage's first run; its own id unless it was derived.
    lineage_id: &'a str,
    /// None unless it was derived.
    derived_from: Option<DerivedFromJson<'a>>,
    /// What counts from the next proposal on; empty if there are none.
    additional_instructions: &'a str,
    baseline_metric: Option<f64>,
    input_tokens: u64,
    output_tokens: u64,
    /// What all tokens cost in US dollars; none if the price of a model is not known.
    cost_usd: Option<f64>,
    /// How hard the models are to think; none: as they do by themselves.
    reasoning_effort: Option<&'static str>,
    /// What ends it before its budget is spent, with how much of that is used; none without limits.
    limits: Option<LimitsJson>,
    /// What each of its models was asked for.
    models: Vec<AccountJson<'a>>,
    directory: &'a str,
    sources: &'a [String],
    /// RFC 3339, in UTC.
    created_at: Option<String>,
    ended_at: Option<String>,
    /// Why it ended; empty while it goes on.
    reason: &'a str,
    /// What to do next; may be empty.
    hint: &'a str,
    /// What it waits for right now; empty if for nothing.
    waiting: Cow<'a, str>,
    /// Where its log is; empty if it has none.
    log_file: &'a str,
    /// Most steps under way at once.
    parallel: u32,
    /// Steps that are under way right now; empty unless it goes on.
    under_way: Vec<UnderWayJson>,
    /// The search policy's name, and its parameters in words; empty if they are not known.
    search: &'a str,
    search_parameters: &'a str,
    /// The steps that are neither evaluated nor failed, and why the search chose them.
    chosen: Vec<ChosenJson<'a>>,
    #[serde(flatten)]
    best_spread: BestSpreadJson,
    baseline_metric_sd: Option<f64>,
    baseline_metric_count: u32,
    /// Versions measured again, each of which is one of the current steps.
    rechecks: u32,
    /// What evaluates; none if a command does.
    eval_backend: Option<BackendJson<'a>>,
}

/// A step that is neither evaluated nor failed.
#[derive(Serialize, PartialEq, Debug)]
struct UnderWayJson {
    step: u32,
    /// Whether its command runs; otherwise it is proposed, or waits.
    evaluating: bool,
}

/// Why the search chose a step.
#[derive(Serialize, PartialEq, Debug)]
pub(super) struct ChosenJson<'a> {
    step: u32,
    why: &'a str,
}

impl<'a> From<&'a RunSummary> for StatusJson<'a> {
    fn from(run: &'a RunSummary) -> Self {
        let usage = run.usage.unwrap_or_default();
        Self {
            run_id: &run.run_id,
            status: status_word(run.status()),
            name: &run.name,
            current_step: run.steps_done,
            total_steps: run.steps,
            best_metric: run.best_metric,
            best_step: run.best_step,
            metric_name: &run.metric,
            goal: goal_word(run.goal()),
            model: &run.model,
            require_review: run.require_review,
            pending_nodes: run.pending.iter().map(PendingJson::from).collect(),
            lineage_id: &run.lineage_id,
            derived_from: run.derived_from.as_ref().map(DerivedFromJson::from),
            additional_instructions: &run.instructions,
            baseline_metric: run.baseline_metric,
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens,
            cost_usd: run.cost,
            reasoning_effort: effort::word(run.reasoning_effort()),
            limits: LimitsJson::new(run),
            models: run.accounts.iter().map(AccountJson::from).collect(),
            directory: &run.directory,
            sources: &run.sources,
            created_at: rfc3339(run.created_at_ms),
            ended_at: run.ended_at_ms.and_then(rfc3339),
            reason: &run.reason,
            hint: &run.hint,
            waiting: waiting(run),
            log_file: &run.log_file,
            parallel: run.parallel.max(1),
            under_way: run
                .under_way
                .iter()
                .map(|it| UnderWayJson { step: it.step, evaluating: it.evaluating })
                .collect(),
            search: &run.search,
            search_parameters: &run.search_parameters,
            chosen: run.chosen.iter().map(|it| ChosenJson { step: it.step, why: &it.why }).collect(),
            best_spread: run.best.as_ref().into(),
            baseline_metric_sd: run.baseline.as_ref().and_then(|baseline| baseline.sd),
            baseline_metric_count: run.baseline.as_ref().map_or(0, |baseline| baseline.count),
            rechecks: run.rechecks,
            eval_backend: run.eval_backend.as_ref().map(BackendJson::from),
        }
    }
}

/// What a run waits for; a person, if for nothing else.
fn waiting(run: &RunSummary) -> Cow<'_, str> {
    let approval = pending_approval(run).filter(|_| run.waiting.is_empty());
    approval.map_or(Cow::Borrowed(&*run.waiting), |step| Cow::Owned(format!("approval of step {step}")))
}

/// A status as commands write and read it.
pub(crate) fn status_word(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Unspecified => "unknown",
        RunStatus::Running => "running",
        RunStatus::Stopping => "stopping",
        RunStatus::Completed => "completed",
        RunStatus::Terminated => "terminated",
        RunStatus::Error => "error",
        RunStatus::Interrupted => "interrupted",
    }
}

/// A goal as commands write it.
pub(super) fn goal_word(goal: Goal) -> &'static str {
    match goal {
        Goal::Unspecified => "unknown",
        Goal::Maximize => "maximize",
        Goal::Minimize => "minimize",
    }
}

/// A time in milliseconds since the Unix epoch, in RFC 3339; none if that is not known.
pub(super) fn rfc3339(at_ms: i64) -> Option<String> {
    let at = jiff::Timestamp::from_millisecond(at_ms).ok().filter(|_| at_ms != 0)?;
    Some(at.to_string())
}
