//! What happens next: `(state, input, now) -> events and effects`.
//!
//! ```text
//!   RPC, timer, model's reply, child's exit ──Input──▶ decide ──▶ events   (recorded, then published)
//!                                                        ▲  └───▶ effects  (started once recorded)
//!                                                     RunState
//! ```
//!
//! Intent is recorded before anything is done: [`RunEvent::Asked`](crate::event::RunEvent::Asked)
//! before the model is called, [`RunEvent::EvalIntended`](crate::event::RunEvent::EvalIntended)
//! before a file is touched. News of an attempt that is no longer the newest is dropped.

mod brief;
mod chance;
mod duplicate;
mod ending;
mod input;
mod memory;
mod noise;
mod outage;
mod recheck;
mod review;
mod rules;
#[cfg(test)]
mod tests;

pub use input::{Decision, Effect, Input, ModelFailure, NewRevision, SourceEdit};
pub use rules::{decide, decide_with};
