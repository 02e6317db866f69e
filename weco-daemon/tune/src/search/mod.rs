//! Where to look next.

mod archive;
mod credit;
mod model;
mod moves;
mod random;
mod region;
mod searcher;
mod space;

pub(crate) use region::Draw;
pub(crate) use searcher::Searcher;
