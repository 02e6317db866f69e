//! The gRPC service: requests become checked commands, recorded events become updates.

mod convert;
mod launch;
mod runs;
mod service;
mod updates;
mod watch;

pub(crate) use launch::context_for;
pub use service::Service;
