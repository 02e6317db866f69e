//! `weco runs`: what there is, and what of it may go.

mod ask;
mod list;
mod prune;

pub(super) use list::list;
pub(super) use prune::prune;
