//! The daemon as the client sees it: where it is, how to reach it, how to start it.

mod executable;
mod handle;
mod start;

pub(crate) use handle::Daemon;
