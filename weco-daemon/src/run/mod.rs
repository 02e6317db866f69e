//! Runs as they live in the daemon: one actor each, which alone owns the run's state.
//!
//! ```text
//!  rpc ──Input──▶ mailbox ──▶ actor: decide ▶ append+flush ▶ publish ▶ start effects
//!                    ▲                                          │            │
//!                    │                                        feed      propose, evaluate
//!                    └───────────────Input────────────────────┼────────────┘
//!                                                          watchers
//! ```

mod actor;
mod artifacts;
mod effects;
mod evaluate;
mod feed;
mod measure;
mod patience;
mod propose;
mod registry;
mod swaps;
mod turns;

pub use effects::{Proposer, RunContext};
pub(crate) use effects::{kept_dir, load};
pub use feed::{Feed, Live, LiveWhat};
pub(crate) use measure::noticed;
pub use registry::{Deps, Registry};
pub(crate) use registry::{open_workspace, short};
pub use swaps::Swaps;
pub use turns::Turns;
