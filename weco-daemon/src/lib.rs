//! The daemon that owns every weco run: it asks models, evaluates candidates, and remembers
//! everything durably. What to do is decided by `weco-core`; this crate does it.

pub mod blobs;
pub mod eval;
pub mod journal;
pub mod model;
pub mod os;
