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
mod apply;
mod approved;
mod artifacts;
pub(crate) mod code;
mod company;
mod devices;
mod disturbance;
mod effects;
mod evaluate;
mod feed;
mod forest;
mod kindred;
mod lineage;
mod lines;
mod measure;
mod outage;
mod patience;
mod place;
mod pool;
mod propose;
mod protect;
mod prune;
mod query;
mod registry;
mod rest;
mod select;
mod slots;
mod states;
mod steer;
mod swaps;
mod turns;
mod warm;

pub(crate) use actor::Warner;
pub use actor::{RunHandle, Told};
pub use company::Watching;
pub use devices::DevicePool;
pub use effects::{Proposer, RunContext};
pub(crate) use effects::{kept_dir, load};
pub use feed::{Feed, Live, LiveSteps, LiveWhat, Printing, Printings};
pub use forest::Forest;
pub use lineage::Lineage;
pub(crate) use measure::noticed;
pub use prune::Criteria;
pub use query::{Filter, Standing};
pub use registry::{Deps, NewRun, Registry};
pub(crate) use registry::{open_workspace, short};
pub use rest::Further;
pub use slots::Slots;
pub use steer::Wish;
pub use swaps::Swaps;
pub use turns::Turns;
pub(crate) use turns::{Turn, overlap, working_tree};
