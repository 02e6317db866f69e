//! The harness of weco's end-to-end tests: real binaries with real sockets, processes, signals and
//! files, each test in a world of its own; and a loopback model server.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a harness fails loudly, at the place")]

pub mod browser;
pub mod chaos;
pub mod contest;
pub mod eventually;
pub mod model_server;
pub mod programmer;
pub mod recording;
pub mod service_manager;
pub mod world;

pub use eventually::eventually;
pub use world::{Output, World};
