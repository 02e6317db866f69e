//! Which of several models is asked next: a bandit that learns which earns what it costs.
//!
//! Each finished step is a result of the model that it was asked of. It earned between 0 and 1: nothing unless the
//! step works and is better than what it started from, one half for a gain of the usual size. Of each model's
//! earnings a belief is kept, from which one draw is made (Thompson sampling; Russo et al., "A Tutorial on Thompson
//! Sampling", 2018), and the model with the largest draw per cost is asked. Old results fade, so that it can change its
//! mind. All is kept incrementally: a choice costs the same however long the run.

use rand::{Rng, RngExt};
use rand_distr::Beta;
use serde::{Deserialize, Serialize};

use super::ledger::{Account, Ledger};
use crate::event::Usage;

/// What is left of all older results' weight when one comes in: in the long run they weigh as much as 50.
const KEPT: f64 = 0.98;

/// How many results the belief before any is worth; it is that of the average model.
const PRIOR_RESULTS: f64 = 2.0;

/// What that average begins with: a few steps in ten earn something.
const FIRST_EARNED: f64 = 0.25;

/// How fast the usual gain follows the gains: they shrink as the code gets better.
const GAIN_RATE: f64 = 0.2;

/// The smallest parameter of a belief: a distribution needs more than none.
const LEAST: f64 = 0.01;

/// What is known of the models of a run, by their place among them.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Bandit {
    arms: Vec<Arm>,
    usual_gain: Option<f64>,
}

/// What one model did, older results weighing less.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
struct Arm {
    results: f64,
    /// At most `results`.
    earned: f64,
}

impl Bandit {
    /// Nothing is known of so many models.
    pub(crate) fn new(models: usize) -> Self {
        Self { arms: vec![Arm::default(); models], usual_gain: None }
    }

    /// A step is done. `gain` is by how much its score is better than that of what it started from; nothing, or
    /// anything that is no positive number, if it earned nothing.
    pub(crate) fn observe(&mut self, model: u32, gain: Option<f64>) {
        let earned = gain.map_or(0.0, |gain| self.worth(gain));
        for arm in &mut self.arms {
            arm.results *= KEPT;
            arm.earned *= KEPT;
        }
        if let Some(arm) = self.arms.get_mut(model as usize) {
            arm.results += 1.0;
            arm.earned += earned;
        }
    }

    /// What a gain is worth against the usual one, which it becomes part of: whatever the metric's unit.
    fn worth(&mut self, gain: f64) -> f64 {
        if gain.is_nan() || gain <= 0.0 {
            return 0.0;
        }
        let gain = gain.min(f64::MAX);
        let usual = self.usual_gain.unwrap_or(gain);
        self.usual_gain = Some(usual + (gain - usual) * GAIN_RATE);
        1.0 / (1.0 + usual / gain)
    }

    /// The model to ask, of those that are `available` (of all, if none is). Each is tried once before any again.
    pub(crate) fn choose(&self, ledger: &Ledger, available: impl Fn(u32) -> bool, rng: &mut dyn Rng) -> u32 {
        let models = || (0_u32..).zip(ledger.accounts().iter().zip(&self.arms));
        let is_any = models().any(|(model, _)| available(model));
        let candidates = || models().filter(|(model, _)| !is_any || available(*model));
        if let Some((untried, _)) = candidates().find(|(_, (account, _))| account.steps == 0) {
            return untried;
        }
        let (cost, usual) = (Cost::of(ledger.accounts()), self.average());
        let mut best = (0, f64::NEG_INFINITY);
        for (model, (account, arm)) in candidates() {
            let value = arm.draw(usual, account.pending, rng) / cost.of_step(account);
            if value > best.1 {
                best = (model, value);
            }
        }
        best.0
    }

    /// What a step earned on average, over all models.
    pub(super) fn average(&self) -> f64 {
        let sum = |of: fn(&Arm) -> f64| self.arms.iter().map(of).sum::<f64>();
        (sum(|arm| arm.earned) + PRIOR_RESULTS * FIRST_EARNED) / (sum(|arm| arm.results) + PRIOR_RESULTS)
    }
}

impl Arm {
    /// One draw from the belief in what a step earns. A step under way counts as one that earned nothing, so that
    /// those asked for meanwhile spread.
    fn draw(self, usual: f64, pending: u32, rng: &mut dyn Rng) -> f64 {
        let earned = self.earned + PRIOR_RESULTS * usual;
        let missed = self.results - self.earned + PRIOR_RESULTS * (1.0 - usual) + f64::from(pending);
        let (earned, missed) = (earned.max(LEAST), missed.max(LEAST));
        match Beta::new(earned, missed) {
            Ok(belief) => rng.sample(belief),
            Err(_) => earned / (earned + missed),
        }
    }
}

/// What a step costs: dollars if the prices of all models are known and not all are free, else tokens.
struct Cost {
    in_dollars: bool,
    /// Over all models; positive.
    average: f64,
}

impl Cost {
    fn of(accounts: &[Account]) -> Self {
        let done: f64 = accounts.iter().map(|account| f64::from(account.done())).sum();
        let total = |in_dollars| accounts.iter().map(|account| spent(account, in_dollars)).sum::<f64>();
        let in_dollars = accounts.iter().all(|account| account.price.is_some()) && total(true) > 0.0;
        let average = total(in_dollars) / done.max(1.0);
        Self { in_dollars, average: if average > 0.0 { average } else { 1.0 } }
    }

    /// What a step of this model costs: its tokens and an evaluation, which is put at what the average step's tokens
    /// cost. Without it, a model that costs nothing and earns nothing would be asked for ever.
    fn of_step(&self, account: &Account) -> f64 {
        let own = match account.done() {
            0 => self.average,
            done => spent(account, self.in_dollars) / f64::from(done),
        };
        self.average + own
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of tokens are far below 2^53")]
fn spent(account: &Account, in_dollars: bool) -> f64 {
    let Usage { input_tokens, output_tokens } = account.usage;
    if in_dollars { account.cost().unwrap_or(0.0) } else { input_tokens.saturating_add(output_tokens) as f64 }
}
