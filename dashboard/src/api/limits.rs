//! What a run may use and what it has used.

use serde::Serialize;
use utoipa::ToSchema;
use weco_proto::v1;

/// What ends a run before its budget of steps is spent; absent fields do not.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(as = Limits)]
pub(super) struct LimitsJson {
    /// The metric that is good enough.
    target: Option<f64>,
    /// Steps in a row without a new best.
    patience: Option<u32>,
    max_seconds: Option<u64>,
    max_tokens: Option<u64>,
    max_cost_usd: Option<f64>,
}

/// How much of a run's limits is used since it began or was last resumed.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(as = LimitsUsed)]
pub(super) struct LimitsUsedJson {
    /// Steps in a row without a new best.
    fruitless_steps: u32,
    /// Until now, or until it ended.
    seconds: u64,
    tokens: u64,
    /// Absent if the price of a model is not known.
    cost_usd: Option<f64>,
}

/// One of a run's models, and what it earned for what it cost.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
#[schema(as = ModelAccount)]
pub(super) struct AccountJson {
    /// As `provider/model`, or `builtin`.
    pub(super) model: String,
    /// Asked for, those under way included.
    steps: u32,
    /// New bests among them.
    bests: u32,
    input_tokens: u64,
    output_tokens: u64,
    /// Absent if its price is not known.
    cost_usd: Option<f64>,
}

impl From<v1::RunLimits> for LimitsJson {
    fn from(limits: v1::RunLimits) -> Self {
        let v1::RunLimits { target, patience, max_seconds, max_tokens, max_cost: max_cost_usd } = limits;
        Self { target, patience, max_seconds, max_tokens, max_cost_usd }
    }
}

impl From<v1::LimitsUsed> for LimitsUsedJson {
    fn from(used: v1::LimitsUsed) -> Self {
        let v1::LimitsUsed { fruitless_steps, seconds, tokens, cost: cost_usd } = used;
        Self { fruitless_steps, seconds, tokens, cost_usd }
    }
}

impl From<v1::ModelAccount> for AccountJson {
    fn from(account: v1::ModelAccount) -> Self {
        let v1::ModelAccount { model, steps, bests, usage, cost: cost_usd } = account;
        let v1::Usage { input_tokens, output_tokens } = usage.unwrap_or_default();
        Self { model, steps, bests, input_tokens, output_tokens, cost_usd }
    }
}
