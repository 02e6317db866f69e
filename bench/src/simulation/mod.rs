//! One run of the core against a simulated proposer and a simulated evaluation.

mod channel;
mod evaluation;
mod proposer;
mod run;
pub(crate) mod spec;
mod store;
#[cfg(test)]
mod tests;

pub use channel::Channel;
pub use run::{Error, Setup, Trace, simulate};
