//! Policies of other systems, re-made behind the core's [`Policy`](weco_core::search::Policy) from the descriptions of
//! their sources and papers, and the project's own hypothesis. What is not about choosing a node (their prompts, edit
//! formats, models) is left out: all work with the same proposer.

mod best_of_n;
mod discounted;
mod gepa;
mod open_evolve;
mod pick;
mod shinka;
#[cfg(test)]
mod tests;
mod uct;

pub use best_of_n::BestOfN;
pub use discounted::Discounted;
pub use gepa::Gepa;
pub use open_evolve::OpenEvolve;
pub use shinka::Shinka;
pub use uct::Uct;
