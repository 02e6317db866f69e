//! What a run's models were asked for and what that cost, and what is left until a limit ends the run.

use std::collections::BTreeMap;

use weco_proto::v1::{ModelPrice, RunCreated, RunLimits, Usage};

use crate::format::{dollars, metric, one_line, tokens, words};

/// What one model of a run was asked for, and what came of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Account {
    /// As `provider/model`.
    pub model: String,
    /// Steps that it is or was asked for.
    pub steps: u32,
    /// New bests among them.
    pub bests: u32,
    /// What its tokens cost in US dollars; none if its price is not known.
    pub cost: Option<f64>,
    usage: Usage,
    price: Option<ModelPrice>,
}

/// What was spent so far, and may be.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Spending {
    limits: RunLimits,
    accounts: Vec<Account>,
    /// Which model each step is asked of.
    asked: BTreeMap<u32, String>,
    /// Where the run stood when it began or was last resumed.
    since: Since,
    /// Steps done in a row without a new best.
    fruitless: u32,
}

#[derive(Clone, Copy, PartialEq, Debug, Default)]
struct Since {
    elapsed_ms: i64,
    tokens: u64,
    cost: f64,
}

impl Spending {
    pub(crate) fn new(created: &RunCreated) -> Self {
        let one = [created.model.clone()];
        let names = if created.models.is_empty() { &one[..] } else { &created.models };
        let account = |name: &String| Account {
            model: one_line(name),
            steps: 0,
            bests: 0,
            cost: Some(0.0),
            usage: Usage::default(),
            price: created.prices.iter().find(|price| price.model == *name).cloned(),
        };
        let accounts = names.iter().map(account).collect();
        Self { limits: created.limits.unwrap_or_default(), accounts, ..Self::default() }
    }

    /// A model is asked for a step, perhaps in another's place.
    pub(crate) fn asked(&mut self, step: u32, model: &str) {
        let named = one_line(model);
        // Who has one model need not say which.
        let only = || self.accounts.first().map(|account| account.model.clone());
        let model = if named.is_empty() { only().unwrap_or_default() } else { named };
        let before = self.asked.insert(step, model.clone());
        if before.as_ref() == Some(&model) {
            return;
        }
        if let Some(account) = before.and_then(|before| self.account(&before)) {
            account.steps = account.steps.saturating_sub(1);
        }
        if let Some(account) = self.account(&model) {
            account.steps += 1;
        }
    }

    /// The tokens of a step are so many now, after so many before.
    pub(crate) fn answered(&mut self, step: u32, before: Usage, now: Usage) {
        let Some(model) = self.asked.get(&step).cloned() else { return };
        let Some(account) = self.account(&model) else { return };
        account.usage.input_tokens += now.input_tokens.saturating_sub(before.input_tokens);
        account.usage.output_tokens += now.output_tokens.saturating_sub(before.output_tokens);
        account.cost = cost(account.usage, account.price.as_ref());
    }

    /// A step is done.
    pub(crate) fn done(&mut self, step: u32, is_best: bool) {
        self.fruitless = if is_best { 0 } else { self.fruitless + u32::from(step > 0) };
        if let Some(account) = self.asked.remove(&step).and_then(|model| self.account(&model)) {
            account.bests += u32::from(is_best);
        }
    }

    /// The run goes on after an end, and limits count anew.
    pub(crate) fn resumed(&mut self, elapsed_ms: i64) {
        self.since = Since { elapsed_ms, tokens: self.tokens(), cost: self.cost().unwrap_or(0.0) };
        self.fruitless = 0;
    }

    /// All of the run's models, or none if it is not known which those are.
    pub(crate) fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// What all tokens cost in US dollars; none if a price is not known.
    pub(crate) fn cost(&self) -> Option<f64> {
        self.accounts.iter().map(|account| account.cost).sum()
    }

    /// What a step's tokens cost, by the model that it was asked of.
    pub(crate) fn cost_of(&self, model: &str, usage: Usage) -> Option<f64> {
        let account = self.accounts.iter().find(|account| account.model == model)?;
        cost(usage, account.price.as_ref())
    }

