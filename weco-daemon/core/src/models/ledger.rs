//! What each model was asked for, and what that cost.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::event::{RunEvent, Usage};
use crate::price::Price;
use crate::run::{NodeId, RunSpec};

/// The account of one model.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Account {
    /// As `provider/model`, or `builtin`.
    pub model: String,
    /// What its tokens cost, if that was known when the run was created.
    pub price: Option<Price>,
    /// Steps that it is or was asked for: a step that another model took over is that one's.
    pub steps: u32,
    /// Of these, under way.
    pub pending: u32,
    /// New bests among them.
    pub bests: u32,
    /// Tokens so far.
    pub usage: Usage,
}

impl Account {
    /// What it cost so far in US dollars; none if its price is not known.
    pub fn cost(&self) -> Option<f64> {
        if self.usage == Usage::default() { Some(0.0) } else { self.price.map(|price| price.of(self.usage)) }
    }

    /// Steps that came to an end.
    pub(super) fn done(&self) -> u32 {
        self.steps.saturating_sub(self.pending)
    }
}

/// The accounts of a run's models.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Ledger {
    accounts: Vec<Account>,
    /// Which model each step under way is asked of.
    asked: BTreeMap<NodeId, u32>,
    /// The step that was done last, and whose it was.
    #[serde(default)]
    newest: Option<(NodeId, u32)>,
}

impl Ledger {
    /// The accounts of a run that begins.
    pub(crate) fn new(spec: &RunSpec) -> Self {
        let account = |model: &String| Account {
            model: model.clone(),
            price: spec.prices.get(model).copied(),
            steps: 0,
            pending: 0,
            bests: 0,
            usage: Usage::default(),
        };
        Self { accounts: spec.models().iter().map(account).collect(), asked: BTreeMap::new(), newest: None }
    }

    /// One account for each model, in the order of the run's models; none of a run whose record is older than they.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// What all of them cost so far in US dollars; none if a price is not known.
    pub fn cost(&self) -> Option<f64> {
        let costs = self.accounts.iter().map(Account::cost);
        if self.accounts.is_empty() { None } else { costs.sum() }
    }

    /// Takes one more event in. What ends a step is told apart, by [`Self::close`].
    pub(crate) fn apply(&mut self, event: &RunEvent) {
        match event {
            RunEvent::Asked { node, grounds, .. } => self.asked(*node, grounds.model),
            RunEvent::Proposed { node, usage, .. } | RunEvent::Unusable { node, usage, .. } => {
                let model = self.asked.get(node).copied();
                if let Some(account) = model.and_then(|model| self.account(model)) {
                    account.usage += *usage;
                }
            }
            _ => {}
        }
    }

    fn asked(&mut self, node: NodeId, model: u32) {
        let before = self.asked.insert(node, model);
        if before == Some(model) {
            return;
        }
        if let Some(account) = before.and_then(|before| self.account(before)) {
            account.steps = account.steps.saturating_sub(1);
            account.pending = account.pending.saturating_sub(1);
        }
        if let Some(account) = self.account(model) {
            account.steps += 1;
            account.pending += 1;
        }
    }

    /// A step is done. Returns which model it was asked of; none if it was done before, or asked of nobody.
    pub(crate) fn close(&mut self, node: NodeId, is_best: bool) -> Option<u32> {
        let model = self.asked.remove(&node)?;
        if let Some(account) = self.account(model) {
            account.pending = account.pending.saturating_sub(1);
            account.bests += u32::from(is_best);
        }
        self.newest = Some((node, model));
        Some(model)
    }

    /// The step that was done last turned out to be the best: told once, with its result.
    /// Whether it is that one.
    pub(crate) fn won(&mut self, node: NodeId) -> bool {
        let Some((_, model)) = self.newest.take_if(|(newest, _)| *newest == node) else { return false };
        if let Some(account) = self.account(model) {
            account.bests += 1;
        }
        true
    }

    /// What is told of the best from now on is not because of the step that was done last.
    pub(crate) fn turn_away(&mut self) {
        self.newest = None;
    }

    fn account(&mut self, model: u32) -> Option<&mut Account> {
        self.accounts.get_mut(model as usize)
    }
}
