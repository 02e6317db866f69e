use serde::Serialize;
use utoipa::ToSchema;
use weco_proto::v1;

use super::limits::{AccountJson, LimitsJson, LimitsUsedJson};
use super::words;

/// A run in short. Times are in milliseconds since the Unix epoch.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(as = Run)]
pub(crate) struct RunJson {
    pub(crate) run_id: String,
    name: String,
    /// Absolute.
    directory: String,
    /// Relative to `directory`, in the user's order.
    sources: Vec<String>,
    metric: String,
    /// `maximize` or `minimize`.
    goal: String,
    model: String,
    /// All of them, if there are several; `model` then names all, parted by commas.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    models: Vec<String>,
    /// `minimal`, `low`, `medium` or `high`; empty: as the models do by themselves.
    reasoning_effort: String,
    /// `running`, `stopping`, `completed`, `terminated`, `error` or `interrupted`.
    status: String,
    /// Why it ended; empty while it goes on.
    reason: String,
    /// What to do next; may be empty.
    hint: String,
    /// Steps that are evaluated or failed, without the baseline.
    steps_done: u32,
    /// The budget.
    steps: u32,
    baseline_metric: Option<f64>,
    /// Standard deviation of its measurements; absent if there is one.
    baseline_sd: Option<f64>,
    baseline_count: Option<u32>,
    /// The baseline was evaluated and does not work.
    baseline_failed: bool,
    /// 0 is the baseline.
    best_step: Option<u32>,
    /// The mean of its measurements.
    best_metric: Option<f64>,
    /// Standard deviation of them; absent if there is one.
    best_sd: Option<f64>,
    best_count: Option<u32>,
    /// Versions measured again; each is one of `steps_done`.
    rechecks: u32,
    input_tokens: u64,
    output_tokens: u64,
    /// What all tokens cost in US dollars; absent if the price of a model is not known.
    cost_usd: Option<f64>,
    /// One for each of its models.
    accounts: Vec<AccountJson>,
    created_at_ms: i64,
    updated_at_ms: i64,
    ended_at_ms: Option<i64>,
    /// The last event's sequence number: where to go on from in `events`.
    pub(crate) last_seq: u64,
    log_dir: String,
    /// The step that was last written over the sources.
    applied_step: Option<u32>,
    /// Sources that the user edited during the run.
    edited: Vec<String>,
    /// What a live run waits for right now; empty if for nothing.
    waiting: String,
    /// Every proposal waits for approval before it is evaluated.
    require_review: bool,
    /// Proposals that wait for approval, or for their evaluation to begin.
    pending: Vec<PendingJson>,
    /// What counts from the next proposal on; empty if there are none.
    instructions: String,
    /// The lineage's first run; its own id unless it was derived.
    lineage_id: String,
    derived_from: Option<DerivedFromJson>,
    /// The search policy's name, and its parameters in words; may be empty.
    search: String,
    search_parameters: String,
    /// The backend that evaluates, with its dataset and target; empty if a command does.
    evaluation: String,
    /// Most steps under way at once.
    parallel: u32,
    /// Steps that a live run has under way right now.
    under_way: Vec<UnderWayJson>,
    limits: Option<LimitsJson>,
    limits_used: Option<LimitsUsedJson>,
    /// The best metric over the steps, in at most 64 points; only in lists, and not of every run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trend: Option<Vec<f64>>,
}

/// A proposal that is not evaluated yet.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(as = Pending)]
pub(crate) struct PendingJson {
    node_id: String,
    step: u32,
    plan: String,
    status: String,
}

/// A step that is neither evaluated nor failed.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(as = UnderWay)]
pub(crate) struct UnderWayJson {
    step: u32,
    /// Whether its evaluation is under way; otherwise its proposal is, or waits.
    evaluating: bool,
    /// Why the search chose it; may be empty.
    why: String,
}

/// The step of another run that a derived run begins with.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(as = DerivedFrom)]
pub(crate) struct DerivedFromJson {
    run_id: String,
    step: u32,
    node_id: String,
}

/// What a run waits for and which steps it is at, and whether those are evaluated: of this not all is recorded.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Doing {
    waiting: String,
    steps: Vec<(u32, bool)>,
}

/// Many runs.
#[derive(Serialize, ToSchema)]
#[schema(as = Runs)]
pub(crate) struct RunsJson {
    /// Newest first.
    pub(super) runs: Vec<RunJson>,
}

impl RunJson {
    pub(crate) fn steps_done(&self) -> u32 {
        self.steps_done
    }

    pub(crate) fn best_metric(&self) -> Option<f64> {
        self.best_metric
    }

