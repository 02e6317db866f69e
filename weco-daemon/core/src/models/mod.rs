//! The models of a run: what each was asked for, what it cost and earned, and which is asked next.

mod absence;
mod bandit;
mod ledger;
#[cfg(test)]
mod tests;

pub(crate) use absence::Absences;
pub(crate) use bandit::Bandit;
pub use ledger::{Account, Ledger};
