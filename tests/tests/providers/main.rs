//! Runs with models: the real programs against the loopback model server.

// Marked as tests so that lints see their helpers as such, too.
#[cfg(test)]
#[path = "../common/mod.rs"]
mod common;
#[cfg(test)]
mod costs;
#[cfg(test)]
mod duplicates;
#[cfg(test)]
mod edits;
#[cfg(test)]
mod efforts;
#[cfg(test)]
mod evaluations;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod interruptions;
#[cfg(test)]
mod keyrings;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod outages;
#[cfg(test)]
mod paths;
#[cfg(test)]
mod prompts;
#[cfg(test)]
mod restarts;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod several;
#[cfg(test)]
mod shapes;