    pub(super) fn is_maximized(&self) -> bool {
        self.goal == "maximize"
    }

    pub(crate) fn baseline_metric(&self) -> Option<f64> {
        self.baseline_metric
    }

    pub(crate) fn status(&self) -> &str {
        &self.status
    }

    /// Of prompts and of replies.
    pub(crate) fn tokens(&self) -> (u64, u64) {
        (self.input_tokens, self.output_tokens)
    }

    /// Its own and its metric's.
    pub(crate) fn names(&self) -> (&str, &str) {
        (&self.name, &self.metric)
    }

    /// What it does right now.
    pub(crate) fn doing(&self) -> Doing {
        let steps = self.under_way.iter().map(|it| (it.step, it.evaluating)).collect();
        Doing { waiting: self.waiting.clone(), steps }
    }

    /// Whether more is to come of it.
    pub(crate) fn is_live(&self) -> bool {
        matches!(self.status.as_str(), "running" | "stopping")
    }
}

impl From<v1::RunSummary> for RunJson {
    fn from(run: v1::RunSummary) -> Self {
        let usage = run.usage.unwrap_or_default();
        let baseline_count = run.baseline.map(|spread| spread.count);
        let best_count = run.best.map(|spread| spread.count);
        let accounts: Vec<_> = run.accounts.iter().cloned().map(AccountJson::from).collect();
        Self {
            goal: words::goal(run.goal()),
            status: words::run_status(run.status()),
            reasoning_effort: words::effort(run.reasoning_effort()),
            models: several(&accounts),
            under_way: under_way(run.under_way, run.chosen),
            run_id: run.run_id,
            name: run.name,
            directory: run.directory,
            sources: run.sources,
            metric: run.metric,
            model: run.model,
            reason: run.reason,
            hint: run.hint,
            steps_done: run.steps_done,
            steps: run.steps,
            baseline_metric: run.baseline_metric,
            baseline_sd: run.baseline.and_then(|spread| spread.sd),
            baseline_count,
            baseline_failed: run.baseline_failed,
            best_step: run.best_step,
            best_metric: run.best_metric,
            best_sd: run.best.and_then(|spread| spread.sd),
            best_count,
            rechecks: run.rechecks,
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens,
            cost_usd: run.cost,
            accounts,
            created_at_ms: run.created_at_ms,
            updated_at_ms: run.updated_at_ms,
            ended_at_ms: run.ended_at_ms,
            last_seq: run.last_seq,
            log_dir: run.log_dir,
            applied_step: run.applied_step,
            edited: run.edited,
            waiting: run.waiting,
            require_review: run.require_review,
            pending: run.pending.into_iter().map(PendingJson::from).collect(),
            instructions: run.instructions,
            lineage_id: run.lineage_id,
            derived_from: run.derived_from.map(|from| DerivedFromJson {
                run_id: from.run_id,
                step: from.step,
                node_id: from.node_id,
            }),
            search: run.search,
            search_parameters: run.search_parameters,
            evaluation: run.eval_backend.as_ref().map(evaluation).unwrap_or_default(),
            parallel: run.parallel,
            limits: run.limits.map(LimitsJson::from),
            limits_used: run.limits_used.map(LimitsUsedJson::from),
            trend: None,
        }
    }
}

/// The models' names, if there are several.
fn several(accounts: &[AccountJson]) -> Vec<String> {
    if accounts.len() < 2 { Vec::new() } else { accounts.iter().map(|it| it.model.clone()).collect() }
}

fn under_way(steps: Vec<v1::StepUnderWay>, mut chosen: Vec<v1::ChosenStep>) -> Vec<UnderWayJson> {
    let mut why = |step| {
        let chosen = chosen.iter_mut().find(|it| it.step == step);
        chosen.map(|it| std::mem::take(&mut it.why)).unwrap_or_default()
    };
    let steps = steps.into_iter();
    steps.map(|it| UnderWayJson { step: it.step, evaluating: it.evaluating, why: why(it.step) }).collect()
}

impl From<v1::PendingNode> for PendingJson {
    fn from(node: v1::PendingNode) -> Self {
        let status = words::node_status(node.status());
        Self { node_id: node.node_id, step: node.step, plan: node.plan, status }
    }
}

/// `langsmith: dataset qa, target app:answer`
fn evaluation(backend: &v1::EvalBackend) -> String {
    let given = |name: &str| backend.settings.iter().find(|setting| setting.name == name);
    let words = ["dataset", "target"].into_iter().filter_map(given);
    let words: Vec<String> =
        words.map(|setting| format!("{} {}", setting.name, setting.values.join(" "))).collect();
    format!("{}: {}", backend.name, words.join(", "))
}
