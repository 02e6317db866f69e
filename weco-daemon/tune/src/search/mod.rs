//! Where to look next.

mod archive;
mod credit;
mod model;
mod moves;
mod random;
mod searcher;
mod space;

pub(crate) use searcher::{Draw, Searcher};
