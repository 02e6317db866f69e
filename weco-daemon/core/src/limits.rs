//! When a run ends before its budget of steps is spent.

use serde::{Deserialize, Serialize};

use crate::event::{Timestamp, Usage};
use crate::run::NodeId;
use crate::state::RunState;
use crate::tree::Node;

/// What ends a run early, each looked at between steps: what is under way is finished. All count from the run's
/// beginning or, if it was resumed, from then on.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// The metric that is good enough. Once reached it ends the run, unless that was resumed since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<f64>,
    /// Steps in a row without a new best.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patience: Option<u32>,
    /// Wall time, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
    /// Tokens of prompts and replies together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// US dollars for tokens; the prices of all models are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
}

impl Limits {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Where a run stood when it began or was last resumed.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Since {
    at: Timestamp,
    tokens: u64,
    /// In US dollars; 0 if that is not known.
    #[serde(default)]
    cost: f64,
    /// What had been spent when the budget was last given.
    budget_from: u32,
    is_target_reached: bool,
}

impl Since {
    /// At the run's creation.
    pub(crate) fn creation(at: Timestamp) -> Self {
        Self { at, tokens: 0, cost: 0.0, budget_from: 0, is_target_reached: false }
    }

    /// At a resumption of a run that stands like this, with a new budget or the rest of the old one.
    pub(crate) fn resumption(state: &RunState, at: Timestamp, is_budget_new: bool) -> Self {
        let cost = state.ledger().cost().unwrap_or(0.0);
        let budget_from = if is_budget_new { state.steps_spent() } else { state.since().budget_from };
        let (tokens, is_target_reached) = (total(state.usage()), state.target_reached().is_some());
        Self { at, tokens, cost, budget_from, is_target_reached }
    }

    /// What had been spent when the budget was last given.
    pub(crate) fn budget_from(&self) -> u32 {
        self.budget_from
    }
}

/// How much of a run's limits is used, as far as its summary tells: the rest follows from that.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct LimitsUsed {
    /// When the run began or was last resumed.
    pub since: Timestamp,
    /// Tokens by then.
    pub tokens_before: u64,
    /// US dollars by then; 0 if that is not known.
    pub cost_before: f64,
    /// Steps that were done in a row since then without a new best.
    pub fruitless: u32,
}

impl LimitsUsed {
    /// Of a run that begins.
    pub(crate) fn new(at: Timestamp) -> Self {
        Self { since: at, ..Self::default() }
    }

    /// Of a run that is resumed, having spent so much.
    pub(crate) fn resumed(at: Timestamp, usage: Usage, cost: Option<f64>) -> Self {
        Self { since: at, tokens_before: total(usage), cost_before: cost.unwrap_or(0.0), fruitless: 0 }
    }

    /// Takes a step in that is done.
    pub(crate) fn step_done(&mut self, node: NodeId, is_best: bool) {
        self.fruitless = if is_best { 0 } else { self.fruitless + u32::from(node != NodeId::BASELINE) };
    }
}

impl RunState {
    /// Which limit is reached at `now`, in a sentence.
    pub fn limit_reached(&self, now: Timestamp) -> Option<String> {
        let Limits { target, patience, seconds, tokens, cost } = self.spec().limits;
        let since = self.since();
        if let (Some(target), Some((step, metric))) = (target, self.target_reached())
            && !since.is_target_reached
        {
            return Some(format!("the target {target} is reached: step {step} has {metric}"));
        }
        if let Some(patience) = patience.filter(|_| self.is_out_of_patience()) {
            let steps = if patience == 1 { "step" } else { "steps" };
            return Some(format!("no new best in {patience} {steps}"));
        }
        let elapsed_ms = now.saturating_sub(since.at);
        if let Some(seconds) = seconds
            && u64::try_from(elapsed_ms).is_ok_and(|elapsed| elapsed / 1_000 >= seconds)
        {
            return Some(format!("the time of {} is over", spelled(seconds)));
        }
        let spent = total(self.usage()).saturating_sub(since.tokens);
        if let Some(tokens) = tokens.filter(|tokens| spent >= *tokens) {
            return Some(format!("{spent} of {tokens} tokens are spent"));
        }
        let spent = self.ledger().cost()? - since.cost;
        cost.filter(|cost| spent >= *cost)
            .map(|cost| format!("{} of {} are spent", dollars(spent), dollars(cost)))
    }

    /// Whether the search itself is over: it came to nothing for too long, or nothing is left to propose.
    pub(crate) fn is_searched(&self) -> bool {
        self.exhausted().is_some() || self.is_out_of_patience()
    }

    fn is_out_of_patience(&self) -> bool {
        self.spec().limits.patience.is_some_and(|patience| self.fruitless() >= patience)
    }

    /// The best step and its metric, if that is good enough and no accident.
    fn target_reached(&self) -> Option<(NodeId, f64)> {
        let best = self.at_target()?;
        let is_doubtful = self.can_be_rechecked(best) && !self.is_surely_at_target(best);
        best.metric().filter(|_| !is_doubtful).map(|metric| (best.id, metric))
    }

    /// The best step, if its metric is good enough, but only just: by the noise it may well not be.
    pub(crate) fn doubtful_target(&self) -> Option<NodeId> {
        let best = self.at_target().filter(|_| !self.since().is_target_reached)?;
        let is_open = self.can_be_rechecked(best) && best.recheck.is_none();
        (is_open && !self.is_surely_at_target(best)).then_some(best.id)
    }

    /// Whether measuring a node once more can settle what it is worth: with review people say what is evaluated, and
    /// the user's own code is as good as it is.
    fn can_be_rechecked(&self, node: &Node) -> bool {
        !self.spec().require_review && node.id != NodeId::BASELINE && node.rechecks == 0
    }

    /// The best step, if its metric is good enough.
    fn at_target(&self) -> Option<&Node> {
        let (best, target) = (self.tree().best()?, self.spec().limits.target?);
        (!self.spec().goal.is_better(target, best.metric()?)).then_some(best)
    }

    /// Whether a node's metric is good enough even if it was measured too well by its standard error.
    fn is_surely_at_target(&self, node: &Node) -> bool {
        let target = self.spec().limits.target.map(|target| self.spec().goal.score(target));
        self.tree().lower_bound(node) >= target
    }
}

fn total(usage: Usage) -> u64 {
    usage.input_tokens.saturating_add(usage.output_tokens)
}

/// An amount of US dollars for people: cents, or two digits of what is less.
pub fn dollars(amount: f64) -> String {
    let decimals = if amount == 0.0 || amount >= 0.1 {
        2
    } else {
        // The place of the second digit that is not 0.
        (2..9).find(|decimals| amount * 10_f64.powi(*decimals) >= 9.5).unwrap_or(9)
    };
    format!("${amount:.*}", usize::try_from(decimals).unwrap_or(2))
}

/// Seconds in the largest unit that they are whole in.
fn spelled(seconds: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let (size, unit) = UNITS.into_iter().find(|(size, _)| seconds.is_multiple_of(*size)).unwrap_or((1, "s"));
    format!("{} {unit}", seconds / size)
}
