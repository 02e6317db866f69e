//! The search benchmark: how good is the program that a run returns after N evaluations?
//!
//! ```text
//!            ┌────────── prompt ─────────▶ proposer ── reply ──┐
//!  policy ─▶ decide (weco-core)                                ▼        all in memory, thousands of runs in seconds
//!            ▲                                          reply::parse
//!            └── metric::find ◀── output ── evaluation ◀───────┘
//! ```
//!
//! The core is the product's own: its state, decisions, prompts, reply parser and metric finder. Simulated are the
//! proposer, whose children a task [`family`] draws, and the evaluation, which prints the child's quality with some
//! error. A program's [`genome`] is in its source text, so what one version inherits from another has passed through
//! prompt, reply and files.
//!
//! **Budget.** Evaluations after that of the user's own code. **Score.** The noise-free quality of the program that is
//! returned, which is the run's best by what was measured. **Luck.** What is drawn depends on family, seed and step alone
//! (see [`random`]), so that policies are compared on the same luck as far as they make the same choices.
//! **In flight.** As many proposals at a time as `--in-flight` says; their evaluations end out of order.
//!
//! **How sure.** Means have standard errors over the seeds. Differences between policies are taken seed by seed, on the
//! same luck, and are surer than the means themselves.
//!
//! ```text
//! cargo run --release -p weco-bench-search                  # the open half, 19,200 runs
//! cargo run --release -p weco-bench-search -- --fast        # the same results several times as fast
//! cargo run --release -p weco-bench-search -- --held-out    # once a policy is finished
//! ```
//!
//! Half of the families are held out until a policy is finished: see [`family`].

pub mod cli;
pub mod contender;
pub mod family;
pub mod genome;
pub mod matrix;
pub mod noise;
pub mod policy;
pub mod random;
pub mod report;
pub mod simulation;
