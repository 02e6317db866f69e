//! In JSON: what ends a run early and how much of it is used, and what its models did.

use serde::Serialize;
use weco_proto::v1::{ModelAccount, RunSummary};

/// What ends a run before its budget is spent, and how much of that is used since it began or was last resumed; each is
/// none if there is no such limit.
#[derive(Serialize, PartialEq, Debug)]
pub(super) struct LimitsJson {
    /// The metric that is good enough; the best so far is `best_metric`.
    target: Option<f64>,
    /// Steps in a row without a new best.
    patience: Option<Used<u32>>,
    /// Wall time, in seconds.
    seconds: Option<Used<u64>>,
    /// Of prompts and replies together.
    tokens: Option<Used<u64>>,
    /// In US dollars.
    cost_usd: Option<Used<f64>>,
}

/// How much of a limit is used.
#[derive(Serialize, PartialEq, Debug)]
struct Used<T> {
    used: T,
    limit: T,
}

impl LimitsJson {
    /// None of a run without limits.
    pub(super) fn new(run: &RunSummary) -> Option<Self> {
        let (limits, used) = (run.limits?, run.limits_used.unwrap_or_default());
        Some(Self {
            target: limits.target,
            patience: limits.patience.map(|limit| Used { used: used.fruitless_steps, limit }),
            seconds: limits.max_seconds.map(|limit| Used { used: used.seconds, limit }),
            tokens: limits.max_tokens.map(|limit| Used { used: used.tokens, limit }),
            cost_usd: limits.max_cost.map(|limit| Used { used: used.cost.unwrap_or(0.0), limit }),
        })
    }
}

/// What one of a run's models was asked for.
#[derive(Serialize, PartialEq, Debug)]
pub(super) struct AccountJson<'a> {
    model: &'a str,
    /// Those under way included.
    steps: u32,
    new_bests: u32,
    input_tokens: u64,
    output_tokens: u64,
    /// None if its price is not known.
    cost_usd: Option<f64>,
}

impl<'a> From<&'a ModelAccount> for AccountJson<'a> {
    fn from(account: &'a ModelAccount) -> Self {
        let usage = account.usage.unwrap_or_default();
        Self {
            model: &account.model,
            steps: account.steps,
            new_bests: account.bests,
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens,
            cost_usd: account.cost,
        }
    }
}
