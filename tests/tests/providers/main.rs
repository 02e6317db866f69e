//! Runs with models: the real programs against the loopback model server.

#[path = "../common/mod.rs"]
mod common;

mod edits;
mod evaluations;
mod faults;
mod harness;
mod interruptions;
mod keys;
mod paths;
mod prompts;
mod secrets;
mod shapes;
