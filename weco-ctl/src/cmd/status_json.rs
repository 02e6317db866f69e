//! A run in short as JSON: the one shape of it, for every command that prints it.

use std::borrow::Cow;

use serde::Serialize;
use weco_proto::v1::{Goal, RunStatus, RunSummary};

use super::node_json::{DerivedFromJson, PendingJson};
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
            directory: &run.directory,
            sources: &run.sources,
            created_at: rfc3339(run.created_at_ms),
            ended_at: run.ended_at_ms.and_then(rfc3339),
            reason: &run.reason,
            hint: &run.hint,
            waiting: waiting(run),
            log_file: &run.log_file,
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