    /// What the limits are, each in words.
    pub(crate) fn limits(&self) -> Vec<String> {
        let RunLimits { target, patience, max_seconds, max_tokens, max_cost } = self.limits;
        let parts = [
            target.map(|target| format!("target {}", metric(target))),
            patience.map(|steps| format!("{steps} {} without a new best", steps_word(steps))),
            max_seconds.map(|seconds| words(ms(seconds))),
            max_tokens.map(|count| format!("{} tokens", tokens(count))),
            max_cost.map(dollars),
        ];
        parts.into_iter().flatten().collect()
    }

    /// How much of each limit is used, in words, of a run that has been going for so long.
    pub(crate) fn used(&self, elapsed_ms: i64) -> Vec<String> {
        let RunLimits { target, patience, max_seconds, max_tokens, max_cost } = self.limits;
        let going = words((elapsed_ms - self.since.elapsed_ms).max(0));
        let spent = self.tokens().saturating_sub(self.since.tokens);
        let cost = self.cost().map_or(0.0, |cost| (cost - self.since.cost).max(0.0));
        let parts = [
            max_cost.map(|most| format!("{} of {}", dollars(cost), dollars(most))),
            max_tokens.map(|most| format!("{} of {} tokens", tokens(spent), tokens(most))),
            max_seconds.map(|most| format!("{going} of {}", words(ms(most)))),
            patience
                .map(|most| format!("{} of {most} {} without a new best", self.fruitless, steps_word(most))),
            target.map(|target| format!("target {}", metric(target))),
        ];
        parts.into_iter().flatten().collect()
    }

    fn tokens(&self) -> u64 {
        let of = |usage: Usage| usage.input_tokens.saturating_add(usage.output_tokens);
        self.accounts.iter().map(|account| of(account.usage)).sum()
    }

    fn account(&mut self, model: &str) -> Option<&mut Account> {
        self.accounts.iter_mut().find(|account| account.model == model)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of tokens are far below 2^53")]
fn cost(usage: Usage, price: Option<&ModelPrice>) -> Option<f64> {
    if usage == Usage::default() {
        return Some(0.0);
    }
    let price = price?;
    Some((usage.input_tokens as f64 * price.input + usage.output_tokens as f64 * price.output) / 1e6)
}

fn steps_word(count: u32) -> &'static str {
    if count == 1 { "step" } else { "steps" }
}

fn ms(seconds: u64) -> i64 {
    i64::try_from(seconds.saturating_mul(1_000)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(input_tokens: u64) -> Usage {
        Usage { input_tokens, output_tokens: 0 }
    }

    fn spending() -> Spending {
        let prices = vec![ModelPrice { model: "a/x".into(), input: 1e6, output: 0.0 }];
        let limits = Some(RunLimits {
            target: Some(3.5),
            patience: Some(10),
            max_seconds: Some(5_400),
            max_tokens: Some(1_000_000),
            max_cost: Some(50.0),
        });
        let models = vec!["a/x".into(), "b/y".into()];
        Spending::new(&RunCreated { models, prices, limits, ..RunCreated::default() })
    }

    #[test]
    fn limits_are_told_with_how_much_is_used() {
        let mut spending = spending();
        assert_eq!(
            spending.limits(),
            ["target 3.5", "10 steps without a new best", "90 min", "1.0M tokens", "$50.00"]
        );
        spending.asked(1, "a/x");
        spending.answered(1, usage(0), usage(12));
        spending.done(1, false);
        assert_eq!(
            spending.used(120_000),
            [
                "$12.00 of $50.00",
                "12 of 1.0M tokens",
                "2 min of 90 min",
                "1 of 10 steps without a new best",
                "target 3.5"
            ]
        );
        spending.resumed(120_000);
        assert_eq!(spending.used(121_000)[..2], ["$0.00 of $50.00", "0 of 1.0M tokens"]);
        assert!(Spending::new(&RunCreated::default()).used(0).is_empty());
    }

    #[test]
    fn each_model_has_its_account() {
        let mut spending = spending();
        spending.asked(1, "a/x");
        spending.asked(1, "b/y");
        spending.answered(1, usage(0), usage(5));
        spending.answered(1, usage(5), usage(9));
        spending.done(1, true);
        let [x, y] = spending.accounts() else { panic!() };
        assert_eq!((x.steps, x.bests, x.cost), (0, 0, Some(0.0)));
        assert_eq!((y.steps, y.bests, y.cost, y.usage), (1, 1, None, usage(9)));
        assert_eq!(spending.cost(), None, "as one of the prices is not known");
        assert_eq!(spending.cost_of("a/x", usage(2)), Some(2.0));
    }
}
