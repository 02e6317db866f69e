//! When a run ends before its budget of steps is spent.

use serde::{Deserialize, Serialize};

use crate::event::{Timestamp, Usage};
use crate::run::NodeId;
use crate::state::RunState;

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
    /// The last step by then.
    step: NodeId,
    is_target_reached: bool,
}

impl Since {
    /// At the run's creation.
    pub(crate) fn creation(at: Timestamp) -> Self {
        Self { at, tokens: 0, step: NodeId::BASELINE, is_target_reached: false }
    }

    /// At a resumption of a run that stands like this.
    pub(crate) fn resumption(state: &RunState, at: Timestamp) -> Self {
        let step = NodeId(state.tree().steps_asked());
        Self { at, tokens: total(state.usage()), step, is_target_reached: state.target_reached().is_some() }
    }
}

impl RunState {
    /// Which limit is reached at `now`, in a sentence.
    pub fn limit_reached(&self, now: Timestamp) -> Option<String> {
        let Limits { target, patience, seconds, tokens } = self.spec().limits;
        let since = self.since();
        if let (Some(target), Some((step, metric))) = (target, self.target_reached())
            && !since.is_target_reached
        {
            return Some(format!("the target {target} is reached: step {step} has {metric}"));
        }
        if let Some(patience) = patience.filter(|patience| self.fruitless_steps() >= *patience) {
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
        tokens.filter(|tokens| spent >= *tokens).map(|tokens| format!("{spent} of {tokens} tokens are spent"))
    }

    /// The best step and its metric, if that is good enough.
    fn target_reached(&self) -> Option<(NodeId, f64)> {
        let (best, target) = (self.tree().best()?, self.spec().limits.target?);
        let metric = best.metric()?;
        (!self.spec().goal.is_better(target, metric)).then_some((best.id, metric))
    }

    /// Steps that are done since the last new best.
    fn fruitless_steps(&self) -> u32 {
        let best = self.tree().best().map_or(NodeId::BASELINE, |best| best.id);
        let from = best.max(self.since().step).index() + 1;
        let later = self.tree().nodes().iter().skip(from);
        u32::try_from(later.filter(|node| node.is_done()).count()).unwrap_or(u32::MAX)
    }
}

fn total(usage: Usage) -> u64 {
    usage.input_tokens.saturating_add(usage.output_tokens)
}

/// Seconds in the largest unit that they are whole in.
fn spelled(seconds: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let (size, unit) = UNITS.into_iter().find(|(size, _)| seconds.is_multiple_of(*size)).unwrap_or((1, "s"));
    format!("{} {unit}", seconds / size)
}
