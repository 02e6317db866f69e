//! Faults, done for real: daemons killed at every moment, evaluations that misbehave, machines that run out
//! of something. For longer: `cargo run -p weco-tests --bin weco-chaos -- --help`.

// Marked as tests so that lints see their helpers as such, too.
#[cfg(test)]
mod clients;
#[cfg(test)]
mod damage;
#[cfg(test)]
mod evaluations;
#[cfg(test)]
mod programs;
#[cfg(test)]
mod random;
#[cfg(test)]
mod resources;
#[cfg(test)]
mod steps;
