//! The wire between `weco` and `weco-daemon`: messages, the socket's place, and what both sides must
//! agree on before a run exists (limits and checks of source files).

pub mod bounds;
pub mod connect;
pub mod effort;
pub mod instructions;
pub mod keys_file;
pub mod log_dir;
pub mod parallel;
pub mod paths;
pub mod private_dir;
pub mod providers;
pub mod sources;
pub mod status;
pub mod version;

mod access;
mod text_file;

/// Messages and services of `weco/v1/weco.proto`.
#[allow(
    missing_docs,
    clippy::all,
    clippy::pedantic,
    clippy::restriction,
    unreachable_pub,
    reason = "generated from weco.proto, which documents them"
)]
pub mod v1 {
    tonic::include_proto!("weco.v1");
}
