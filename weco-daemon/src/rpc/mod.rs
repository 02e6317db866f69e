//! The gRPC service: requests become checked commands, recorded events become updates.

mod backend;
mod cast;
mod convert;
mod derive;
mod given;
mod launch;
mod measurement;
mod nodes;
mod output;
mod reader;
mod runs;
mod service;
mod steer;
mod transfer;
mod tree;
mod updates;
mod watch;

pub(crate) use launch::context_for;
pub(crate) use reader::{UpdateReader, Wanted};
pub use service::Service;
pub(crate) use updates::live_update;
