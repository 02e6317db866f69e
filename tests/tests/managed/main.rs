//! The daemon in the hands of a service manager: notifications, socket activation, units, restarts.

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

#[path = "../common/mod.rs"]
mod common;

mod activation;
mod install;
mod notify;
mod restart;
mod support;
