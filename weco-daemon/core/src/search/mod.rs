//! Which node to work on next. A policy is one small file behind [`Policy`].

mod aide;
mod forage;
mod greedy;
mod policy;

pub use aide::Aide;
pub use forage::Forage;
pub use greedy::Greedy;
pub use policy::{Choice, Policy, policy_for};
